"""The clock: --now is for stores that are not real; a sample stays as fresh as on its first day."""

import datetime
import json

from registers import write_register
from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LATER = f"{TODAY + datetime.timedelta(days=90)}T04:00:00Z"


def real_store(flow):
    region = json.loads(TOWN.read_text("utf-8"))
    for key in ("test", "notice", "notice_en"):
        region.pop(key, None)
    file = flow.folder / "real.json"
    file.write_text(json.dumps(region), "utf-8")
    return flow.store(file, "real.db")


def test_another_day_is_refused_on_a_real_store(flow):
    store = real_store(flow)
    for line in (["serve"], ["near", "120.2", "30.2"], ["export", "--format", "csv"]):
        done = flow.run(*line, "--store", store, "--now", LATER, code=2)
        assert "sample and test stores" in done.stderr, done.stderr
    assert "a moment like" in flow.run("near", "120.2", "30.2", "--store", store, "--now", "tomorrow",
                                       code=2).stderr
    server = flow.serve(store)
    flow.run("near", "120.2", "30.2", "--store", store, "--now", LATER, code=2)  # inside it too
    server.stop()


def availability(features):
    return {offer["freshness"] for f in features for offer in f["properties"]["offers"]}


def test_numbers_age_when_the_clock_of_a_test_store_is_set(flow):
    store = flow.store(TOWN)
    file = write_register(flow.folder / "register.csv", 20, TODAY)
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    path = "/v1/nearby?lon=120.2&lat=30.2&care=full_day,half_day"
    server = flow.serve(store)
    assert availability(server.get(path).json()["features"]) == {"fresh"}
    server.stop()
    server = flow.serve(store, "--now", LATER)
    assert availability(server.get(path).json()["features"]) == {"unknown"}
    built = server.get("/v1/status").json()["dataset"]["built_for"]
    assert built.startswith(LATER[:10]), built
    server.stop()


def test_a_sample_is_dated_anew_until_it_holds_data_of_ones_own(flow):
    store = flow.store()
    first = flow.serve(store)
    path = "/v1/nearby?lon=120.2&lat=30.2&limit=100"

    def shape(server):
        return [(f["id"], [(o["id"], o["availability"], o["freshness"]) for o in
                           f["properties"]["offers"]])
                for f in server.get(path).json()["features"]]
    fresh = shape(first)
    first.stop()
    assert len(fresh) > 30
    assert any(o[2] == "fresh" for _, offers in fresh for o in offers)
    later = flow.serve(store, "--now", LATER)
    again = [(o[0], o[2]) for _, offers in shape(later) for o in offers]
    assert again == [(o[0], o[2]) for _, offers in fresh for o in offers]
    assert "days old" not in later.printed()
    later.stop()

    file = write_register(flow.folder / "own.csv", 1, TODAY)
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    much_later = f"{TODAY + datetime.timedelta(days=180)}T04:00:00Z"
    own = flow.serve(store, "--now", much_later)
    assert "make sample" in own.printed(), own.printed()
    assert not any(o[2] == "fresh" for _, offers in shape(own) for o in offers)
