"""Washington, end to end through the program: register, block groups and streets by the real commands,
against what a second implementation computed (tests/README.md). Skipped where the files are not."""

import csv
import json
import os
import pathlib

from server import FIXTURES, ROOT, Skip

DATA = pathlib.Path(os.environ.get("TEST_DATA") or ROOT / "../shared/data") / "washington_dc"
NEEDED = ("facilities_2017.csv", "block_groups_2019.geojson", "derived_block_group_under5.csv",
          "expected_block_groups.csv", "osm_nw_dc.osm.pbf")
REGION = {"name": "washington", "title": "Washington", "timezone": "America/New_York", "currency": "USD",
          "language": "en", "bounds": [-77.2, 38.7, -76.8, 39.1], "test": True}
# The rules behind the expected figures; 15 minutes at this speed are so many metres.
RULES = {"steps": True, "snap_counts": False, "snap_max_m": 100, "resident_snap_max_m": 150, "min_component_m": 1e9}


def read(name):
    with open(DATA / name, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_mapping(flow):
    """The fixture's, for its questions: every row counts whatever its expiry, and with its exact point."""
    mapping = json.loads((FIXTURES / "mappings/washington-dc-2017.json").read_text(encoding="utf-8"))
    mapping["identity"] = "OBJECTID"
    del mapping["lapses"]
    mapping["fields"]["point_consent"] = {"constant": True}
    mapping["groups"] = [{"id": "all", "licensed": "TOT_LIC_CAP"}]
    mapping["offers"] = [{"id": "all", "groups": ["all"], "care": {"constant": "full_day"}}]
    path = flow.folder / "mapping.json"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    return path


def write_block_groups(flow):
    """Outlines with their figures, and a resident point in each: its internal point."""
    figures = {row["GEOID"]: row for row in read("derived_block_group_under5.csv")}
    areas = json.loads((DATA / "block_groups_2019.geojson").read_text(encoding="utf-8"))
    del areas["crs"]  # NAD 83, which is within two metres of WGS 84 here
    homes = ["id,lon,lat,residents"]
    for feature in areas["features"]:
        of = feature["properties"]
        of["residents"] = int(figures[of["GEOID"]]["population"])
        homes.append(f"{of['GEOID']},{float(of['INTPTLON'])},{float(of['INTPTLAT'])},{of['residents']}")
    (flow.folder / "areas.geojson").write_text(json.dumps(areas), encoding="utf-8")
    (flow.folder / "homes.csv").write_text("\n".join(homes) + "\n", encoding="utf-8")
    return len(areas["features"])


def washington(flow):
    for name in NEEDED:
        if not (DATA / name).exists():
            raise Skip(f"there is no {DATA / name}")
    region, store = flow.folder / "region.json", flow.folder / "washington.db"
    region.write_text(json.dumps(REGION), encoding="utf-8")
    count = write_block_groups(flow)
    flow.run("init", "--store", store, "--region-file", region)
    flow.run("import", "osm", DATA / "osm_nw_dc.osm.pbf", "--min-island-m", "0", "--store", store, timeout=600)
    flow.run("import", "communities", flow.folder / "areas.geojson", "--code-column", "GEOID", "--name-column", "NAMELSAD",
             "--store", store, timeout=600)
    flow.run("import", "residents", flow.folder / "homes.csv", "--coordsys", "wgs84", "--store", store, timeout=600)
    report = json.loads(flow.run("import", "register", DATA / "facilities_2017.csv", "--coordsys", "wgs84", "--as-of", "2017-06-01",
                                 "--mapping", write_mapping(flow), "--json", "--store", store, timeout=600).stdout)
    assert report["accepted"] == 468, report
    return store, count


def walk(flow, store, metres):
    """Coverage within so many metres: a speed that makes them 15 minutes."""
    profile = flow.folder / f"rules-{metres}.json"
    profile.write_text(json.dumps({**RULES, "name": f"w-{metres}", "speed_m_s": metres / 900}), encoding="utf-8")
    done = flow.run("coverage", "--profile-file", profile, "--care", "full_day", "--json", "--store", store, timeout=600)
    return json.loads(done.stdout)


def test_washington_end_to_end_is_what_a_second_implementation_found(flow):
    store, count = washington(flow)
    expected = {row["id"]: row for row in read("expected_block_groups.csv")}
    people = sum(int(row["population"]) for row in expected.values())
    for metres in (1000, 1250):
        answer = walk(flow, store, metres)
        entries = {entry["community"]: entry for entry in answer["communities"]}
        assert len(entries) == count
        served = sum(entries[code]["care"]["full_day"]["reachable"] * int(row["population"])
                     for code, row in expected.items())
        wanted = sum(int(row["population"]) for row in expected.values() if float(row["nearest_m"] or "inf") <= metres)
        print(f"    within {metres} m: {100 * served / people:.2f} %, expected {100 * wanted / people:.2f} %")
        assert abs(100 * served / people - 100 * wanted / people) <= 1, (metres, served, wanted, people)
    near = compared = 0
    for code, row in expected.items():
        if row["nearest_m"]:
            compared += 1
            minutes = entries[code]["care"]["full_day"]["median_minutes"]
            most = minutes * 60 * 1250 / 900 if minutes is not None else float("inf")
            least, wanted = most - 6 * 1250 / 900, float(row["nearest_m"])  # minutes are rounded up to 0.1
            near += least <= 1.05 * wanted and most >= 0.95 * wanted
    print(f"    {near} of {compared} nearest distances within 5 %")
    assert compared > 200 and near >= 0.97 * compared


def test_block_groups_outside_the_extract_are_off_the_network_and_not_uncovered(flow):
    store, count = washington(flow)
    entries = walk(flow, store, 1000)["communities"]
    expected = {row["id"] for row in read("expected_block_groups.csv")}
    outside = [entry for entry in entries if entry["community"] not in expected]
    assert len(outside) == count - len(expected) > 150
    for entry in outside:
        if entry["state"] != "known":
            assert entry["care"]["full_day"]["reachable"] is None, entry
    off = [entry for entry in outside if entry["state"] == "off_network"]
    print(f"    {len(off)} of {len(outside)} block groups outside are off the network")
    assert len(off) >= 0.9 * len(outside)
    server = flow.serve(store)
    public = server.get("/v1/coverage").json()["communities"]
    assert sum(entry["state"] == "off_network" for entry in public) >= 0.9 * len(off)
