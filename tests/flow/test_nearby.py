"""GET and POST /v1/nearby over HTTP: order, pages, filters, coordinate systems, shapes."""

import json
import math
import urllib.parse

HERE = "lon=120.21&lat=30.20"
NOW = "2026-11-24T03:10:00Z"

ANSWER = ["type", "by", "coordsys", "numberReturned", "complete", "timeStamp", "features", "links"]
PROPERTIES = ["name", "name_en", "kind", "ownership", "inclusive", "demonstration", "address", "phone",
              "community", "distance_m", "offers"]
OFFER = ["id", "group", "care", "age_months", "licensed", "staffed", "enrolled", "held", "open",
         "availability", "freshness", "as_of", "price", "price_unit", "currency", "hours_today"]


def serve(flow):
    return flow.serve(None, "--now", NOW)


def nearby(server, query):
    answer = server.get(f"/v1/nearby?{query}")
    assert answer.status == 200, answer
    return answer.json()


def offers(answer):
    return [offer for feature in answer["features"] for offer in feature["properties"]["offers"]]


def test_the_answer_has_the_members_of_the_contract(flow):
    server = serve(flow)
    answer = nearby(server, HERE)
    assert [key for key in answer if key in ANSWER] == ANSWER, list(answer)
    assert answer["type"] == "FeatureCollection" and answer["by"] == "line"
    assert answer["coordsys"] == "wgs84" and answer["numberReturned"] == len(answer["features"]) == 20
    assert answer["complete"] is False and "numberMatched" not in answer
    for feature in answer["features"]:
        assert list(feature) == ["type", "id", "geometry", "properties"]
        assert feature["type"] == "Feature" and feature["geometry"]["type"] == "Point"
        assert list(feature["properties"]) == PROPERTIES, list(feature["properties"])
        for offer in feature["properties"]["offers"]:
            assert list(offer) == OFFER, list(offer)
            assert offer["id"].startswith(feature["id"] + "-") and offer["availability"] in (
                "open", "full", "ask", "unknown")
            assert offer["currency"] == "CNY"
            assert (offer["availability"] == "open") <= (offer["freshness"] == "fresh")
            for interval in offer["hours_today"] or []:
                assert len(interval) == 2 and interval[0] < interval[1], interval


def test_facilities_come_nearest_first_and_each_once_over_all_pages(flow):
    server = serve(flow)
    whole = nearby(server, f"{HERE}&limit=100")
    assert whole["complete"] and [link["rel"] for link in whole["links"]] == ["self"]
    wanted = [feature["id"] for feature in whole["features"]]
    distances = [feature["properties"]["distance_m"] for feature in whole["features"]]
    assert distances == sorted(distances) and len(set(wanted)) == len(wanted) > 40
    for limit in (1, 7, 20):
        seen, url = [], f"/v1/nearby?{HERE}&limit={limit}"
        while url:
            page = server.get(url).json()
            seen += [feature["id"] for feature in page["features"]]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            assert page["complete"] == (not following)
            assert all(href.startswith(f"http://127.0.0.1:{server.port}/v1/nearby?") for href in following)
            url = following[0][len(f"http://127.0.0.1:{server.port}"):] if following else None
        assert seen == wanted, limit


def test_distances_agree_with_the_haversine_of_the_points_given(flow):
    server = serve(flow)
    for feature in nearby(server, HERE)["features"]:
        lon, lat = map(math.radians, feature["geometry"]["coordinates"])
        lon0, lat0 = math.radians(120.21), math.radians(30.20)
        a = (math.sin((lat - lat0) / 2) ** 2
             + math.cos(lat) * math.cos(lat0) * math.sin((lon - lon0) / 2) ** 2)
        sphere_m = 2 * 6371008.8 * math.asin(math.sqrt(a))
        assert abs(feature["properties"]["distance_m"] - sphere_m) <= 0.006 * sphere_m + 1


def test_open_true_shows_only_offers_with_a_fresh_open_place(flow):
    server = serve(flow)
    every = nearby(server, f"{HERE}&limit=100")
    answer = nearby(server, f"{HERE}&limit=100&open=true&within_m=100000&relax=true")
    assert 0 < answer["numberMatched"] == len(answer["features"]) < len(every["features"])
    for offer in offers(answer):
        assert offer["availability"] == "open" and offer["freshness"] == "fresh" and offer["open"] > 0
    wanted = {offer["id"] for offer in offers(every) if offer["availability"] == "open"}
    assert {offer["id"] for offer in offers(answer)} == wanted
    drops = {entry["drop"]: entry["numberMatched"] for entry in answer["relax"]}
    assert drops == {"open": len(every["features"]), "within_m": answer["numberMatched"]}
    assert answer["unknownMatched"] > 0


def test_each_filter_keeps_what_satisfies_it(flow):
    server = serve(flow)
    checks = {
        "care=hourly,drop_in": lambda f, o: o["care"] in ("hourly", "drop_in"),
        "age_months=18": lambda f, o: o["age_months"][0] <= 18 < o["age_months"][1],
        "inclusive=true": lambda f, o: f["inclusive"] is True,
        "kind=park,community": lambda f, o: f["kind"] in ("park", "community"),
        "ownership=public": lambda f, o: f["ownership"] == "public",
        "max_price=4000&price_unit=hour": lambda f, o: o["price_unit"] == "hour" and o["price"] <= 4000,
    }
    every = nearby(server, f"{HERE}&limit=100")
    for filters, holds in checks.items():
        answer = nearby(server, f"{HERE}&limit=100&{filters}")
        assert answer["features"], filters
        found = {offer["id"] for offer in offers(answer)}
        wanted = set()
        for feature in every["features"]:
            for offer in feature["properties"]["offers"]:
                if offer["age_months"] and None not in offer["age_months"] or "age" not in filters:
                    if (offer["price"] is not None or "price" not in filters) and \
                            holds(feature["properties"], offer):
                        wanted.add(offer["id"])
        assert found == wanted, (filters, found ^ wanted)


def test_born_and_start_give_the_age_that_is_used(flow):
    server = serve(flow)
    assert nearby(server, f"{HERE}&born=2025-03&start=2026-02")["age_months"] == 11
    assert nearby(server, f"{HERE}&born=2025-05")["age_months"] == 18
    assert nearby(server, f"{HERE}&age_months=18")["age_months"] == 18
    assert "age_months" not in nearby(server, HERE)
    later = nearby(server, f"{HERE}&age_months=18&start=2027-03&open=true&limit=100")
    assert later["features"]
    assert {offer["open_because"] for offer in offers(later)} <= {"now", "next_open"}


def test_all_coordinates_follow_coordsys(flow):
    server = serve(flow)
    plain = nearby(server, f"{HERE}&limit=50")
    for system in ("gcj02", "bd09"):
        shifted = nearby(server, f"{HERE}&limit=1&coordsys={system}")
        assert shifted["coordsys"] == system
        # ask again from where a facility itself is said to be: it must be at 0 m
        lon, lat = shifted["features"][0]["geometry"]["coordinates"]
        same = nearby(server, f"lon={lon}&lat={lat}&limit=1&coordsys={system}")
        assert same["features"][0]["id"] == shifted["features"][0]["id"]
        assert same["features"][0]["properties"]["distance_m"] == 0
        exact = {f["id"]: f["geometry"]["coordinates"] for f in plain["features"]}
        if shifted["features"][0]["id"] in exact:
            x, y = exact[shifted["features"][0]["id"]]
            assert 0.001 < math.hypot(lon - x, lat - y) < 0.03


def test_a_post_answers_the_same_and_its_links_hold_no_query(flow):
    server = serve(flow)
    body = {"lon": 120.21, "lat": 30.20, "open": True, "limit": 5}
    post = server.request("POST", "/v1/nearby", body=json.dumps(body),
                          headers={"Content-Type": "application/json"})
    assert post.status == 200, post
    answer, get = post.json(), nearby(server, f"{HERE}&open=true&limit=5")
    assert answer["features"] == get["features"]
    links = {link["rel"]: link for link in answer["links"]}
    assert all("?" not in link["href"] for link in answer["links"])
    assert links["next"]["method"] == "POST"
    following = server.request("POST", "/v1/nearby",
                               body=json.dumps({**body, "cursor": links["next"]["cursor"]}),
                               headers={"Content-Type": "application/json"}).json()
    href = [link["href"] for link in get["links"] if link["rel"] == "next"][0]
    again = server.get(href[href.index("/v1/"):]).json()
    assert following["features"] == again["features"]


def test_a_cursor_of_another_question_is_refused(flow):
    server = serve(flow)
    page = nearby(server, f"{HERE}&limit=3")
    href = [link["href"] for link in page["links"] if link["rel"] == "next"][0]
    cursor = urllib.parse.parse_qs(urllib.parse.urlparse(href).query)["cursor"][0]
    answer = server.get(f"/v1/nearby?{HERE}&limit=3&open=true&cursor={cursor}")
    assert answer.status == 400 and answer.json()["parameter"] == "cursor"


def test_walking_without_a_network_is_422_and_falls_back_when_not_asked_for(flow):
    server = serve(flow)
    for query in ("by=walk", "within_minutes=15"):
        answer = server.get(f"/v1/nearby?{HERE}&{query}")
        assert answer.status == 422 and answer.json()["type"] == "/problems/no-network", answer
    assert nearby(server, HERE)["by"] == "line"


def test_an_unchanged_answer_is_304(flow):
    server = serve(flow)
    first = server.get(f"/v1/nearby?{HERE}")
    assert first.headers["etag"].startswith("W/")
    again = server.get(f"/v1/nearby?{HERE}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304 and again.body == b""
    other = server.get(f"/v1/nearby?{HERE}&limit=3", headers={"If-None-Match": first.headers["etag"]})
    assert other.status == 200


def test_a_date_asks_slots_and_hours_of_that_day(flow):
    server = serve(flow)
    answer = nearby(server, f"{HERE}&limit=100&care=hourly,drop_in&open=true&day=2026-11-25&from=09:00&to=10:00")
    asked = nearby(server, f"{HERE}&limit=100&care=hourly,drop_in&day=2026-11-25&from=09:00&to=10:00")
    assert asked["features"]
    assert {o["id"] for o in offers(answer)} == {o["id"] for o in offers(asked) if o["availability"] == "open"}
