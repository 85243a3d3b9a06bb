"""ETags, Cache-Control, gzip."""

import gzip
import re

POINT = "lon=120.19&lat=30.19"
WEAK = ["/v1/status", "/v1/facilities", f"/v1/nearby?{POINT}", "/v1/facilities?limit=3",
        "/v1/openapi.json"]


def test_weak_etags_give_304(flow):
    server = flow.serve()
    for path in WEAK:
        answer = server.get(path)
        tag = answer.headers["etag"]
        assert re.fullmatch(r'W/"[0-9a-f]+"', tag), tag
        for header in (tag, tag[2:], f'"x", {tag}', "*"):
            again = server.get(path, headers={"If-None-Match": header})
            assert again.status == 304 and again.body == b"", (path, header, again)
            assert again.headers["etag"] == tag and "cache-control" in again.headers
        for header in ('"x"', "W/", tag[2:-1], ""):
            assert server.get(path, headers={"If-None-Match": header}).status == 200, (path, header)


def test_etags_differ_with_the_question_and_not_with_its_packing(flow):
    server = flow.serve()
    paths = WEAK + [f"/v1/nearby?{POINT}&limit=3", f"/v1/nearby?{POINT}&coordsys=gcj02",
                    "/v1/facilities?coordsys=bd09", "/v1/facilities?limit=3&coordsys=bd09"]
    tags = [server.get(path).headers["etag"] for path in paths]
    assert len(set(tags)) == len(tags), dict(zip(paths, tags))
    for path, tag in zip(paths, tags):
        assert server.get(path, headers={"Accept-Encoding": "gzip"}).headers["etag"] == tag
    assert server.get("/v1/nearby?lat=x", headers={"If-None-Match": "*"}).status == 400


def test_cache_control_by_what_an_answer_speaks_of(flow):
    server = flow.serve()
    facility = server.get("/v1/facilities?limit=1").json()["features"][0]["id"]
    for path, control in [(f"/v1/nearby?{POINT}", "private, no-cache"), ("/v1/facilities", "public, no-cache"),
                          (f"/v1/facilities/{facility}", "public, no-cache"),
                          ("/v1/openapi.json", "public, no-cache"), ("/healthz", "no-store"),
                          ("/metrics", "no-store"), ("/nowhere", "no-store")]:
        assert server.get(path).headers["cache-control"] == control, path
    answer = server.post("/v1/nearby", {"lon": 120.2, "lat": 30.2})
    assert answer.headers["cache-control"] == "private, no-cache" and "etag" not in answer.headers


def test_gzip_when_it_is_wanted_and_worth_it(flow):
    server = flow.serve()
    for path in ("/v1/facilities", f"/v1/nearby?{POINT}", "/v1/openapi.json"):
        plain = server.get(path)
        assert "content-encoding" not in plain.headers and plain.headers["vary"] == "Accept-Encoding"
        for header, wanted in [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False),
                               ("identity", False), ("gzip;q=0, *;q=1", False)]:
            answer = server.get(path, headers={"Accept-Encoding": header})
            packed = answer.headers.get("content-encoding") == "gzip"
            assert packed == wanted, (path, header)
            assert (gzip.decompress(answer.body) if packed else answer.body) == plain.body, (path, header)
            assert answer.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in server.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_strong_etags_are_never_packed(flow):
    server = flow.serve()
    facility = server.get("/v1/facilities?limit=1").json()["features"][0]["id"]
    offer = server.get(f"/v1/facilities/{facility}").json()["properties"]["offers"][0]["id"]
    path = f"/v1/facilities/{facility}/offers/{offer}/places"
    answer = server.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200 and "content-encoding" not in answer.headers
    assert re.fullmatch(r'"[A-Za-z0-9-]+"', answer.headers["etag"]), answer.headers
    assert server.get(path, headers={"If-None-Match": answer.headers["etag"]}).status == 304
