"""GET /v1/facilities, one facility, and an offer's places, over HTTP."""

NOW = "2026-11-24T03:10:00Z"


def serve(flow):
    return flow.serve(None, "--now", NOW)


def pages(server, url):
    features = []
    while url:
        answer = server.get(url)
        assert answer.status == 200, answer
        page = answer.json()
        features += page["features"]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        url = following[0][following[0].index("/v1/"):] if following else None
    return features


def test_all_pages_together_are_every_facility_once_by_id(flow):
    server = serve(flow)
    whole = [feature["id"] for feature in pages(server, "/v1/facilities?limit=1000")]
    assert whole == sorted(whole) and len(set(whole)) == len(whole) > 50
    for limit in (1, 9):
        assert [f["id"] for f in pages(server, f"/v1/facilities?limit={limit}")] == whole


def test_a_box_keeps_what_lies_inside_it(flow):
    server = serve(flow)
    west, south, east, north = box = (120.19, 30.18, 120.22, 30.21)
    inside = {f["id"] for f in pages(server, "/v1/facilities?limit=1000")
              if f["geometry"] and west <= f["geometry"]["coordinates"][0] <= east
              and south <= f["geometry"]["coordinates"][1] <= north}
    found = pages(server, "/v1/facilities?limit=3&bbox=" + ",".join(map(str, box)))
    assert {f["id"] for f in found} == inside and inside


def test_a_box_means_the_coordinates_of_the_answer_in_every_system(flow):
    server = serve(flow)
    for coordsys in ("gcj02", "bd09"):
        every = [f for f in pages(server, f"/v1/facilities?limit=1000&coordsys={coordsys}") if f["geometry"]]
        west = min(f["geometry"]["coordinates"][0] for f in every)
        for feature in every:  # boxes with an edge through a facility, their other corner far away
            lon, lat = feature["geometry"]["coordinates"]
            box = (west - 3, lat - 2, lon, lat)
            inside = {f["id"] for f in every if box[0] <= f["geometry"]["coordinates"][0] <= box[2]
                      and box[1] <= f["geometry"]["coordinates"][1] <= box[3]}
            found = server.get(f"/v1/facilities?limit=1000&coordsys={coordsys}&bbox="
                               + ",".join(f"{edge:.7f}" for edge in box)).json()["features"]
            assert {f["id"] for f in found} == inside, (coordsys, feature["id"])


def test_an_unknown_region_is_named(flow):
    server = serve(flow)
    assert server.get("/v1/facilities?region=binjiang").status == 200
    answer = server.get("/v1/facilities?region=nowhere")
    problem = answer.json()
    assert answer.status == 400 and problem["parameter"] == "region" and "nowhere" in problem["detail"]


def test_one_facility_is_whole(flow):
    server = serve(flow)
    for feature in pages(server, "/v1/facilities?limit=1000"):
        answer = server.get(f"/v1/facilities/{feature['id']}")
        assert answer.status == 200
        facility = answer.json()
        assert facility["type"] == "Feature" and facility["id"] == feature["id"]
        assert facility["geometry"] == feature["geometry"]
        properties = facility["properties"]
        for name in ("name", "region", "state", "registrar", "opened_on", "filed_on", "licensed_total",
                     "staff", "certified", "source", "source_id", "hours", "groups", "offers"):
            assert name in properties, name
        assert properties["state"] == "filed" and properties["region"] == "binjiang"
        groups = {group["id"]: group for group in properties["groups"]}
        for offer in properties["offers"]:
            assert offer["group"] in groups and offer["licensed"] == groups[offer["group"]]["licensed"]
            assert ("slots" in offer) == (offer["care"] in ("hourly", "drop_in"))
            hours = offer["hours"]
            if hours is not None:
                for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
                    assert all(a < b for a, b in hours[day])
                assert isinstance(hours["closed_on_holidays"], bool)
                assert isinstance(hours["exceptions"], list)
        if properties["kind"] == "home" and properties["point_is_rounded"]:
            assert properties["phone"] is None and properties["address"] is None
            assert all(round(value, 3) == value for value in facility["geometry"]["coordinates"])


def test_coordinates_of_one_facility_follow_coordsys(flow):
    server = serve(flow)
    one = next(f for f in pages(server, "/v1/facilities?limit=10") if f["geometry"])
    shifted = server.get(f"/v1/facilities/{one['id']}?coordsys=gcj02").json()
    assert shifted["coordsys"] == "gcj02" and shifted["geometry"] != one["geometry"]


def test_what_was_never_listed_is_404(flow):
    server = serve(flow)
    for path in ("/v1/facilities/bj-9999", "/v1/facilities/%E2%9C%93",
                 "/v1/facilities/bj-9999/offers/bj-9999-f1/places"):
        answer = server.get(path)
        assert answer.status == 404 and answer.headers["content-type"] == "application/problem+json"
    one = pages(server, "/v1/facilities?limit=1")[0]["id"]
    assert server.get(f"/v1/facilities/{one}/offers/nothing/places").status == 404


def test_places_have_a_strong_tag_and_no_gzip(flow):
    server = serve(flow)
    feature = next(f for f in pages(server, "/v1/facilities?limit=100") if f["properties"]["offers"])
    offer = feature["properties"]["offers"][0]
    url = f"/v1/facilities/{feature['id']}/offers/{offer['id']}/places"
    answer = server.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200 and "content-encoding" not in answer.headers
    tag = answer.headers["etag"]
    assert tag.startswith('"') and tag.endswith('"')
    places = answer.json()
    for name in ("licensed", "staffed", "enrolled", "held"):
        assert places[name] == offer[name], name
    assert places["group"] == offer["group"]
    assert server.get(url, headers={"If-None-Match": tag}).status == 304
    # no clock in it: hours later, the same tag
    server.stop()
    other = flow.serve(server.store, "--now", "2026-11-24T09:00:00Z")
    assert other.get(url).headers["etag"] == tag
