"""The pages without JavaScript: well formed, in both languages, and with the answers of the API."""

import datetime
import json
import math
import re
import urllib.parse

from pages import check
from registers import write_register
from server import FIXTURES, SAMPLE_REGION
from test_coverage_api import town

TOWN = FIXTURES / "regions/sample-town.json"
STREETS = FIXTURES / "osm/river_town.osm"
TAGS = {"zh": "zh-Hans", "en": "en"}
POINT = "120.181,30.187"
LON, LAT = map(float, POINT.split(","))


def page_of(server, path, language="zh", status=200, headers=None):
    mark = "&" if "?" in path else "?"
    answer = server.get(f"{path}{mark}lang={language}", headers)
    assert answer.status == status and answer.headers["content-type"] == "text/html; charset=utf-8", answer
    return check(answer.body.decode("utf-8"), TAGS[language])


def search(server, fields, language="zh"):
    """POST the form as a browser does; the page that answers."""
    body = urllib.parse.urlencode([*(fields.items() if isinstance(fields, dict) else fields), ("lang", language)])
    answer = server.request("POST", "/", body=body.encode(),
                            headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200 and answer.headers["cache-control"] == "private, no-cache", answer
    assert "location" not in answer.headers
    return check(answer.body.decode("utf-8"), TAGS[language])


def cards(page):
    return page.one("section", id="results").all("li", class_="card")


def walking_sample(flow):
    """The sample with its streets."""
    store = flow.folder / "walking.db"
    flow.run("init", "--store", store, "--region-file", SAMPLE_REGION)
    return flow.serve(store)


def some_facility(server):
    return server.get("/v1/facilities?limit=1").json()["features"][0]["id"]


def test_every_page_is_well_formed_in_both_languages(flow):
    server = flow.serve()
    paths = ["/", f"/?at={POINT}&care=hourly&age=18", "/planner", "/about", f"/facilities/{some_facility(server)}"]
    for path in paths:
        seen = {}
        for language in TAGS:
            page = page_of(server, path, language)
            other = "en" if language == "zh" else "zh"
            switch = page.one("a", class_="language")
            assert f"lang={other}" in switch["href"] and switch["lang"] == TAGS[other]
            seen[language] = page.one("h1").text()
            assert "示例数据" in page.one("main").text() or "Sample data" in page.one("main").text()
        if "facilities" not in path:
            assert seen["zh"] != seen["en"] and not re.search("[一-鿿]", seen["en"]), seen


def test_the_other_language_shows_the_same_thing(flow):
    server = flow.serve()
    zh = page_of(server, f"/?at={POINT}&care=hourly,drop_in&minutes=15&day=mon&hours=0900-1200")
    link = zh.one("a", class_="language")["href"]
    en = check(server.get(link).body.decode(), "en")
    assert cards(zh) and [card["data-id"] for card in cards(zh)] == [card["data-id"] for card in cards(en)]
    assert dict(zh.fields())["from"] == dict(en.fields())["from"] == "09:00"


def test_language_follows_the_reader_and_is_said(flow):
    server = flow.serve()
    for header, tag in (("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), (None, "zh-Hans")):
        answer = server.get("/about", {"Accept-Language": header} if header else None)
        assert answer.headers["content-language"] == tag
        assert answer.headers["vary"] == "Accept-Encoding, Accept-Language"
        check(answer.body.decode(), tag)
    page = page_of(server, "/planner", "en")
    hreflangs = {link["hreflang"]: link["href"] for link in page.all("link", rel="alternate")}
    assert set(hreflangs) == {"zh-Hans", "en", "x-default"} and hreflangs["en"].endswith("/planner?lang=en")


def test_pages_come_with_a_strict_policy(flow):
    server = flow.serve()
    expected = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    for path in ("/", "/planner", "/about", f"/facilities/{some_facility(server)}", "/nowhere"):
        headers = server.get(path, {"Accept": "text/html"}).headers
        assert headers["content-security-policy"] == expected, path
        assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
        assert headers["permissions-policy"] == "geolocation=(self)"
        assert "set-cookie" not in headers and "access-control-allow-origin" not in headers
    region = json.loads(TOWN.read_text(encoding="utf-8"))
    region.update(basemap="tianditu", tianditu_key="0123456789abcdef0123456789abcdef")
    file = flow.folder / "tianditu.json"
    file.write_text(json.dumps(region), encoding="utf-8")
    mapped = flow.serve(flow.store(file, "tianditu.db"))
    policy = mapped.get("/").headers["content-security-policy"]
    assert policy == expected.replace("data:", "data: https://t0.tianditu.gov.cn")


def test_the_form_finds_what_the_api_finds(flow):
    for server in (flow.serve(), walking_sample(flow)):
        walks = server.get("/v1/config").json()["regions"][0]["walk"]
        for form, asked in (
                ({}, {}),
                ({"care": "hourly"}, {"care": "hourly"}),
                ({"care": "full_day", "open": "1", "born": "2025-05"},
                 {"care": "full_day", "open": True, "born": "2025-05"}),
                ({"born": "2025-03", "start": "2027-02", "inclusive": "1"},
                 {"born": "2025-03", "start": "2027-02", "inclusive": True}),
                ({"day": "sat", "from": "09:00", "to": "12:00"}, {"day": "sat", "from": "09:00", "to": "12:00"}),
                ({"profile": "adult"}, {"profile": "adult"})):
            page = search(server, {"at": POINT, "coordsys": "wgs84", "within_minutes": "45", **form}, "en")
            question = {"lon": LON, "lat": LAT, "limit": 20, "relax": True, **asked}
            answer = server.post("/v1/nearby", {**question, **({"within_minutes": 45} if walks else {})}).json()
            assert [card["data-id"] for card in cards(page)] == [f["id"] for f in answer["features"]], form
            for card, feature in zip(cards(page), answer["features"]):
                told = feature["properties"]
                way = card.one("p", class_="way").text()
                if walks:
                    minutes = max(1, math.ceil(told["walk_minutes"]))
                    assert way.startswith(f"{minutes} minute"), (way, told)
                offers = card.all("li", class_="offer")
                assert len(offers) == len(told["offers"])
                for shown, offer in zip(offers, told["offers"]):
                    said = shown.one("span", class_="offer-open")
                    tone = {"open": "free"}.get(offer["availability"], offer["availability"])
                    assert tone in said["class"].split(), (said["class"], offer)
                    if tone == "free" and offer.get("open_because") != "next_open":
                        assert said.text().startswith(f"{offer['open']} place"), (said.text(), offer)
                    elif tone != "free":
                        assert not re.match(r"\d+ places? free", said.text()), (said.text(), offer)
            if answer.get("numberMatched") is not None and answer["features"]:
                assert page.one(id="results-heading").text().startswith(f"{answer['numberMatched']} facilit")


def test_pages_go_on_without_a_gap(flow):
    server = walking_sample(flow)
    fields = {"at": POINT, "coordsys": "wgs84", "within_minutes": "60", "profile": "adult"}
    listed, page = [], search(server, fields)
    while True:
        listed += [card["data-id"] for card in cards(page)]
        more = page.all("button", name="cursor")
        if not more:
            break
        page = search(server, {**fields, "cursor": more[0]["value"]})
    everything = server.post("/v1/nearby", {"lon": LON, "lat": LAT, "within_minutes": 60, "profile": "adult",
                                             "limit": 100}).json()
    wanted = [feature["id"] for feature in everything["features"]]
    assert len(listed) > 20 and listed == wanted, (listed, wanted)
    changed = search(server, {**fields, "care": "hourly", "cursor": page_cursor(server, fields)})
    assert cards(changed)  # another question: its first page, not an error
    assert not changed.all(id="trouble")


def page_cursor(server, fields):
    return search(server, fields).one("button", name="cursor")["value"]


def test_a_place_is_found_by_name_and_chosen_where_several_have_it(flow):
    server = flow.serve()
    page = search(server, {"q": "西兴社区"})
    assert cards(page) and "西兴社区" in page.one("span", class_="start").text()
    several = search(server, {"q": "社区", "care": "hourly"})
    choices = several.all("button", name="pick")
    assert len(choices) == 8 and not cards(several)
    chosen = search(server, {"q": "社区", "care": "hourly", "pick": choices[3]["value"]})
    assert cards(chosen) and dict(chosen.fields())["q"] == "社区"
    assert cards(search(server, {"q": "moon windmill"}, "en"))
    nowhere = search(server, {"q": "<b>亚特兰蒂斯</b>", "born": "2025-05", "care": "drop_in"})
    assert "亚特兰蒂斯" in nowhere.one(id="trouble").text() and not cards(nowhere)
    kept = nowhere.fields()
    assert ("q", "<b>亚特兰蒂斯</b>") in kept and ("born", "2025-05") in kept and ("care", "drop_in") in kept


def test_roads_and_stations_are_found_by_name_in_both_languages(flow):
    server = walking_sample(flow)
    for language, words, kind, name in (("zh", "江南大道", "道路", "江南大道"), ("zh", "江汉路", "车站", "江汉路"),
                                        ("en", "jiangnan avenue", "road", "Jiangnan Avenue"),
                                        ("en", "JIANGHAN ROAD", "station", "Jianghan Road")):
        page = search(server, {"q": words, "care": "full_day"}, language)
        choices = page.all("button", name="pick")
        if choices:  # facilities are called after them
            assert name in choices[0].text() and kind in choices[0].text() and not cards(page), words
            page = search(server, {"q": words, "care": "full_day", "pick": choices[0]["value"]}, language)
        assert cards(page) and name in page.one("span", class_="start").text(), words
    several = search(server, {"q": "路", "pick": "of another answer"})
    assert len(several.all("button", name="pick")) == 8, "what is no more among them is chosen anew"
    assert any("示例数据" in one.text() for one in several.all("p")), "and whose names these are is said"


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(flow):
    server = flow.serve()
    for fields, field in (({}, "q"), ({"at": "here"}, "at"), ({"at": "120.18"}, "at"), ({"at": "300,95"}, "at"),
                          ({"at": "nan,inf"}, "at"),
                          ({"at": POINT, "born": "2027-05", "start": "2026-12"}, "born"),
                          ({"at": POINT, "born": "once"}, "born"), ({"at": POINT, "start": "2026-13"}, "start"),
                          ({"at": POINT, "day": "sat", "from": "09:00"}, "to"),
                          ({"at": POINT, "from": "09:00", "to": "12:00"}, "day"),
                          ({"at": POINT, "day": "sat", "from": "25:00", "to": "12:00"}, "from")):
        for language in TAGS:
            page = search(server, {"coordsys": "gcj02", **fields}, language)
            wrong = page.one(id=field)
            assert wrong["aria-invalid"] == "true" and "trouble" in wrong["aria-describedby"].split(), fields
            assert page.one(id="trouble")["role"] == "alert" and not cards(page), fields
            kept = dict(page.fields())
            for name, value in fields.items():
                assert kept[name] == value, (name, value, kept)
            assert kept["coordsys"] == "gcj02"
    for body in (b"", b"&&&", b"at=%zz&q=%ff", b"care=nothing&at=120.2%2C30.2&profile=bicycle&within_minutes=7.5"):
        answer = server.request("POST", "/", body=body or b"x",
                                headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, (body, answer)
        check(answer.body.decode(), "zh-Hans")
    json_body = server.request("POST", "/", body=b"{}", headers={"Content-Type": "application/json"})
    assert json_body.status == 415


def test_coordinates_are_read_in_the_system_that_is_named(flow):
    server = flow.serve()
    for system in ("wgs84", "gcj02", "bd09"):
        page = search(server, {"at": " 120.181，30.187 ", "coordsys": system})
        answer = server.post("/v1/nearby", {"lon": LON, "lat": LAT, "coordsys": system, "relax": True}).json()
        assert [card["data-id"] for card in cards(page)] == [f["id"] for f in answer["features"]], system


def test_an_empty_answer_says_which_filter_to_drop(flow):
    server = walking_sample(flow)
    fields = {"at": "120.2000,30.1700", "coordsys": "wgs84", "care": "drop_in", "open": "1", "born": "2026-10",
              "within_minutes": "10"}
    page = search(server, fields, "en")
    answer = server.post("/v1/nearby", {"lon": 120.2000, "lat": 30.1700, "care": "drop_in", "open": True,
                                        "born": "2026-10", "within_minutes": 10, "relax": True}).json()
    assert answer["features"] == [] and not cards(page)
    best = max(answer["relax"], key=lambda one: one["numberMatched"])
    buttons = page.all("button", name="drop")
    if best["numberMatched"] == 0:
        assert not buttons
        fields["within_minutes"] = "60"
        page = search(server, fields, "en")
        buttons = page.all("button", name="drop")
        answer = server.post("/v1/nearby", {"lon": 120.2000, "lat": 30.1700, "care": "drop_in", "open": True,
                                            "born": "2026-10", "within_minutes": 60, "relax": True}).json()
        best = max(answer["relax"], key=lambda one: one["numberMatched"])
    (button,) = buttons
    assert button["value"] == best["drop"] and button.text().startswith(f"{best['numberMatched']} facilit")
    dropped = search(server, {**fields, "drop": button["value"]}, "en")
    assert page_count(dropped) == best["numberMatched"]


def page_count(page):
    return int(re.match(r"(\d+)", page.one(id="results-heading").text()).group(1))


def test_a_link_holds_the_point_to_some_hundred_metres_and_no_birth_month(flow):
    server = flow.serve()
    exact = search(server, {"at": "120.1811234,30.1876543", "coordsys": "wgs84", "born": "2025-05"})
    hrefs = [element["href"] for element in exact.all("a")]
    assert not any("120.1811" in href or "2025" in href for href in hrefs)
    page = page_of(server, "/?at=120.1811234,30.1876543&born=2025-05&q=%E8%A5%BF&from=singlemessage&isappinstalled=0")
    assert dict(page.fields())["at"] == "120.181,30.188" and dict(page.fields())["born"] == ""
    assert dict(page.fields())["q"] == "" and dict(page.fields())["from"] == ""
    assert page.one("meta", name="robots")["content"] == "noindex" and cards(page)
    assert "120.1811" not in server.get("/?at=120.1811234,30.1876543").body.decode()
    assert not page_of(server, "/").all("meta", name="robots")
    for broken in ("/?at=", "/?at=x", "/?at=120.18", "/?at=1,2,3", "/?age=x&care=", "/?lang=xx&at=%zz", "/?&&=&"):
        answer = server.get(broken)
        assert answer.status == 200 and not check(answer.body.decode(), "zh-Hans").all(id="trouble"), broken


def test_a_facility_is_told_with_the_numbers_of_the_api(flow):
    server = flow.serve()
    for feature in server.get("/v1/facilities?limit=1000").json()["features"][::9]:
        told = server.get(f"/v1/facilities/{feature['id']}").json()["properties"]
        page = page_of(server, f"/facilities/{feature['id']}", "en")
        assert page.one("h1").text() == told["name_en"]
        rows = {row["data-offer"]: [cell.text() for cell in row.all() if cell.tag in ("td", "th")]
                for row in page.all("tr") if row["data-offer"]}
        assert list(rows) == [offer["id"] for offer in told["offers"]]
        for offer in told["offers"]:
            cells = rows[offer["id"]]
            numbers = [offer[key] for key in ("licensed", "staffed", "enrolled", "held")]
            assert cells[4:8] == ["unknown" if n is None else str(n) for n in numbers], (cells, offer)
            if offer["availability"] == "open":
                assert cells[2].startswith(f"{offer['open']} place"), (cells, offer)
            else:
                assert not re.match(r"\d+ places? free", cells[2]), (cells, offer)
            times = [element["datetime"] for row in page.all("tr", data_offer=offer["id"])
                     for element in row.all("time")]
            assert times == ([offer["as_of"]] if offer["as_of"] else [])
        data = json.loads(page.one("script", type="application/ld+json").text())
        assert data["@type"] == "ChildCare" and data["name"] == told["name_en"]
        admissions = {group["id"]: group["admission"] for group in told["groups"]}
        prices = [one.get("priceSpecification", {}) for one in data["makesOffer"]]
        assert [(one.get("price"), one.get("unitText")) for one in prices] == [
            (None if offer["price"] is None else offer["price"] / 100,
             None if offer["price"] is None else offer["price_unit"]) for offer in told["offers"] if admissions[offer["group"]] != "staff_only"], prices
        assert all(one["priceCurrency"] == "CNY" for one in prices if one)
        lon, lat = feature["geometry"]["coordinates"]
        assert (data["geo"]["longitude"], data["geo"]["latitude"]) == (lon, lat)
        links = [a["href"] for a in page.all("a")]
        assert any(link.startswith(f"geo:{lat:.6f},{lon:.6f}") for link in links), links
        gcj02 = server.get(f"/v1/facilities/{feature['id']}?coordsys=gcj02").json()["geometry"]["coordinates"]
        (amap,) = [link for link in links if link.startswith("https://uri.amap.com/marker?position=")]
        named = [float(part) for part in re.search(r"position=([0-9.]+),([0-9.]+)&", amap).groups()]
        assert all(abs(a - b) < 2e-6 for a, b in zip(named, gcj02)) and "coordinate=gaode" in amap, (amap, gcj02)
        assert page.one("meta", property="og:title")["content"] == told["name_en"]


def test_a_home_shows_neither_its_address_nor_its_exact_point(flow):
    server = flow.serve()
    homes = [f for f in server.get("/v1/facilities?limit=1000").json()["features"]
             if f["properties"]["kind"] == "home"
             and server.get(f"/v1/facilities/{f['id']}").json()["properties"]["point_is_rounded"]]
    assert homes
    for home in homes:
        answer = server.get(f"/facilities/{home['id']}?lang=en")
        page = check(answer.body.decode(), "en")
        assert "family home" in page.one("main").text() and not page.all("a", href="tel:")
        for point in re.findall(r"geo:([0-9.]+),([0-9.]+)", answer.body.decode()):
            assert all(round(float(degrees), 3) == float(degrees) for degrees in point), point
        data = json.loads(page.one("script", type="application/ld+json").text())
        assert "address" not in data and "telephone" not in data


def test_a_hostile_name_stays_a_name(flow):
    hostile = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"
    rows = flow.folder / "hostile.csv"
    rows.write_text("id,name,address,kind,lon,lat,care,age_from,age_to,licensed\n"
                    + 'H1,"' + hostile.replace('"', '""') + '","' + hostile.replace('"', '""')
                    + '",nursery,120.2,30.2,full_day,12,24,10\n', encoding="utf-8")
    store = flow.store(TOWN)
    flow.run("import", "register", rows, "--coordsys", "wgs84", "--as-of", "2026-11-01", "--store", store)
    server = flow.serve(store)
    (feature,) = server.get("/v1/facilities").json()["features"]
    assert feature["properties"]["name"] == hostile
    page = page_of(server, f"/facilities/{feature['id']}")
    assert page.one("h1").text() == hostile and not page.all("img")
    assert len(page.all("script")) == 1
    assert json.loads(page.one("script").text())["name"] == hostile
    found = search(server, {"q": "onerror", "coordsys": "wgs84"})
    assert cards(found)[0].one("h3").text() == "1" + hostile and not found.all("img")


def test_problems_are_pages_for_people_and_documents_for_programs(flow):
    server = flow.serve()
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}
    for path, status in (("/nowhere", 404), ("/facilities/nobody", 404), ("/static/x", 404)):
        answer = server.get(path, browser)
        assert answer.status == status and answer.headers["cache-control"] == "no-store", answer
        if path.startswith("/static"):
            continue
        page = check(answer.body.decode(), "en")
        assert page.all("a", href="/") and path not in answer.body.decode()
    assert server.get("/nowhere").headers["content-type"] == "application/problem+json"
    assert server.get("/v1/nearby", browser).headers["content-type"] == "application/problem+json"
    assert server.request("PUT", "/about", body=b"", headers=browser).status == 405
    assert server.get("/" + "a" * 3000, browser).status == 414


def test_pages_are_kept_asked_again_and_packed(flow):
    server = flow.serve()
    for path in ("/", "/planner?lang=en", "/about", f"/facilities/{some_facility(server)}"):
        for _ in range(3):  # the minute may turn between two requests
            answer = server.get(path)
            again = server.get(path, {"If-None-Match": answer.headers["etag"]})
            if again.status == 304:
                break
        assert again.status == 304 and again.body == b"" and answer.headers["etag"].startswith('W/"'), path
        english = server.get(path, {"Accept-Language": "en", "If-None-Match": answer.headers["etag"]})
        assert english.status == (304 if "lang=en" in path else 200), path
        head = server.request("HEAD", path)
        assert head.status == 200 and head.body == b"" and int(head.headers["content-length"]) == len(answer.body)
        packed = server.get(path, {"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip" and len(packed.body) < len(answer.body)


def test_robots_and_the_icon(flow):
    server = flow.serve()
    robots = server.get("/robots.txt")
    assert robots.status == 200 and b"Disallow: /v1/" in robots.body and robots.headers["content-type"].startswith("text/plain")
    assert server.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    assert "/v1/openapi.json" in [a["href"] for a in page_of(server, "/about").all("a")]
    paths = server.get("/v1/openapi.json").json()["paths"]
    assert not [path for path in paths if not path.startswith(("/v1/", "/healthz", "/readyz", "/metrics"))]


def number(value):
    """A figure of the API as a page shows it: at most one digit after the point, a dash for null."""
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def table_of(page):
    """The planners' table: the cells of each row by data-column, rows by community code."""
    table = page.one("table", class_="coverage")
    cells = {id(row): {cell["data-column"]: cell.text() for cell in row.all("td") if cell["data-column"]}
             for row in table.all("tr")}
    communities = {row["data-code"]: cells[id(row)] for row in table.all("tr") if row["data-code"]}
    return communities, *(cells[id(table.one("tr", class_=name))] for name in ("whole", "communities"))


def expected_cells(entry, words):
    """What the cells of a community, or of the region, must read by what the API says of it."""
    cells = {}
    for care, told in entry["care"].items():
        cells[f"{care}.located"] = str(told["located"])
        for level in ("reachable", "open"):
            cells[f"{care}.{level}"] = (f"{number(told[level] * 100)}%" if told[level] is not None
                                        else {"few": "–", "no_data": "no data", "off_network": "off the network"}[entry["state"]])
        cells[f"{care}.minutes"] = " / ".join(
            "over 60" if told[key] is None and told["beyond_60"] else number(told[key])
            for key in ("median_minutes", "p90_minutes"))
    cells["missing"] = ("–" if entry["missing"] is None
                        else ", ".join(words[f"care.{care}"] for care in entry["missing"]) or "none")
    for people in ("children", "residents"):
        cells[people] = {None: "no data"}.get(entry[people]) or (
            entry[people] if isinstance(entry[people], str) else f"{entry[people]:,}")
    cells["places"] = f"{number(entry['places_per_1000'])} / {number(entry['standard_per_1000'])}"
    return cells


def test_planners_see_the_figures_of_the_api(flow):
    words = json.loads((FIXTURES.parents[1] / "web/text/en.json").read_text(encoding="utf-8"))
    told_states, told_missing = set(), 0
    for server in (flow.serve(town(flow)), walking_sample(flow)):
        for question in ("", "minutes=5", "minutes=30&profile=adult&age=12-24", "minutes=10&inclusive=true"):
            page = page_of(server, f"/planner?{question}", "en")
            answer = server.get(f"/v1/coverage?{question}").json()
            communities, whole, tallies = table_of(page)
            assert communities == {entry["community"]: expected_cells(entry, words)
                                   for entry in answer["communities"]}, question
            assert whole == expected_cells(answer["region"], words)
            assert tallies == {f"{care}.{level}": f"{told['communities'][level]} / {told['communities']['of']}"
                               for care, told in answer["region"]["care"].items()
                               for level in ("located", "reachable", "open")}
            told_states |= {entry["state"] for entry in answer["communities"]}
            told_missing += sum(len(entry["missing"] or []) for entry in answer["communities"])
    assert told_states == {"known", "off_network", "no_data"} and told_missing, (told_states, told_missing)


def test_planners_choose_by_a_form_with_the_names_of_the_api(flow):
    server = flow.serve(town(flow))
    page = page_of(server, "/planner?care=hourly&level=open&minutes=20&profile=adult&age=6-12&inclusive=1", "en")
    form = page.one("form", id="planner-form")
    assert form["method"] == "get" and form["action"] == "/planner"
    chosen = {select["name"]: [option["value"] for option in select.all("option") if "selected" in option.attributes]
              for select in form.all("select")}
    assert chosen == {"care": ["hourly"], "level": ["open"], "minutes": ["20"], "profile": ["adult"], "age": ["6-12"]}
    assert "checked" in form.one("input", name="inclusive").attributes
    for select in form.all("select")[2:]:
        for option in select.all("option"):
            assert server.get(f"/v1/coverage?{select['name']}={option['value']}").status in (200, 503)
    other = check(server.get(page.one("a", class_="language")["href"]).body.decode(), "zh-Hans")
    assert [option["value"] for option in other.all("option") if "selected" in option.attributes] == ["hourly", "open", "20", "adult", "6-12"]
    for odd in ("minutes=0", "minutes=61", "minutes=x", "profile=bird", "age=99", "minutes=", "inclusive=no", "from=x"):
        assert table_of(page_of(server, f"/planner?{odd}", "en")) == table_of(page_of(server, "/planner", "en")), odd
    assert "17 minutes" in page_of(server, "/planner?minutes=17", "en").one("form", id="planner-form").text()


def test_the_headline_and_the_legend_count_what_the_api_says(flow):
    least = {"located": [0, 1, 2, 3], "reachable": [0, 0.000001, 0.25, 0.5, 0.75, 0.9]}
    least["open"] = least["reachable"]
    for server in (flow.serve(town(flow)), walking_sample(flow)):
        answer = server.get("/v1/coverage").json()
        for care in ("drop_in", "full_day"):
            for level in least:
                page = page_of(server, f"/planner?care={care}&level={level}", "en")
                figures = [entry["care"][care][level] for entry in answer["communities"]]
                known = [figure for figure in figures if figure is not None]
                bound = 1 if level == "located" else answer["run"]["community_share"]
                headline = page.one("p", class_="headline").text()
                lacking = sum(figure < bound for figure in known)
                assert re.match(rf"{lacking} of {len(figures)} communities", headline), headline
                assert ("cannot be computed" in headline) == (len(known) < len(figures)), headline
                counts = [int(one.text().split()[0]) for one in page.all("span", class_="legend-count")]
                ends = [*least[level][1:], float("inf")]
                expected = [sum(low <= figure < high for figure in known) for low, high in zip(least[level], ends)]
                assert counts[:len(expected)] == expected and sum(counts) == len(figures), (counts, expected)


def clock(time):
    """08:00; of the API's 32:00, 08:00 next day."""
    hour, minute = time.split(":")
    return time if int(hour) <= 24 else f"{int(hour) - 24:02}:{minute} next day"


def test_slots_that_have_ended_are_not_bookable(flow):
    monday = datetime.date.today() + datetime.timedelta(days=7 - datetime.date.today().weekday())
    server = flow.serve(flow.store(), "--now", f"{monday}T04:30:00Z")  # 12:30 there
    ended = listed = 0
    for feature in server.get("/v1/facilities?limit=1000").json()["features"]:
        told = server.get(f"/v1/facilities/{feature['id']}").json()["properties"]
        slots = [slot for offer in told["offers"] for slot in offer.get("slots") or []]
        if not slots:
            continue
        page = page_of(server, f"/facilities/{feature['id']}", "en")
        (*sections,) = [one for one in page.all("section") if one.one("h2").text().startswith("Bookable hours")]
        rows = [[row.one("th").text(), row.all("td")[0].text()]
                for section in sections for row in section.one("tbody").all("tr")]
        expected = []
        for slot in slots:
            day = datetime.date.fromisoformat(slot["date"])
            if day == monday and slot["to"] <= "12:30":
                ended += 1
                continue
            expected.append([f"{day.day} {day:%B} {day.year} {day:%A}", f"{slot['from']}–{clock(slot['to'])}"])
        assert rows == expected, [pair for pair in zip(rows, expected) if pair[0] != pair[1]][:3] or (len(rows), len(expected))
        listed += len(rows)
    assert ended and listed


def test_streets_are_credited_to_who_made_them(flow):
    page = page_of(walking_sample(flow), "/about", "en")
    assert "streets, water and buildings are invented" in page.one("main").text()
    assert "OpenStreetMap" not in page.one("main").text()
    store = flow.store(TOWN)
    flow.run("import", "osm", STREETS, "--store", store)
    server = flow.serve(store)
    said = page_of(server, "/about", "en").one("main").text()
    attribution = server.get("/v1/isochrone?lon=120.194&lat=30.1986&minutes=5").json().get("attribution")
    assert attribution and attribution in said, attribution


def test_a_facility_that_left_the_register_is_gone(flow):
    store = flow.store(TOWN)
    today = datetime.date.today()
    for count, day in ((3, today - datetime.timedelta(days=20)), (2, today - datetime.timedelta(days=1))):
        flow.run("import", "register", write_register(flow.folder / "register.csv", count, day),
                 "--coordsys", "wgs84", "--as-of", day, "--close-missing", "--force",
                 "--store", store)
        if count == 3:
            before = [feature["id"] for feature in json.loads(
                flow.run("export", "--format", "geojson", "--store", store).stdout)["features"]]
    server = flow.serve(store)
    now = {feature["id"] for feature in server.get("/v1/facilities").json()["features"]}
    (gone,) = set(before) - now
    assert server.get(f"/v1/facilities/{gone}").status == 410
    answer = server.get(f"/facilities/{gone}?lang=en", {"Accept": "text/html"})
    assert answer.status == 410 and "No longer here" in check(answer.body.decode(), "en").one("h1").text()
    assert server.get("/v1/facilities/never").status == 404
