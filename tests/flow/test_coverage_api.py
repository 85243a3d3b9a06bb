"""GET /v1/coverage: what planners see of every community, and what the public may see of people."""

import contextlib
import csv
import datetime
import io
import json
import math
import re
import sqlite3
import time
from urllib.parse import urlencode

from test_walk import STREETS, TODAY, TOWN

YESTERDAY = TODAY - datetime.timedelta(days=1)
FACILITIES = [("s", 120.194, 30.1986, "full_day", "yes"), ("n", 120.192, 30.2022, "hourly", ""),
              ("e", 120.203, 30.2022, "full_day", "")]
# id, lon, lat, residents, children under 3
HOMES = [("h1", 120.1925, 30.1990, 204, 41), ("h2", 120.1945, 30.1990, 303, 55),
         ("h3", 120.2030, 30.2020, 151, 31), ("h4", 120.2500, 30.2500, 83, 12),
         ("h5", 120.2031, 30.2150, 20, 4)]
# code: west, east, south, north
COMMUNITIES = {"330100000001": (120.180, 120.198, 30.190, 30.2050), "330100000002": (120.198, 120.210, 30.190, 30.2050),
               "330100000003": (120.240, 120.260, 30.240, 30.2600), "330100000004": (120.270, 120.280, 30.270, 30.2800),
               "330100000005": (120.198, 120.210, 30.206, 30.2200)}
WEST, EAST, FAR, EMPTY, SMALL = COMMUNITIES


def town(flow, streets=True):
    store = flow.store(TOWN)
    register = flow.folder / "register.csv"
    register.write_text("id,name,lon,lat,care,inclusive,age_from,age_to,licensed,as_of,staffed,enrolled,held\n" + "".join(
        f"{key},示例 {key},{lon},{lat},{care},{inclusive},12,24,10,{YESTERDAY},9,5,0\n"
        for key, lon, lat, care, inclusive in FACILITIES), encoding="utf-8")
    outlines = flow.folder / "communities.geojson"
    outlines.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": code, "name": f"示例社区{code[-1]}", "standard": "built"},
         "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}}
        for code, (w, e, s, n) in COMMUNITIES.items()]}), encoding="utf-8")
    homes = flow.folder / "homes.csv"
    homes.write_text("id,lon,lat,residents,children_under_3\n" + "".join(
        ",".join(map(str, home)) + "\n" for home in HOMES), encoding="utf-8")
    flow.run("import", "communities", outlines, "--store", store)
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", YESTERDAY, "--store", store)
    if streets:
        flow.run("import", "osm", STREETS, "--store", store)
    flow.run("import", "residents", homes, "--coordsys", "wgs84", "--store", store)
    return store


def coverage(server, path="", status=200, **question):
    answer = server.get(f"/v1/coverage{path}{'?' if question else ''}{urlencode(question)}")
    assert answer.status == status, answer
    return answer.json()


def by_code(answer):
    return {entry["community"]: entry for entry in answer["communities"]}


def tens(exact):
    return 0 if exact < 10 else math.floor(exact / 10 + 0.5) * 10


def shown(exact):
    return tens(exact) or "<10"


def test_people_are_shown_by_tens_and_the_rest_is_made_of_that(flow):
    server = flow.serve(town(flow))
    answer = coverage(server)
    assert answer["run"]["weight"] == "children" and answer["run"]["residents_from"] == "imported"
    assert answer["run"]["parameters"] == {"region": "sample-town", "minutes": 15, "profile": "stroller", "age": "any",
                                           "inclusive": False}
    entries = by_code(answer)
    assert list(entries) == sorted(COMMUNITIES)
    west, east = entries[WEST], entries[EAST]
    assert (west["state"], west["children"], west["weight"], west["residents"]) == ("known", 100, "children", 510)
    assert west["care"]["full_day"]["reachable"] == 1 and west["care"]["full_day"]["located"] == 1
    assert west["care"]["hourly"]["located"] == 1, "across the river, but inside"
    assert (east["children"], east["residents"]) == (30, 150)
    assert east["care"]["full_day"]["reachable"] == 1 and "drop_in" in east["missing"]
    assert entries[FAR]["state"] == "off_network" and entries[FAR]["off_network_share"] == 1
    assert entries[FAR]["care"]["full_day"]["reachable"] is None
    assert entries[EMPTY]["state"] == "no_data" and entries[EMPTY]["care"]["full_day"]["reachable"] is None
    assert entries[SMALL]["children"] == "<10" and entries[SMALL]["residents"] == 20
    assert all(entries[SMALL]["care"][care]["reachable"] is None for care in entries[SMALL]["care"])
    needed = [entry["places_needed"] for entry in answer["communities"]]
    assert needed.count(None) == 1, "nobody is known to live in the empty one"
    assert answer["region"]["places_needed"] == sum(filter(None, needed)) > 0
    assert answer["region"]["children"] == 140 and answer["region"]["care"]["full_day"]["communities"]["located"] == 2


def test_a_community_names_the_facilities_that_reach_it(flow):
    server = flow.serve(town(flow))
    named = coverage(server, f"/{WEST}")["facilities"]
    assert [one["care"] for one in named] and all(0 < one["reachable"] <= 1 for one in named), named
    assert [one["reachable"] for one in named] == sorted((one["reachable"] for one in named), reverse=True)
    assert all(server.get(f"/v1/facilities/{one['id']}").status == 200 for one in named)
    for minutes in (5, 15, 30, 60):
        for code in (WEST, EAST):
            for more in ({}, {"inclusive": "true"}):
                answer = coverage(server, f"/{code}", minutes=minutes, **more)
                for care, told in answer["community"]["care"].items():
                    shares = [one["reachable"] for one in answer["facilities"] if care in one["care"]]
                    # all are of the same rounded people: the nearest of many reaches no less than one of them
                    assert max(shares, default=0) <= told["reachable"] <= min(1, sum(shares)), (code, minutes, care)
    untold = {"off_network": [], "no_data": None, "few": None}
    for code in (FAR, EMPTY, SMALL):
        answer = coverage(server, f"/{code}")
        assert answer["facilities"] == untold[answer["community"]["state"]], code


def test_a_run_equals_the_commands_but_for_the_rounding(flow):
    store = town(flow)
    exact = json.loads(flow.run("coverage", "--json", "--store", store).stdout)
    server = flow.serve(store)
    public = by_code(coverage(server))
    told = {entry["community"]: entry for entry in exact["communities"]}
    assert set(told) == set(public)
    for code, entry in told.items():
        seen = public[code]
        if entry["children"] is not None:
            assert seen["children"] == shown(entry["children"]), code
        if entry["residents"] is not None:
            assert seen["residents"] == shown(entry["residents"]), code
        if seen["state"] != "known":
            continue
        for care, figures in entry["care"].items():
            for level in ("reachable", "open"):
                served = figures[level] * entry["children"]
                assert abs(seen["care"][care][level] - tens(round(served)) / tens(entry["children"])) < 6e-4, (code, care)
            for same in ("located", "median_minutes", "p90_minutes", "beyond_60"):
                assert seen["care"][care][same] == figures[same], (code, care, same)
        assert seen["missing"] == entry["missing"] and seen["places"] == entry["places"]


def test_minutes_profiles_and_ages_are_computed_when_they_are_asked_for(flow):
    server = flow.serve(town(flow))
    near = by_code(coverage(server, minutes=1))[WEST]["care"]["full_day"]["reachable"]
    assert near < 1, "a minute is not enough for all"
    adult = by_code(coverage(server, profile="adult"))[WEST]["care"]["hourly"]["reachable"]
    stroller = by_code(coverage(server))[WEST]["care"]["hourly"]["reachable"]
    assert adult == 1 and stroller == 0, "the stairs over the river"
    assert by_code(coverage(server, age="6-12"))[WEST]["care"]["full_day"]["reachable"] == 0
    inclusive = by_code(coverage(server, inclusive="true"))
    assert inclusive[EAST]["care"]["full_day"]["located"] == 0 and inclusive[WEST]["care"]["full_day"]["located"] == 1


def test_one_community_and_its_outline_in_the_system_that_is_asked_for(flow):
    server = flow.serve(town(flow))
    one = coverage(server, f"/{WEST}", geometry="true")
    entry = by_code(coverage(server, geometry="true"))[WEST]
    assert one["community"] == entry and entry["geometry"]["type"] == "Polygon"
    bent = coverage(server, f"/{WEST}", geometry="true", coordsys="gcj02")["community"]["geometry"]
    for here, there in zip(entry["geometry"]["coordinates"][0], bent["coordinates"][0]):
        assert 0.003 < there[0] - here[0] < 0.006
    problem = coverage(server, "/330100000099", 404)
    assert problem["type"] == "/problems/not-found" and "330100000099" in problem["detail"]
    assert coverage(server, f"/{WEST}", 400, format="csv")["parameter"] == "format"


def test_what_is_shown_can_be_taken_along(flow):
    server = flow.serve(town(flow))
    entries = by_code(coverage(server))
    answer = server.get("/v1/coverage?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="coverage-sample-town-')
    rows = {row["community"]: row for row in csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))}
    assert list(rows) == [*sorted(COMMUNITIES), "sample-town"]
    answer = server.get("/v1/coverage?format=geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    for feature in answer.json()["features"]:
        code, properties = feature["id"], feature["properties"]
        assert feature["geometry"]["type"] == "Polygon"
        assert list(properties) == list(rows[code])
        for key, value in properties.items():
            assert rows[code][key] == ("" if value is None else f"{value:g}" if isinstance(value, float) else str(value))
        reachable = entries[code]["care"]["full_day"]["reachable"]
        assert properties["full_day_reachable"] == reachable and properties["children"] == entries[code]["children"]
        for name in ("places", "places_staff_only", "places_per_1000", "standard_per_1000", "places_needed"):
            assert properties[name] == entries[code][name], (code, name)


def test_wrong_questions_of_coverage_are_named(flow):
    server = flow.serve(town(flow))
    for wrong, parameter in (({"minutes": "0"}, "minutes"), ({"minutes": "61"}, "minutes"), ({"minutes": "7.5"}, "minutes"),
                             ({"profile": "dog"}, "profile"), ({"age": "12-36"}, "age"), ({"inclusive": "false"}, "inclusive"),
                             ({"geometry": "yes"}, "geometry"), ({"format": "xlsx"}, "format"), ({"care": "hourly"}, "care"),
                             ({"region": ""}, "region"), ({"coordsys": "epsg"}, "coordsys")):
        assert coverage(server, "", 400, **wrong)["parameter"] == parameter, wrong
    for path in ("", f"/{WEST}"):
        problem = coverage(server, path, 400, region="atlantis")
        assert problem["parameter"] == "region" and "atlantis" in problem["detail"], problem
    assert server.post("/v1/coverage", {}).status == 405


def test_a_run_is_kept_tagged_and_public(flow):
    server = flow.serve(town(flow))
    answer = server.get("/v1/coverage")
    assert answer.headers["cache-control"] == "public, no-cache"
    assert server.get("/v1/coverage", {"If-None-Match": answer.headers["etag"]}).status == 304
    assert server.get("/v1/coverage?minutes=10", {"If-None-Match": answer.headers["etag"]}).status == 200
    assert server.get("/v1/coverage").json() == answer.json()


def test_a_region_without_streets_has_no_shares_and_says_so(flow):
    server = flow.serve(town(flow, streets=False))
    answer = coverage(server)
    assert answer["run"]["has_network"] is False
    for code in (WEST, EAST, FAR):
        assert by_code(answer)[code]["state"] == "off_network"
        assert by_code(answer)[code]["care"]["full_day"]["reachable"] is None


def test_strangers_cannot_keep_the_server_busy_with_coverage(flow):
    server = flow.serve(town(flow))
    usual = coverage(server)
    seen, until = set(), time.monotonic() + 20
    for minutes in range(1, 61):
        for profile in ("stroller", "toddler", "adult"):
            answer = server.get(f"/v1/coverage?minutes={minutes}&profile={profile}")
            seen.add(answer.status)
            assert answer.status in (200, 503), answer
            if answer.status == 503:
                assert answer.json()["type"] == "/problems/overloaded" and answer.headers["retry-after"] == "1"
        if time.monotonic() > until:
            break
    assert 200 in seen
    assert coverage(server) == usual, "the usual question is answered whatever strangers ask"


def test_isochrones_tell_who_lives_within_by_tens(flow):
    server = flow.serve(town(flow))
    ask = {"lon": "120.192", "lat": "30.1986", "minutes": "1,15,60"}
    hour, quarter, minute = server.get(f"/v1/isochrone?{urlencode(ask)}").json()["features"]
    assert quarter["properties"]["residents"] == 510, "h1 and h2: 507"
    assert hour["properties"]["residents"] == 660, "and h3, over the bridge: 658"
    assert minute["properties"]["residents"] in ("<10", 200, 300)
    bare = flow.serve(flow.store(TOWN, "bare.db"))
    flow.run("import", "osm", STREETS, "--store", bare.store)
    for feature in bare.get(f"/v1/isochrone?{urlencode(ask)}").json()["features"]:
        assert feature["properties"]["residents"] is None, "no figures are not nobody"


def told(server):
    """What coverage says of people and places, without the moment it says it for."""
    answer = coverage(server)
    return answer["region"], answer["communities"]


def test_one_groups_places_show_in_the_first_answer_after_the_import_that_changes_them(flow):
    store = town(flow)
    server = flow.serve(store)
    before = by_code(coverage(server))
    assert before[WEST]["care"]["full_day"]["open"] == 1
    register = flow.folder / "register.csv"
    rows = register.read_text(encoding="utf-8").replace(f",{YESTERDAY},", f",{TODAY},").splitlines()
    assert rows[1].startswith("s,") and rows[1].endswith(",9,5,0")
    rows[1] = rows[1].replace(",9,5,0", ",9,9,0")
    register.write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    after = by_code(coverage(server))
    assert after[WEST]["care"]["full_day"]["open"] == 0, "at once: the counters have moved"
    assert after[WEST]["care"]["full_day"]["reachable"] == 1
    assert after[EAST]["care"]["full_day"] == before[EAST]["care"]["full_day"], "another facility's"
    # a facility that closes: nobody is within walk of it at once, and minutes follow within seconds
    register.write_text("\n".join([rows[0], *rows[2:]]) + "\n", encoding="utf-8")
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", TODAY, "--close-missing", "--force",
             "--store", store)
    at_once = by_code(coverage(server))[WEST]["care"]["full_day"]
    assert (at_once["located"], at_once["reachable"], at_once["open"]) == (0, 0, 0)
    assert (before[WEST]["places"], by_code(coverage(server))[WEST]["places"]) == (20, 10)
    exact = json.loads(flow.run("coverage", "--json", "--store", store).stdout)
    minutes = {c["community"]: c["care"]["full_day"]["median_minutes"] for c in exact["communities"]}
    until = time.monotonic() + 20
    while seconds_to_go(until) and {c: e["care"]["full_day"]["median_minutes"] for c, e in by_code(coverage(server)).items()} != minutes:
        time.sleep(0.1)
    moved = told(server)
    server.stop()
    assert told(flow.serve(store)) == moved, "a server that computes all of it says the same"


def seconds_to_go(until):
    return max(0, until - time.monotonic())


def test_numbers_that_age_leave_coverage_when_the_clock_says_so(flow):
    store = town(flow)
    server = flow.serve(store)
    offer = server.get("/v1/nearby?lon=120.194&lat=30.1986&care=full_day&limit=1").json()["features"][0]["properties"]["offers"][0]
    stale_at = datetime.datetime.fromisoformat(offer["as_of"].replace("Z", "+00:00")) + datetime.timedelta(days=14)
    server.stop()
    server = flow.serve(store, "--now", (stale_at - datetime.timedelta(seconds=3)).isoformat().replace("+00:00", "Z"))
    opened = by_code(coverage(server))[WEST]["care"]["full_day"]["open"]
    until = time.monotonic() + 30
    while by_code(coverage(server))[WEST]["care"]["full_day"]["open"] and seconds_to_go(until):
        time.sleep(0.1)
    assert (opened, by_code(coverage(server))[WEST]["care"]["full_day"]["open"]) == (1, 0)
    aged = told(server)
    server.stop()
    server = flow.serve(store, "--now", (stale_at + datetime.timedelta(seconds=60)).isoformat().replace("+00:00", "Z"))
    assert told(server) == aged, "a server that computes all of it says the same"


def kept_runs(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        return database.execute("SELECT generation, is_current FROM run WHERE kind = 'coverage' ORDER BY run").fetchall()


def shown_run(flow, store):
    return json.loads(flow.run("coverage", "--store", store, "--as-of", "2099-01-01", "--json").stdout)


def test_an_import_keeps_a_run_of_coverage(flow):
    bare = town(flow, streets=False)
    assert kept_runs(bare) == [], "nothing to walk on, nothing to keep"
    flow.run("import", "osm", STREETS, "--store", bare)
    assert len(kept_runs(bare)) == 1, "streets and people"
    register = flow.folder / "register.csv"
    options = ("import", "register", register, "--coordsys", "wgs84", "--as-of", TODAY, "--store", bare)
    register.write_text(register.read_text(encoding="utf-8").replace(",9,5,0\n", ",9,9,0\n"), encoding="utf-8")
    flow.run(*options, "--dry-run")
    first = kept_runs(bare)
    assert len(first) == 1 and first[0][1] == 1, "nothing was committed"
    before = by_code(shown_run(flow, bare))[WEST]["care"]["full_day"]
    flow.run(*options)
    server = flow.serve(bare)
    assert len(kept_runs(bare)) == 1 and kept_runs(bare) > first, "in the place of the day's"
    after = by_code(shown_run(flow, bare))[WEST]["care"]["full_day"]
    assert before["reachable"] == after["reachable"] == 1
    register.write_text(register.read_text(encoding="utf-8").replace(",9,9,0\n", ",9,4,0\n"), encoding="utf-8")
    kept = kept_runs(bare)
    flow.run(*options)
    assert len(kept_runs(bare)) == 1 and kept_runs(bare) > kept, "a server keeps one too"
    assert server.get("/v1/coverage").json()["communities"]


def test_what_was_kept_of_a_day_is_told_as_the_command_tells_it(flow):
    store = town(flow)
    server = flow.serve(store)
    today = coverage(server)
    day = today["run"]["day"]
    kept = coverage(server, as_of=day)
    assert kept["communities"] == today["communities"] and kept["region"] == today["region"]
    assert coverage(server, f"/{WEST}", as_of="2099-01-01")["community"] == by_code(today)[WEST]
    drawn = coverage(server, as_of=day, geometry="true", coordsys="gcj02")
    assert by_code(drawn)[WEST]["geometry"] == by_code(coverage(server, geometry="true", coordsys="gcj02"))[WEST]["geometry"]
    tag = server.get(f"/v1/coverage?as_of={day}").headers["etag"]
    assert server.get(f"/v1/coverage?as_of={day}", {"If-None-Match": tag}).status == 304
    before = (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()
    problem = coverage(server, "", 404, as_of=before)
    assert problem["parameter"] == "as_of" and before in problem["detail"] and f"but of {day}" in problem["detail"]
    done = flow.run("coverage", "--as-of", before, "--store", store, code=1)
    assert problem["detail"] in done.stderr, "the command's sentence is the API's"
    problem = coverage(server, "", 404, as_of=day, minutes=9)
    assert "9 minutes; other questions have some" in problem["detail"]
    for wrong in ("yesterday", "2026-02-30", "2026-1-1", "mon"):
        assert coverage(server, "", 400, as_of=wrong)["parameter"] == "as_of", wrong
    # what is kept on request, or after an import, is there when the command returns
    told = json.loads(flow.run("coverage", "--minutes", "9", "--keep", "--json", "--store", store).stdout)
    again = coverage(server, as_of=day, minutes=9)
    assert again["run"]["parameters"]["minutes"] == 9 and again["run"]["time"] == told["run"]["time"]
    register = flow.folder / "register.csv"
    register.write_text(register.read_text(encoding="utf-8").replace(",9,5,0\n", ",9,9,0\n").replace(f",{YESTERDAY},", f",{TODAY},"),
                        encoding="utf-8")
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    after = coverage(server, as_of=day)
    assert by_code(after)[WEST]["care"]["full_day"]["open"] == 0 and by_code(kept)[WEST]["care"]["full_day"]["open"] == 1
    assert len(kept_runs(store)) == 2, "the last of the day of each question"


def test_a_run_that_cannot_be_kept_fails_no_import(flow):
    store = town(flow)
    kept = kept_runs(store)
    assert kept and kept[-1][1] == 1
    shown = shown_run(flow, store)
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        last, = database.execute("SELECT max(run) FROM run").fetchone()
        database.execute(f"ALTER TABLE run ADD COLUMN no_more INTEGER CHECK (run <= {last})")
    register = flow.folder / "register.csv"
    changed = register.read_text(encoding="utf-8").replace(",9,5,0\n", ",9,9,0\n")
    register.write_text(changed.replace(f",{YESTERDAY},", f",{TODAY},"), encoding="utf-8")
    done = flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", TODAY,
                    "--store", store)
    assert "it is stored; a run of coverage could not be kept" in done.stderr, (done.stderr, done.stdout)
    assert "3 changed" in done.stdout and kept_runs(store) == kept and shown_run(flow, store) == shown


def test_status_says_of_streets_and_residents(flow):
    store = flow.store(TOWN)
    server = flow.serve(store)

    def region():
        return server.get("/v1/status").json()["regions"][0]

    assert region()["streets"] is None and region()["residents"] == {"source": "none", "points": 0}
    flow.run("import", "osm", STREETS, "--store", store)
    streets = region()["streets"]
    assert streets["timestamp"] == "2026-02-01T10:00:00Z" and streets["invented"] is False
    assert streets["nodes"] == 60 and streets["edges"] == 2 * 102, "as `tuoyu check` counts pieces"
    homes = flow.folder / "homes.csv"
    homes.write_text("id,lon,lat,residents,children_under_3\n" + "".join(",".join(map(str, home)) + "\n" for home in HOMES),
                     encoding="utf-8")
    flow.run("import", "residents", homes, "--coordsys", "wgs84", "--store", store)
    assert region()["residents"] == {"source": "imported", "points": len(HOMES)}


def test_serve_names_a_walk_an_isochrone_and_the_coverage_table(flow):
    server = flow.serve(town(flow))
    printed = server.printed()
    assert "sample-town: of 2 communities with people, within 15 minutes' walk of full_day 2" in printed, printed
    tried = re.findall(r"curl '([^']+)'", printed)
    assert [url.split("?")[0].rsplit("/v1/", 1)[1] for url in tried] == ["nearby", "isochrone", "coverage"]
    for url in tried:
        answer = server.get("/v1/" + url.split("/v1/", 1)[1])
        assert answer.status == 200, answer
    assert server.get("/v1/" + tried[0].split("/v1/", 1)[1]).json()["by"] == "walk"
    assert f"tuoyu coverage --store {server.store}" in printed
