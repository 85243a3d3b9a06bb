"""Walking, end to end: a street file of an invented town, and what is answered on it."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import time
from urllib.parse import urlencode

from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"
STREETS = FIXTURES / "osm/river_town.osm"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
# North of the river, south of it, and on the island that is dropped.
PLACES = {"s": ("120.194", "30.1986"), "n": ("120.192", "30.2022"), "far": ("120.28", "30.28"),
          "e": ("120.203", "30.2022")}


def streets_of(store):
    return store.parent / f"{store.name}.sample-town.streets"


def test_streets_are_imported_with_and_without_a_server(flow):
    alone, served = flow.store(TOWN, "alone.db"), flow.store(TOWN, "served.db")
    said = flow.run("import", "osm", STREETS, "--store", alone).stdout
    assert "28" in said and "closed by foot=: 1" in said and "OpenStreetMap contributors" in said
    flow.serve(served)
    report = json.loads(flow.run("import", "osm", STREETS, "--store", served, "--json").stdout)
    assert report["committed"] and report["kind"] == "osm" and report["region"] == "sample-town"
    assert report["islands"]["dropped"] == 1 and report["islands"]["least_m"] == 2000
    assert report["osm_timestamp"] == "2026-02-01T10:00:00Z"
    assert streets_of(alone).read_bytes() == streets_of(served).read_bytes()
    assert os.stat(streets_of(alone)).st_mode & 0o777 == 0o600
    for store in (alone, served):
        assert "60 nodes, 102 pieces" in flow.run("check", "--store", store).stdout


def test_invented_streets_are_not_credited_to_openstreetmap(flow):
    invented = flow.folder / "invented.osm"
    invented.write_text(STREETS.read_text(encoding="utf-8").replace('generator="by hand"',
                                                                    'generator="x 示例数据"'), encoding="utf-8")
    store = flow.store(TOWN)
    said = flow.run("import", "osm", invented, "--store", store).stdout
    assert "invented" in said and "OpenStreetMap contributors" not in said
    answer = flow.serve(store).get("/v1/isochrone?lon=120.194&lat=30.1986&minutes=5").json()
    assert "示例数据" in answer["attribution"] and "OpenStreetMap" not in answer["attribution"]


def test_what_is_wrong_with_an_import_of_streets_is_said(flow):
    store = flow.store(TOWN)
    cut = flow.folder / "cut.osm"
    cut.write_bytes(STREETS.read_bytes()[:5000])
    water = flow.folder / "water.osm"
    water.write_text('<osm version="0.6"><node id="1" lat="30.2" lon="120.2" version="1"/></osm>')
    for args, code, says in (((cut,), 1, "cut.osm"), (("none.osm",), 1, "none.osm"),
                             ((STREETS, "--min-island-m", "-1"), 2, "must be 0 to"),
                             ((STREETS, "--region", "elsewhere"), 2, "no region 'elsewhere'"),
                             ((water,), 3, "no street to walk on")):
        done = flow.run("import", "osm", *args, "--store", store, code=code)
        assert says in done.stderr and done.stdout == "", (args, done.stderr)
    assert not streets_of(store).exists()
    flow.run("import", "osm", STREETS, "--dry-run", "--store", store)
    assert not streets_of(store).exists()


def test_check_finds_a_damaged_street_file(flow):
    store = flow.store(TOWN)
    flow.run("import", "osm", STREETS, "--store", store)
    whole = streets_of(store).read_bytes()
    streets_of(store).write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
    assert "damaged" in flow.run("check", "--store", store, code=1).stdout
    streets_of(store).unlink()
    assert "is missing" in flow.run("check", "--store", store, code=1).stdout


def walking_town(flow, name="store.db", streets=True):
    """A store with streets and four facilities, by the keys of PLACES."""
    store = flow.store(TOWN, name)
    file = flow.folder / "places.csv"
    rows = ["id,name,kind,lon,lat,care,age_from,age_to,licensed,as_of,staffed,enrolled,held"]
    rows += [f"{key},示例 {key},nursery,{lon},{lat},full_day,12,24,10,{TODAY},9,5,0"
             for key, (lon, lat) in PLACES.items()]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    if streets:
        flow.run("import", "osm", STREETS, "--store", store)
    return store


def names(answer):
    return [feature["properties"]["name"].split()[1] for feature in answer["features"]]


FROM = {"lon": "120.192", "lat": "30.2004"}  # on the south bank, at the foot of the stairs


def ask(server, status=200, **question):
    answer = server.get(f"/v1/nearby?{urlencode({**FROM, **question})}")
    assert answer.status == status, answer
    return answer.json()


def test_a_search_walks_where_there_are_streets(flow):
    server = flow.serve(walking_town(flow))
    found = ask(server)
    assert found["by"] == "walk" and found["profile"] == "stroller" and found["complete"]
    assert names(found) == ["s", "e"] and found["numberMatched"] == 2, "n is 35 minutes away"
    first = found["features"][0]["properties"]
    assert 385 < first["walk_m"] < 400 and first["distance_m"] < 300
    assert first["walk_m"] <= first["walk_minutes"] * 60 <= first["walk_m"] + 7, "rounded up to 0.1"
    # up the stairs on one's own feet; no river is crossed by a stroller but over the bridge
    assert names(ask(server, profile="adult")) == ["n", "s", "e"]
    by_line = ask(server, by="line")
    assert by_line["by"] == "line" and names(by_line) == ["n", "s", "e", "far"]
    assert "walk_minutes" not in by_line["features"][0]["properties"]
    assert ask(server, within_m="900")["by"] == "line"


def test_minutes_limit_a_walk_and_relax_says_what_lies_beyond(flow):
    server = flow.serve(walking_town(flow))
    found = ask(server, within_minutes="7", relax="true", care="full_day")
    assert names(found) == ["s"] and found["numberMatched"] == 1
    assert found["relax"] == [{"drop": "care", "numberMatched": 1},
                              {"drop": "within_minutes", "numberMatched": 3}]
    assert found["unknownMatched"] == 0
    body = {"lon": 120.192, "lat": 30.2004, "within_minutes": 7}
    assert names(server.post("/v1/nearby", body).json()) == ["s"]


def test_pages_on_foot_follow_one_another(flow):
    server = flow.serve(walking_town(flow))
    path, seen = f"/v1/nearby?{urlencode({**FROM, 'profile': 'adult', 'limit': '1'})}", []
    while path:
        page = server.get(path).json()
        assert page["numberMatched"] == 3 and len(page["features"]) == 1
        seen += names(page)
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        assert bool(following) == (not page["complete"])
        path = following[0].split(str(server.port))[1] if following else None
    assert seen == ["n", "s", "e"]


def test_off_the_network_is_said_and_never_snapped_silently(flow):
    server = flow.serve(walking_town(flow))
    off = {"lon": "120.15", "lat": "30.15"}
    assert ask(server, **off)["by"] == "line"
    for question, parameter in (({"by": "walk"}, "by"), ({"within_minutes": "9"}, "within_minutes")):
        problem = ask(server, 422, **off, **question)
        assert problem["type"] == "/problems/off-network" and problem["parameter"] == parameter
        assert "300 m" in problem["detail"]
    bare = flow.serve(flow.store(TOWN, "bare.db"))
    assert ask(bare, 422, by="walk")["type"] == "/problems/no-network"
    assert ask(bare)["by"] == "line"


def test_a_facility_says_for_each_profile_whether_it_stands_on_a_street(flow):
    server = flow.serve(walking_town(flow))
    listed = {feature["properties"]["name"].split()[1]: feature["id"]
              for feature in server.get("/v1/facilities").json()["features"]}
    walking = {key: server.get(f"/v1/facilities/{listed[key]}").json()["properties"]["walking"]
               for key in ("s", "far")}
    assert list(walking["s"]) == ["stroller", "toddler", "adult"]
    for fact in walking["s"].values():
        assert fact["state"] == "on_network" and 0 <= fact["snap_m"] < 300
    assert walking["far"]["adult"] == {"state": "off_network", "snap_m": None}
    bare = flow.serve(walking_town(flow, "bare.db", streets=False))
    fact = bare.get(f"/v1/facilities/{listed['s']}").json()["properties"]["walking"]["adult"]
    assert fact == {"state": "no_network", "snap_m": None}


def test_a_running_server_walks_on_streets_when_their_import_returns(flow):
    store = walking_town(flow)
    server = flow.serve(store)
    flow.run("import", "osm", FIXTURES / "osm/village.osm", "--min-island-m", "0", "--store", store)
    assert ask(server)["by"] == "line", "there is no street near any more"
    flow.run("import", "osm", STREETS, "--store", store)
    assert ask(server)["by"] == "walk"


def test_a_server_whose_street_file_is_gone_says_so_and_answers_by_line(flow):
    store = walking_town(flow)
    streets_of(store).unlink()
    server = flow.serve(store)
    assert "is missing" in server.stderr() and "tuoyu import osm" in server.stderr()
    assert ask(server)["by"] == "line"
    assert ask(server, 422, by="walk")["type"] == "/problems/no-network"


def test_near_prints_minutes_on_foot(flow):
    store = walking_town(flow)
    text = flow.run("near", FROM["lon"], FROM["lat"], "--profile", "adult", "--within-minutes", "15",
                    "--store", store).stdout
    assert "within 15 minutes on foot, nearest first (on foot, adult)" in text, text
    assert "min on foot (" in text
    refused = flow.run("near", "120.15", "30.15", "--by", "walk", "--store", store, code=1)
    assert "more than 300 m from any street" in refused.stderr


# Isochrones ------------------------------------------------------------------------------------

def isochrone(server, status=200, **question):
    answer = server.get(f"/v1/isochrone?{urlencode({**FROM, **question})}")
    assert answer.status == status, answer
    return answer.json()


def inside(feature, lon, lat):
    """By the even-odd rule over every ring."""
    odd = False
    for polygon in feature["geometry"]["coordinates"]:
        for ring in polygon:
            for (ax, ay), (bx, by) in zip(ring, ring[1:]):
                if (ay > lat) != (by > lat) and lon < ax + (lat - ay) / (by - ay) * (bx - ax):
                    odd = not odd
    return odd


def points(feature):
    return [point for polygon in feature["geometry"]["coordinates"] for ring in polygon for point in ring]


def test_isochrones_nest_and_hold_what_a_search_finds(flow):
    server = flow.serve(walking_town(flow))
    answer = isochrone(server, minutes="5,15,10", profile="adult")
    assert answer["profile"] == "adult" and answer["direction"] == "from"
    assert "OpenStreetMap" in answer["attribution"]
    large, middle, small = answer["features"]
    assert [f["properties"]["minutes"] for f in (large, middle, small)] == [15, 10, 5], "largest first"
    assert large["properties"]["area_m2"] > middle["properties"]["area_m2"] > small["properties"]["area_m2"] > 0
    assert all(feature["geometry"]["type"] == "MultiPolygon" for feature in answer["features"])
    for polygon in large["geometry"]["coordinates"]:
        for ring in polygon:
            assert ring[0] == ring[-1] and len(ring) >= 4
    for feature in answer["features"]:
        minutes = feature["properties"]["minutes"]
        found = names(ask(server, profile="adult", within_minutes=str(minutes)))
        for key in found:
            lon, lat = map(float, PLACES[key])
            assert inside(feature, lon, lat), (minutes, key)
        assert not inside(feature, *map(float, PLACES["far"]))
    assert large["properties"]["residents"] is None, "nobody was counted yet"


def test_an_isochrone_does_not_jump_the_river(flow):
    server = flow.serve(walking_town(flow))
    north = tuple(map(float, PLACES["n"]))
    walked = isochrone(server, minutes="15")["features"][0]
    climbed = isochrone(server, minutes="15", profile="toddler")["features"][0]
    assert not inside(walked, *north) and inside(climbed, *north), "there are stairs over it"


def test_isochrones_take_bodies_and_systems_and_default_to_three_contours(flow):
    server = flow.serve(walking_town(flow))
    by_query = isochrone(server)
    assert [f["properties"]["minutes"] for f in by_query["features"]] == [15, 10, 5]
    body = {"lon": float(FROM["lon"]), "lat": float(FROM["lat"]), "minutes": [5, 10, 15]}
    posted = server.post("/v1/isochrone", body)
    assert posted.status == 200 and posted.json()["features"] == by_query["features"]
    alone = server.post("/v1/isochrone", {**body, "minutes": 5}).json()["features"]
    areas = [feature["properties"]["area_m2"] for feature in alone + by_query["features"][2:]]
    assert len(areas) == 2 and abs(areas[0] / areas[1] - 1) < 0.05, "drawn on a grid of its own"
    to = isochrone(server, direction="to")
    assert to["direction"] == "to" and to["features"] == by_query["features"], "all streets are two-way"
    shifted = isochrone(server, coordsys="gcj02", lon="120.1967", lat="30.1980")
    away = [a[0] - b[0] for a, b in zip(sorted(points(shifted["features"][0])),
                                        sorted(points(by_query["features"][0])))]
    assert 0.003 < sum(away) / len(away) < 0.006, "drawn in the system that was asked in"


def test_isochrones_refuse_what_they_cannot_draw(flow):
    server = flow.serve(walking_town(flow))
    for minutes in ("0", "61", "5,10,15,20,25", "5,5", "5,,10", "x", "5.5", "-5", "5,", "1e1"):
        problem = isochrone(server, 400, minutes=minutes)
        assert problem["parameter"] == "minutes" and "each once" in problem["detail"], problem
    for wrong, parameter in (({"profile": "dog"}, "profile"), ({"direction": "up"}, "direction"),
                             ({"lon": "181"}, "lon"), ({"within_minutes": "5"}, "within_minutes")):
        assert isochrone(server, 400, **wrong)["parameter"] == parameter
    off = isochrone(server, 422, lon="120.15", lat="30.15")
    assert off["type"] == "/problems/off-network"
    bare = flow.serve(flow.store(TOWN, "bare.db"))
    assert isochrone(bare, 422)["type"] == "/problems/no-network"


def test_isochrones_are_private_and_leave_no_trace(flow):
    server = flow.serve(walking_town(flow))
    lon, lat = "120.1934567", "30.1987654"
    answer = server.get(f"/v1/isochrone?lon={lon}&lat={lat}")
    assert answer.status == 200 and answer.headers["cache-control"] == "private, no-cache"
    assert server.get(f"/v1/isochrone?lon={lon}&lat={lat}",
                      {"If-None-Match": answer.headers["etag"]}).status == 304
    server.get(f"/v1/isochrone?lon={lon}&lat=99.{lat}")
    server.get(f"/v1/nearby?lon={lon}&lat={lat}&by=walk")
    metrics = server.get("/metrics").body.decode()
    server.stop()
    for text in (server.printed(), metrics):
        assert "120.193" not in text and "30.198" not in text and "1934567" not in text
    assert "route=/v1/isochrone" in server.printed()


def test_a_point_whose_way_to_the_street_is_too_long_has_an_empty_contour(flow):
    server = flow.serve(walking_town(flow))
    answer = isochrone(server, lon="120.188", minutes="1,15", lat="30.1968")  # 193 m west of a street
    large, small = answer["features"]
    assert 180 < answer["snap_m"] < 200
    assert small["geometry"]["coordinates"] == [] and small["properties"]["area_m2"] == 0
    assert large["properties"]["area_m2"] > 0


# Profiles of one's own ----------------------------------------------------------------------------

def near(flow, store, *args, code=0):
    done = flow.run("near", FROM["lon"], FROM["lat"], *args, "--store", store, code=code)
    return done.stderr if code else (json.loads(done.stdout) if "--json" in args else done.stdout)


def test_a_profile_file_and_seconds_are_walked_by(flow):
    store = walking_town(flow)
    profile = flow.folder / "slow.json"
    profile.write_text('{"name": "slow", "speed_m_s": 0.5, "steps": true, "snap_max_m": 50}')
    answer = near(flow, store, "--profile-file", profile, "--json")
    assert answer["by"] == "walk" and answer["profile"] == "slow" and names(answer) == ["n", "s"]
    adult = near(flow, store, "--profile", "adult", "--json")
    for slow, quick in zip(answer["features"], adult["features"]):
        assert slow["properties"]["walk_m"] == quick["properties"]["walk_m"], "the same way"
        ratio = slow["properties"]["walk_minutes"] / quick["properties"]["walk_minutes"]
        assert abs(ratio - 2.6) < 0.1
    # 200 m and 392 m at half a metre a second
    assert names(near(flow, store, "--profile-file", profile, "--seconds", "420", "--json")) == ["n"]
    flow.serve(store)  # inside a server too
    assert names(near(flow, store, "--profile-file", profile, "--seconds", "420", "--json")) == ["n"]
    assert names(near(flow, store, "--seconds", "420", "--json")) == ["s"]
    assert "within 7 minutes on foot, nearest first (on foot, slow)" in near(
        flow, store, "--profile-file", profile, "--seconds", "420")


def test_snaps_that_do_not_count_shorten_the_way(flow):
    store = walking_town(flow)
    counted, uncounted = flow.folder / "counted.json", flow.folder / "uncounted.json"
    counted.write_text('{"speed_m_s": 1, "steps": false}')
    uncounted.write_text('{"speed_m_s": 1, "steps": false, "snap_counts": false}')
    ways = []
    for file in (counted, uncounted):
        done = flow.run("near", "120.1925", "30.2011", "--profile-file", file, "--json", "--store", store)
        ways.append(json.loads(done.stdout)["features"][0]["properties"]["walk_m"])
    assert 70 < ways[0] - ways[1] < 90, "78 m to the street"


def test_where_a_walk_begins_snaps_by_a_limit_of_its_own(flow):
    store = walking_town(flow)
    profile = flow.folder / "two.json"
    ask = ("120.1925", "30.2011", "--profile-file", profile, "--json", "--store", store)  # 78 m off
    profile.write_text('{"speed_m_s": 1, "steps": false, "snap_max_m": 50, "resident_snap_max_m": 100}')
    assert json.loads(flow.run("near", *ask).stdout)["features"], "facilities stand at the street"
    profile.write_text('{"speed_m_s": 1, "steps": false, "snap_max_m": 100, "resident_snap_max_m": 50}')
    assert "50 m from any street" in flow.run("near", *ask, code=1).stderr


def test_wrong_profiles_and_seconds_are_refused_in_a_sentence(flow):
    store = walking_town(flow)
    file = flow.folder / "wrong.json"
    file.write_text('{"speed_m_s": 50}')
    assert "speed_m_s" in near(flow, store, "--profile-file", file, code=1)
    assert "none.json" in near(flow, store, "--profile-file", "none.json", code=1)
    for args, says in ((("--seconds", "0"), "1 to 7200"), (("--seconds", "x"), "1 to 7200"),
                       (("--seconds", "60", "--within-minutes", "5"), "beside --within-minutes"),
                       (("--seconds", "60", "--by", "line"), "beside --by line"),
                       (("--profile-file", file, "--profile", "adult"), "beside --profile"),
                       (("--profile-file", file, "--within-m", "500"), "beside --within-m")):
        assert says in near(flow, store, *args, code=2), args


def walks(flow, store):
    """What a walk leads to: the same words before and after."""
    return flow.run("near", FROM["lon"], FROM["lat"], "--by", "walk", "--store", store, "--now",
                    f"{TODAY}T03:10:00Z", "--json").stdout


def test_a_restored_store_is_walked_in_as_before(flow):
    store = walking_town(flow)
    before = walks(flow, store)
    assert names(json.loads(before)) == ["s", "e"]
    copy = flow.folder / "copy"
    server = flow.serve(store)
    assert "the streets of 1 region" in flow.run("backup", copy, "--store", store).stdout
    assert streets_of(copy / "store.db").read_bytes() == streets_of(store).read_bytes()
    server.stop()
    fresh = flow.folder / "fresh.db"
    flow.run("restore", copy, "--store", fresh)
    assert walks(flow, fresh) == before
    # Over a store that has streets of its own: each keeps its own.
    other = flow.store(TOWN, "other.db")
    less = flow.folder / "less.osm"
    less.write_text(STREETS.read_text(encoding="utf-8").replace("2026-02-01", "2026-02-02"),
                    encoding="utf-8")
    flow.run("import", "osm", less, "--store", other)
    own = streets_of(other).read_bytes()
    kept = pathlib.Path(re.search(r"kept as (\S+)\.\n", flow.run(
        "restore", "--force", copy, "--store", other).stdout).group(1))
    assert walks(flow, other) == before
    assert streets_of(kept).read_bytes() == own != streets_of(other).read_bytes()
    for path in (other, kept):
        assert "60 nodes, 102 pieces" in flow.run("check", "--store", path).stdout
    # A folder that somebody changed does not come back.
    streets_of(copy / "store.db").write_bytes(own)
    failed = flow.run("restore", "--force", copy, "--store", other, code=1)
    assert "its sum is not" in failed.stderr
    assert walks(flow, other) == before


def test_streets_that_are_missing_are_named_by_backup_and_restore(flow):
    store = walking_town(flow)
    streets_of(store).unlink()
    copy = flow.folder / "copy"
    done = flow.run("backup", copy, "--store", store)
    assert "no walking in it for region sample-town" in done.stderr and "import osm" in done.stderr
    done = flow.run("restore", copy, "--store", flow.folder / "fresh.db")
    assert "no walking in it for region sample-town" in done.stderr


def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(flow):
    store = walking_town(flow)
    before, copy = walks(flow, store), flow.folder / "copy"
    flow.run("backup", copy, "--store", store)
    renamed = flow.folder / "places.csv"
    renamed.write_text(renamed.read_text(encoding="utf-8").replace("示例 ", "样例 "), encoding="utf-8")
    flow.run("import", "register", renamed, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    after = walks(flow, store)
    assert after != before
    line = [flow.program, "restore", "--force", copy, "--store", store]
    began = time.monotonic()
    subprocess.run(line, check=True, capture_output=True, timeout=60)
    takes, seen = time.monotonic() - began, set()
    for part in range(1, 11):
        running = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(takes * part / 10)
        running.kill()
        running.wait()
        answer = walks(flow, store)
        assert answer in (before, after), answer
        seen.add(running.returncode)
        assert "60 nodes, 102 pieces" in flow.run("check", "--store", store).stdout
    assert -9 in seen, "none was killed"
