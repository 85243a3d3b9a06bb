"""Walking, end to end: a street file of an invented town, and what is answered on it."""

import json
import os

from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"
STREETS = FIXTURES / "osm/river_town.osm"


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
