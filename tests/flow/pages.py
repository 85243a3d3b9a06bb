"""Reading the pages as a browser that is strict would: a tree of elements, or an AssertionError."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, attributes, parent, []

    def __getitem__(self, name):
        return self.attributes.get(name)

    def all(self, tag=None, **wanted):
        """Every element below that has the tag and the attributes; class_= one of its classes."""
        found = []
        for child in self.children:
            if isinstance(child, str):
                continue
            if (tag is None or child.tag == tag) and all(
                    (value in (child["class"] or "").split()) if name == "class_"
                    else child[name.replace("_", "-")] == value for name, value in wanted.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag=None, **wanted):
        found = self.all(tag, **wanted)
        assert len(found) == 1, f"{len(found)} of <{tag} {wanted}>"
        return found[0]

    def text(self):
        """What is read of it: not the data in scripts below it."""
        return "".join(child if isinstance(child, str) else "" if child.tag == "script" else child.text()
                       for child in self.children)


class Page(HTMLParser):
    """The tree of a page, and what holds for every page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        assert text.startswith("<!doctype html>\n<html"), text[:80]
        self.root = self.open = Element(None, {}, None)
        self.feed(text)
        self.close()
        assert self.open is self.root, f"<{self.open.tag}> is not closed"

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, dict(attributes), self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag):
        assert tag == self.open.tag, f"</{tag}> closes <{self.open.tag}>"
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.children.append(data)

    def all(self, *args, **more):
        return self.root.all(*args, **more)

    def one(self, *args, **more):
        return self.root.one(*args, **more)

    def fields(self):
        """What a browser would send of #search-form: the first value of a name, lists for boxes."""
        form, sent = self.one("form", id="search-form"), []
        for field in form.all("input"):
            if field["type"] != "checkbox" or "checked" in field.attributes:
                sent.append((field["name"], field["value"]))
        for select in form.all("select"):
            options = select.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            assert len(chosen) == 1, select["name"]
            sent.append((select["name"], chosen[0]["value"]))
        return sent


def check(text, language):
    """What must hold for every page; returns it."""
    page = Page(text)
    html = page.one("html")
    assert html["lang"] == language, html["lang"]
    assert len(page.all("h1")) == 1 and page.one("h1").text().strip()
    assert page.one("title").text().strip() and page.one("main")["id"] == "main"
    assert page.one("meta", name="viewport") and page.one("meta", name="description")["content"]
    ids = [element["id"] for element in page.all() if element["id"]]
    assert len(set(ids)) == len(ids), sorted(ids)
    labelled = {label["for"] for label in page.all("label")}
    for element in page.all():
        assert element.tag not in ("style", "font", "center", "iframe", "object", "embed"), element.tag
        for name, value in element.attributes.items():
            assert not name.startswith("on") and name != "style", (element.tag, name)
            if name in ("href", "src", "action"):
                assert value and not value.lower().startswith(("javascript:", "data:", "//")), value
            if name in ("aria-describedby", "aria-labelledby", "form"):
                assert set(value.split()) <= set(ids), (name, value)
        if element.tag == "script":
            assert element["src"] or element["type"] in ("application/json", "application/ld+json")
        if element.tag in ("input", "select", "textarea"):
            around = element.parent
            while around and around.tag != "label":
                around = around.parent
            assert element["type"] == "hidden" or element["id"] in labelled or around, element.attributes
        if element.tag in ("button", "a", "summary", "legend", "label", "th", "h1", "h2", "h3"):
            assert element.text().strip(), f"<{element.tag}> says nothing: {element.attributes}"
        if element.tag == "a":
            assert element["href"], element.attributes
        if element.tag == "th":
            assert element["scope"] in ("col", "colgroup", "row")
    for fieldset in page.all("fieldset"):
        assert fieldset.all("legend")
    assert "{" not in page.one("main").text(), "a value is missing in a text"
    return page
