"""Places to start from by a part of their name, end to end."""

import urllib.parse

from server import SAMPLE_REGION


def with_streets(flow):
    """A server on the sample with its streets and their names."""
    return flow.serve(flow.store(str(SAMPLE_REGION), "streets.db"))


def ask(server, status=200, **question):
    answer = server.post("/v1/suggest", question)
    assert answer.status == status, answer
    return answer.json()


def found(server, **question):
    return [(f["properties"]["kind"], f["properties"]["name"]) for f in ask(server, **question)["features"]]


def test_communities_roads_stations_and_facilities_are_found_in_both_languages(flow):
    server = with_streets(flow)
    for chinese, english, kind in (("西陵社区", "xiling community", "community"), ("江南大道", "JIANGNAN AVENUE", "road"),
                                   ("江汉路", "Jianghan  Road", "station"), ("西兴街道", "ｘｉｘｉｎｇ　street", "place")):
        for q in (chinese, english):
            first = ask(server, q=q)["features"][0]["properties"]
            assert (first["kind"], first["name"]) == (kind, chinese), (q, first)
    assert ("road", "江南大道") in found(server, q="江南"), "two characters"
    roads = [name for kind, name in found(server, q="江南大道", limit=20) if kind == "road"]
    assert roads == ["江南大道"], "drawn in many pieces, told once"
    community = ask(server, q="西陵社区")["features"][0]
    assert community["id"] == "330108001001" and community["properties"]["within"] == "西兴街道"
    assert community["properties"]["within_en"] == "Xixing Street"
    assert len(ask(server, q="西陵社区")["features"]) == 1, "its label on the map is not a second one"
    assert "示例" in ask(server, q="江南大道")["attribution"]
    assert len(found(server, q="社区", limit=20)) == 20 and len(found(server, q="社区", limit=3)) == 3


def test_a_facility_is_told_at_its_public_point_and_a_home_at_its_rounded_one(flow):
    server = flow.serve()
    pages, homes = "/v1/facilities?limit=1000", 0
    for facility in server.get(pages).json()["features"]:
        features = ask(server, q=facility["properties"]["name"], limit=20)["features"]
        told = [one for one in features if one["id"] == facility["id"]]
        if not facility["geometry"]:
            assert not told
            continue
        assert len(told) == 1 and told[0]["geometry"] == facility["geometry"], facility["id"]
        if facility["properties"]["kind"] == "home" and facility["properties"]["address"] is None:
            homes += 1
            assert all(round(at, 3) == at for at in told[0]["geometry"]["coordinates"])
    assert homes > 0
    shifted = ask(server, q=facility["properties"]["name"], coordsys="gcj02", limit=20)
    at = [one["geometry"]["coordinates"] for one in shifted["features"] if one["id"] == facility["id"]][0]
    assert shifted["coordsys"] == "gcj02" and at != facility["geometry"]["coordinates"]


def test_what_is_wrong_with_a_question_is_named(flow):
    server = flow.serve()
    for q in ("", "  ", "\u3000 \u3000", "\u200b", "字" * 101, "x" * 2048, "a\0b"):
        answer = server.post("/v1/suggest", {"q": q})
        assert answer.status == 400, q
        assert q == "a\0b" or answer.json()["parameter"] == "q", q
    for query, parameter in (("q=%00", "q"), ("q=%ff%fe", "q"), ("q=%E8%A5", "q"), ("q=%zz", "q"), ("limit=3", "q"),
                             ("q=a&limit=0", "limit"), ("q=a&limit=21", "limit"), ("q=a&limit=x", "limit"),
                             ("q=a&coordsys=x", "coordsys"), ("q=a&q=b", "q"), ("q=a&nearby=1", "nearby"),
                             ("q=a&region=Not%20one", "region")):
        problem = server.get(f"/v1/suggest?{query}")
        assert problem.status == 400 and problem.json()["parameter"] == parameter, (query, problem)
    assert server.get("/v1/suggest?q=a&region=elsewhere").status == 404
    assert server.request("POST", "/v1/suggest", body=b'{"q":"\xff"}',
                          headers={"Content-Type": "application/json"}).status == 400
    for q in ("\u0301" * 100, "a\u0301\u0323", "字" * 100, "\x01\x7f", "%", "\\", '"', "<img onerror>", "\U0001f600"):
        for answer in (server.post("/v1/suggest", {"q": q}), server.get("/v1/suggest?q=" + urllib.parse.quote(q))):
            assert answer.status == 200 and answer.json()["type"] == "FeatureCollection", (q, answer)


def test_by_query_and_by_body_it_is_the_same_and_no_trace_stays(flow):
    server = flow.serve()
    word = "示例"
    by_query = server.get(f"/v1/suggest?limit=3&region=binjiang&q={urllib.parse.quote(word)}")
    by_body = server.post("/v1/suggest", {"q": word, "limit": 3, "region": "binjiang"})
    assert by_query.json()["features"] == by_body.json()["features"] and by_query.json()["numberReturned"] == 3
    assert by_query.headers["cache-control"] == by_body.headers["cache-control"] == "private, no-cache"
    assert by_query.headers["content-type"] == "application/geo+json"
    etag = by_query.headers["etag"]
    again = f"/v1/suggest?limit=3&region=binjiang&q={urllib.parse.quote(word)}"
    assert server.get(again, {"If-None-Match": etag}).status == 304
    other = f"/v1/suggest?limit=3&region=binjiang&q={urllib.parse.quote('托育')}"
    assert server.get(other, {"If-None-Match": etag}).status == 200, "the ETag knows what was asked"
    secret = "zebracanary"
    server.get(f"/v1/suggest?q={secret}")
    server.post("/v1/suggest", {"q": secret})
    server.get(f"/v1/suggest?q={secret}&limit=0")
    metrics = server.get("/metrics").body.decode()
    server.stop()
    for text in (server.printed(), metrics):
        assert secret not in text
    assert "route=/v1/suggest" in server.printed()
