"""An export says what the API says at that moment."""

import csv
import io
import json


def facilities(server):
    """Every facility of the API, page after page, by id."""
    path, found = "/v1/facilities?bbox=120,30,121,31&limit=50", {}
    while path:
        answer = server.get(path).json()
        for feature in answer["features"]:
            assert feature["id"] not in found
            found[feature["id"]] = feature
        path = next((link["href"] for link in answer["links"] if link["rel"] == "next"), None)
        path = path and path[path.index("/v1/"):]
    return found


def test_an_export_beside_a_running_server_equals_its_answers(flow):
    store = flow.store()
    server = flow.serve(store)
    told = facilities(server)
    text = flow.run("export", "--format", "csv", "--layer", "offers", "--store", store).stdout
    rows = [row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
            if row["admission"] == "public"]
    offers = {o["id"]: (feature, o) for feature in told.values()
              for o in feature["properties"]["offers"]}
    assert len(offers) > 150 and len(told) > 50
    compared = 0
    for row in rows:
        if row["lon"] == "":
            continue  # off the map: in no bbox
        feature, offer = offers[row["id"]]
        assert row["facility"] == feature["id"]
        for key in ("open", "staffed", "enrolled", "held", "licensed", "availability", "freshness",
                    "as_of", "price", "care"):
            said = "" if offer[key] is None else str(offer[key])
            assert row[key] == said, (row["id"], key, row[key], offer[key])
        lon, lat = feature["geometry"]["coordinates"]
        assert abs(float(row["lon"]) - lon) < 1e-7 and abs(float(row["lat"]) - lat) < 1e-7
        compared += 1
    assert compared == len(offers), (compared, len(offers))

    file = flow.folder / "facilities.geojson"
    flow.run("export", file, "--store", store)
    features = json.loads(file.read_text("utf-8"))["features"]
    assert {f["id"] for f in features if f["geometry"]} == set(told)
    for feature in features:
        if feature["geometry"]:
            said = told[feature["id"]]["properties"]
            for key in ("name", "kind", "address", "phone", "inclusive", "demonstration"):
                assert feature["properties"][key] == said[key], (feature["id"], key)


def test_an_export_never_replaces_the_store(flow):
    store = flow.store()
    before = store.read_bytes()
    for line in (["--force"], []):
        done = flow.run("export", store, "--format", "csv", *line, "--store", store, code=1)
        assert "not replaced" in done.stderr, done.stderr
    assert store.read_bytes() == before
