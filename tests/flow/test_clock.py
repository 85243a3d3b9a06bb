"""The clock: --now is for stores that are not real; a sample stays as fresh as on its first day."""

import datetime
import json
import time

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


def test_a_lapsed_licence_delists_when_its_day_comes_where_the_mapping_says_so(flow):
    store = flow.store(TOWN)
    (flow.folder / "licences.csv").write_text(
        f"id,name,kind,until,x,y\nL1,a,nursery,{TODAY + datetime.timedelta(days=5)},120.2,30.2\n"
        "L2,b,nursery,,120.2,30.2\n", encoding="utf-8")
    mapping = {"version": 1, "identity": "id", "fields": {"name": "name", "kind": "kind"},
               "coordinates": {"x": "x", "y": "y"}, "lapses": {"on": "until", "delists": True}}
    (flow.folder / "mapping.json").write_text(json.dumps(mapping), encoding="utf-8")
    flow.run("import", "register", flow.folder / "licences.csv", "--coordsys", "wgs84", "--as-of", TODAY,
             "--mapping", flow.folder / "mapping.json", "--store", store)
    for days, left in ((0, 2), (34, 2), (35, 1)):
        now = f"{TODAY + datetime.timedelta(days=days)}T04:00:00Z"
        found = json.loads(flow.run("near", "120.2", "30.2", "--store", store, "--now", now,
                                    "--json").stdout)["features"]
        assert len(found) == left, (days, found)


def test_days_whose_holidays_are_not_published_are_told(flow):
    store = flow.store()
    server = flow.serve(store, "--now", "2026-12-10T04:00:00Z")
    assert "known until 2026-12-31" in server.stderr()
    region = server.get("/v1/status").json()["regions"][0]
    assert region["holidays_known_until"] == "2026-12-31"
    path = "/v1/nearby?lon=120.2&lat=30.2&from=09:00&to=11:00&day="
    for day, unknown in (("2026-12-31", None), ("2027-01-01", True), ("fri", None)):
        assert server.get(path + day).json().get("holidays_unknown") == unknown, day
    facility = server.get("/v1/facilities?limit=1").json()["features"][0]["id"]
    page = server.get(f"/facilities/{facility}").body.decode()
    assert "法定节假日安排已知至" in page, page
    said = flow.run("near", "120.2", "30.2", "--day", "2027-01-01", "--from", "09:00", "--to", "11:00",
                    "--store", store).stdout
    assert "holidays of that day are not published" in said, said
    server.stop()
    server = flow.serve(store, "--now", "2026-11-10T04:00:00Z")
    assert "known until" not in server.printed()


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


def test_the_tag_of_an_offers_numbers_does_not_change_as_days_pass(flow):
    store = flow.store()
    file = write_register(flow.folder / "own.csv", 1, TODAY)  # so that it is not dated anew
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)

    def places(days):
        """Of every offer with slots in the first: its tag, and how many slots are left."""
        server = flow.serve(store, "--now", f"{TODAY + datetime.timedelta(days=days)}T04:00:00Z")
        found = {}
        for feature in server.get("/v1/facilities?limit=40").json()["features"]:
            for offer in server.get(f"/v1/facilities/{feature['id']}").json()["properties"]["offers"]:
                path = f"/v1/facilities/{feature['id']}/offers/{offer['id']}/places"
                answer = server.get(path)
                found[path] = answer.headers["etag"], len(answer.json()["slots"])
        server.stop()
        return found
    today, later = places(0), places(60)
    assert any(count for _, count in today.values()), today
    assert not any(count for _, count in later.values()), later
    assert {path: tag for path, (tag, _) in today.items()} == {
        path: tag for path, (tag, _) in later.items()}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def start_at(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def wait_until(what, seconds=60):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "the clock alone must change the answer"
        time.sleep(0.3)


def test_the_clock_alone_changes_what_a_running_server_answers(flow):
    store = flow.store(TOWN)
    file = write_register(flow.folder / "register.csv", 20, TODAY)
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    path = "/v1/nearby?lon=120.2&lat=30.2&care=full_day,half_day"
    line = ["near", "120.2", "30.2", "--care", "full_day", "--limit", "1", "--json", "--store", store]
    offer = json.loads(flow.run(*line).stdout)["features"][0]["properties"]["offers"][0]
    stale_at = moment(offer["as_of"]) + datetime.timedelta(days=14, seconds=1)

    # A sample just before midnight in Shanghai, and the town just before its numbers turn stale.
    midnight = moment(f"{TODAY + datetime.timedelta(days=3)}T16:00:00Z")
    before = datetime.timedelta(seconds=15)
    sample = flow.serve(flow.store(name="sample.db"), "--now", start_at(midnight - before))
    town = flow.serve(store, "--now", start_at(stale_at - before))
    etag = town.get(path).headers["etag"]
    assert availability(town.get(path).json()["features"]) == {"fresh"}

    def built_for(server):
        return moment(server.get("/v1/status").json()["dataset"]["built_for"])
    assert built_for(sample) < midnight
    wait_until(lambda: availability(town.get(path).json()["features"]) == {"stale"})
    assert town.get(path, {"If-None-Match": etag}).status == 200, "the tag must have changed too"
    wait_until(lambda: built_for(sample) >= midnight)
