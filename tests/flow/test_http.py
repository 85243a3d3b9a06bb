"""Methods, CORS, problems, links, the OpenAPI document, the status."""

import json
import re

from server import FIXTURES, SAMPLE_REGION

TOWN = FIXTURES / "regions/sample-town.json"
POINT = "lon=120.19&lat=30.19"


def test_methods_have_their_answers(flow):
    server = flow.serve()
    for path, allow in [("/v1/nearby", "GET, HEAD, POST, OPTIONS"), ("/v1/status", "GET, HEAD, OPTIONS"),
                        ("/v1/facilities/bj-0001", "GET, HEAD, OPTIONS")]:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW"):
            answer = server.request(method, path)
            assert answer.status == 405, (method, path, answer)
            assert answer.headers["allow"] == allow, answer.headers
            assert answer.json()["type"] == "/problems/method-not-allowed"
        answer = server.request("OPTIONS", path, headers={
            "Origin": "https://app.example", "Access-Control-Request-Method": "GET"})
        assert answer.status == 204 and answer.body == b"", answer
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == allow
        assert answer.headers["access-control-allow-headers"] == "Content-Type, If-None-Match"
    for method in ("GET", "PUT", "OPTIONS", "BREW"):
        answer = server.request(method, "/nowhere")
        assert answer.status == 404 and answer.json()["type"] == "/problems/no-such-path", answer


def test_head_is_get_without_a_body(flow):
    server = flow.serve()
    for path in ("/v1/status", f"/v1/nearby?{POINT}", "/healthz", "/nowhere"):
        got, head = server.get(path), server.request("HEAD", path)
        assert head.status == got.status and head.body == b"", (path, head)
        assert head.headers["content-length"] == str(len(got.body)), path
        assert head.headers["content-type"] == got.headers["content-type"]


def test_a_connection_serves_many_requests(flow):
    server = flow.serve()
    connection = server.connect()
    for _ in range(50):
        assert server.get("/healthz", connection=connection).body == b"ok\n"
        assert server.get("/v1/nearby?lon=x", connection=connection).status == 400
        assert server.post("/v1/nearby", {"lon": 120.2, "lat": 30.2}, connection=connection).status == 200
    connection.close()
    assert server.metric("tuoyu_connections_total") < 50


def test_every_answer_carries_the_headers_that_protect(flow):
    server = flow.serve()
    for path in ("/v1/status", f"/v1/nearby?{POINT}", "/v1/nearby", "/nowhere", "/healthz", "/metrics",
                 "/v1/openapi.json"):
        headers = server.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert headers["access-control-allow-origin"] == "*", path
        assert "set-cookie" not in headers and "cache-control" in headers, path


def test_problems_are_problem_documents(flow):
    server = flow.serve()
    document = server.get("/v1/openapi.json").json()
    types = document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    for path, status, parameter in [("/v1/nearby", 400, "lon"), (f"/v1/nearby?{POINT}&limit=0", 400, "limit"),
                                    (f"/v1/nearby?{POINT}&by=walk", 422, "by"), ("/x", 404, None),
                                    ("/v1/facilities/none-such", 404, None)]:
        answer = server.get(path)
        assert answer.status == status, (path, answer)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        problem = answer.json()
        assert problem["type"] in types and problem["status"] == status and problem["detail"], problem
        assert problem.get("parameter") == parameter, problem
    for sent, headers, status in [(b"{}", {"Content-Type": "text/plain"}, 415),
                                  (b"{", {"Content-Type": "application/json"}, 400),
                                  (b"", {"Content-Type": "application/json"}, 400)]:
        answer = server.request("POST", "/v1/nearby", body=sent, headers=headers)
        assert answer.status == status, (sent, headers, answer)
    answer = server.request("POST", "/v1/nearby?lon=1", body=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status == 400, answer


def hrefs(answer):
    return [link["href"] for link in answer.json()["links"]]


def test_links_are_absolute_and_never_from_the_host_header(flow):
    server = flow.serve()
    base = f"http://127.0.0.1:{server.port}/"
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
            "Forwarded": "host=evil.example"}
    for headers in ({}, evil):
        for href in hrefs(server.get(f"/v1/nearby?{POINT}&limit=2", headers=headers)):
            assert href.startswith(base), href
    store = flow.store(name="second.db")
    server = flow.serve(store, "--trusted-proxies", "127.0.0.0/8")
    for href in hrefs(server.get(f"/v1/nearby?{POINT}&limit=2", headers={
            "X-Forwarded-Host": "tuoyu.example", "X-Forwarded-Proto": "https"})):
        assert href.startswith("https://tuoyu.example/v1/nearby?"), href
    for host in ('a"b', "a/b", "a b", ""):
        for href in hrefs(server.get(f"/v1/nearby?{POINT}&limit=2", headers={"X-Forwarded-Host": host})):
            assert href.startswith(f"http://127.0.0.1:{server.port}/"), href
    server.stop()
    server = flow.serve(store, "--public-url", "https://known.example", "--trusted-proxies", "127.0.0.1")
    for href in hrefs(server.get(f"/v1/nearby?{POINT}&limit=2", headers=evil)):
        assert href.startswith("https://known.example/v1/nearby?"), href


def test_next_links_lead_through_all_without_repeating(flow):
    server = flow.serve()
    seen, path = [], f"/v1/nearby?{POINT}&limit=7"
    while path:
        page = server.get(path).json()
        seen += [feature["id"] for feature in page["features"]]
        following = [link for link in page["links"] if link["rel"] == "next"]
        assert page["complete"] == (not following)
        path = following[0]["href"].split(f":{server.port}", 1)[1] if following else None
    assert len(seen) == len(set(seen)) > 20
    body, again = {"lon": 120.19, "lat": 30.19, "limit": 7}, []
    cursor = {}
    while cursor is not None:
        page = server.post("/v1/nearby", {**body, **cursor}).json()
        again += [feature["id"] for feature in page["features"]]
        following = [link for link in page["links"] if link["rel"] == "next"]
        assert all("?" not in link["href"] for link in page["links"])
        assert all(link["method"] == "POST" for link in following)
        cursor = {"cursor": following[0]["cursor"]} if following else None
    assert again == seen


def test_a_rate_limit_is_told_with_retry_after(flow):
    server = flow.serve(None, "--rate", "5", wait=True)
    codes = [server.get("/healthz").status for _ in range(40)]
    assert 200 in codes and 429 in codes, codes
    for _ in range(50):
        answer = server.get("/healthz")
        if answer.status == 429:
            break
    assert answer.status == 429 and int(answer.headers["retry-after"]) >= 1, answer
    assert answer.json()["type"] == "/problems/too-many-requests"
    assert answer.headers["access-control-expose-headers"] == "Retry-After"


def test_the_status_says_what_is_loaded(flow):
    server = flow.serve()
    status = server.get("/v1/status").json()
    region = status["regions"][0]
    assert region["name"] == "binjiang" and region["sample"] is True, region
    assert "示例数据" in region["notice"], region
    assert status["counts"]["facilities"] > 50 and status["counts"]["communities"] == 67, status
    assert status["audit_head"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", status["dataset"]["built_for"]), status
    assert server.get("/healthz").body == b"ok\n"


# The answers against the OpenAPI document ---------------------------------------------------------

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def check_schema(document, schema, value, where, wrong):
    """The part of JSON Schema that the document uses."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return check_schema(document, document["components"]["schemas"][name], value, where, wrong)
    if value is None:
        if not schema.get("nullable"):
            wrong.append(f"{where} is null")
        return
    for part in schema.get("allOf", []):
        check_schema(document, part, value, where, wrong)
    if "oneOf" in schema:
        tried = [[] for _ in schema["oneOf"]]
        for part, found in zip(schema["oneOf"], tried):
            check_schema(document, part, value, where, found)
        if sum(not found for found in tried) != 1:
            wrong.append(f"{where} is {value!r}, which is not one of its shapes")
    kind = schema.get("type")
    good = {"integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, (int, float)) and not isinstance(value, bool),
            None: True}.get(kind, isinstance(value, TYPES.get(kind, object)))
    if not good:
        wrong.append(f"{where} is {value!r}, not {kind}")
        return
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{where} is {value!r}, not one of {schema['enum']}")
    if isinstance(value, dict):
        properties = schema.get("properties")
        for name in schema.get("required", []):
            if name not in value:
                wrong.append(f"{where}.{name} is missing")
        for name, member in value.items():
            if properties is not None and name in properties:
                check_schema(document, properties[name], member, f"{where}.{name}", wrong)
            elif properties is not None and "additionalProperties" not in schema:
                wrong.append(f"{where}.{name} is not in the document")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10 ** 9):
            wrong.append(f"{where} has {len(value)} items")
        for i, item in enumerate(value):
            check_schema(document, schema.get("items", {}), item, f"{where}[{i}]", wrong)


def questions(server, code):
    """Path, its template and the body to POST or None: every JSON answer of the document but itself."""
    yield from (("/v1/nearby?" + POINT + more, "/v1/nearby", None) for more in (
        "&limit=100", "&relax=true&open=true&within_m=3000&start=2030-01",
        "&day=mon&from=09:00&to=10:00&within_m=100000", "&born=2025-03&coordsys=bd09"))
    lon, lat = (float(part.split("=")[1]) for part in POINT.split("&"))
    yield "/v1/nearby", "/v1/nearby", {"lon": lon, "lat": lat, "limit": 1}
    if server.get("/v1/config").json()["regions"][0]["walk"]:
        yield f"/v1/isochrone?{POINT}", "/v1/isochrone", None
        yield "/v1/isochrone", "/v1/isochrone", {"lon": lon, "lat": lat, "minutes": [5, 10]}
    yield "/v1/suggest?q=%E7%A4%BA", "/v1/suggest", None
    yield "/v1/suggest", "/v1/suggest", {"q": "示例", "limit": 3}
    yield "/v1/coverage?geometry=true", "/v1/coverage", None
    yield "/v1/coverage?minutes=30&age=6-12&inclusive=true", "/v1/coverage", None
    yield f"/v1/coverage/{code}", "/v1/coverage/{community}", None
    yield from ((path, path, None) for path in ("/v1/status", "/v1/config"))
    if server.get("/v1/tiles/base.json").status == 200:
        yield "/v1/tiles/base.json", "/v1/tiles/base.json", None
    yield "/v1/facilities?limit=500", "/v1/facilities", None
    for feature in server.get("/v1/facilities?limit=500").json()["features"]:
        path = f"/v1/facilities/{feature['id']}"
        yield path, "/v1/facilities/{id}", None
        for offer in server.get(path).json()["properties"]["offers"]:
            yield f"{path}/offers/{offer['id']}/places", "/v1/facilities/{id}/offers/{offer}/places", None


def wrong_shapes(server, code):
    """The sentences, and what nobody asked."""
    document, wrong = server.get("/v1/openapi.json").json(), []
    unasked = {(template, method) for template, path in document["paths"].items() for method, of in path.items()
               if any("$ref" in media["schema"] for media in of["responses"]["200"]["content"].values())}
    unasked -= {("/v1/openapi.json", "get")}
    for path, template, body in questions(server, code):
        unasked -= {(template, "post" if body else "get")}
        answer = server.post(path, body) if body else server.get(path)
        assert answer.status == 200, (path, answer)
        content = document["paths"][template]["post" if body else "get"]["responses"]["200"]["content"]
        media = answer.headers["content-type"].split(";")[0]
        assert media in content, (media, content)
        check_schema(document, content[media]["schema"], answer.json(), template, wrong)
    assert not re.search(r"NaN|Infinity", json.dumps(document))
    return "\n".join(sorted({re.sub(r"\[\d+\]", "[]", sentence) for sentence in wrong})), unasked


def test_answers_have_the_shape_that_the_document_says(flow):
    whole = flow.folder / "whole.db"
    flow.run("init", "--store", whole, "--region-file", SAMPLE_REGION)
    wrong, unasked = wrong_shapes(flow.serve(whole), "330108001008")
    assert not wrong, wrong
    assert not unasked, unasked


def test_what_is_not_known_has_the_shape_that_the_document_says(flow):
    """Names and places are all that is known; of the community not even where anybody lives."""
    store, register, outline = flow.store(TOWN), flow.folder / "bare.csv", flow.folder / "one.geojson"
    register.write_text("id,name,lon,lat,kind,care\na,示例甲,120.19,30.19,nursery,hourly\n"
                        "b,示例乙,,,nursery,\nc,示例丙,120.2,30.2,,full_day\n", encoding="utf-8")
    ring = [[120.18, 30.18], [120.21, 30.18], [120.21, 30.21], [120.18, 30.21], [120.18, 30.18]]
    outline.write_text(json.dumps({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"code": "330100000001", "name": "示例社区"},
        "geometry": {"type": "Polygon", "coordinates": [ring]}}]}), encoding="utf-8")
    flow.run("import", "communities", outline, "--store", store)
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", "2026-11-01", "--store", store)
    server = flow.serve(store)
    assert server.get("/v1/facilities").json()["numberReturned"] == 3
    wrong, _ = wrong_shapes(server, "330100000001")
    assert not wrong, wrong


def test_a_slot_says_what_is_left(flow):
    server, seen = flow.serve(), 0
    for feature in server.get("/v1/facilities?limit=500").json()["features"]:
        for offer in server.get(f"/v1/facilities/{feature['id']}").json()["properties"]["offers"]:
            for slot in offer.get("slots", []):
                assert slot["left"] == max(0, slot["places"] - slot["taken"]), slot
                seen += 1
    assert seen > 100
