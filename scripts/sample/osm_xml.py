"""OSM XML 0.6, sorted: nodes, ways, relations, each by ascending id; one object a line.

Only the relation carries a version and a time: a file's data are as new as its newest object, and
22,000 nodes are kept short."""

from xml.sax.saxutils import quoteattr

from sample.plane import to_lonlat

WRITTEN = "2026-11-01T00:00:00Z"  # fixed: the file is the same whenever it is made


def tags_text(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def object_text(kind, number, inner):
    return f'<{kind} id="{number}" version="1" timestamp="{WRITTEN}">{inner}</{kind}>'


def text(town, bounds, notice, notice_en):
    """The file. Named points first, then nodes in the order in which ways use them."""
    numbers, lines = {}, []
    for tags, at in town.nodes:
        lines.append(f'<node id="{len(lines) + 1}" lat="{at[1]}" lon="{at[0]}">{tags_text(tags)}</node>')
    for _, keys in town.ways:
        for key in keys:
            if key not in numbers:
                lon, lat = to_lonlat(town.streets.place[key])
                numbers[key] = len(lines) + 1
                lines.append(f'<node id="{numbers[key]}" lat="{lat}" lon="{lon}"/>')
    for n, (tags, keys) in enumerate(town.ways):
        refs = "".join(f'<nd ref="{numbers[key]}"/>' for key in keys)
        lines.append(f'<way id="{n + 1}">{refs}{tags_text(tags)}</way>')
    for n, (tags, members) in enumerate(town.relations):
        inner = "".join(f'<member type="way" ref="{way + 1}" role="{role}"/>' for way, role in members)
        lines.append(object_text("relation", n + 1, inner + tags_text(tags)))
    west, south, east, north = bounds
    head = ["<?xml version='1.0' encoding='UTF-8'?>",
            f"<!-- {notice}\n     {notice_en}\n     Not taken from OpenStreetMap. -->",
            f'<osm version="0.6" generator={quoteattr("make_sample.py 示例数据 invented")}>',
            f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>']
    return "\n".join(head + lines + ["</osm>"]) + "\n"
