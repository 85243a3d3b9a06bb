"""Every parameter with every kind of bad value, and every pair that is not allowed: 400, and named."""

import json
import re
from urllib.parse import quote

POINT = {"lon": "120.19", "lat": "30.19"}
NUMBERS = ["lon", "lat", "within_minutes", "within_m", "age_months", "max_price", "limit"]
WORDS = ["coordsys", "by", "profile", "care", "born", "start", "open", "inclusive", "demonstration", "kind",
         "ownership", "price_unit", "day", "from", "to", "relax", "cursor"]

# What a good value is, with what it needs beside it.
GOOD = {"coordsys": "gcj02", "by": "line", "within_minutes": "15", "within_m": "2000", "profile": "adult",
        "care": "hourly", "age_months": "18", "born": "2025-03", "start": "2026-12", "open": "true",
        "inclusive": "true", "demonstration": "true", "kind": "nursery", "ownership": "public",
        "max_price": "5000", "price_unit": "hour", "day": "sat", "from": "09:00", "to": "12:00",
        "limit": "5", "relax": "true", "cursor": "AAAA"}
NEEDS = {"max_price": ["price_unit"], "price_unit": ["max_price"], "day": ["from", "to"],
         "from": ["day", "to"], "to": ["day", "from"]}

# Already percent-encoded, as they stand in a URL.
BAD = {
    "empty": "",
    "spaces": "%20",
    "huge": "9" * 300,
    "long text": "x" * 900,
    "not a number": "NaN",
    "infinite": "Infinity",
    "negative infinite": "-inf",
    "hexadecimal": "0x10",
    "negative": "-5",
    "too large for a double": "1e999",
    "not UTF-8": "%ff%fe",
    "overlong UTF-8": "%c0%af",
    "a lone surrogate": "%ed%a0%80",
    "a NUL": "5%00",
    "broken percent": "%zz",
    "half a percent": "5%",
    "a percent and one digit": "5%2",
    "full-width digits": quote("１２"),
    "a list with a hole": "hourly,,drop_in",
    "quotes": "%22%27",
    "markup": "%3Cscript%3E",
    "a newline": "5%0a",
}


def is_good(name, kind):
    """A few bad values are good ones of some parameter."""
    return kind == "negative" and name in ("lon", "lat")


def query(name, value):
    fields = {**POINT, **{needed: GOOD[needed] for needed in NEEDS.get(name, [])}}
    fields.pop(name, None)
    return "/v1/nearby?" + "&".join([f"{field}={good}" for field, good in fields.items()] + [f"{name}={value}"])


def check(server, path, parameter, wrong, what, **more):
    answer = server.request(more.pop("method", "GET"), path, **more)
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if (answer.status != 400 or problem.get("parameter") != parameter
            or problem.get("type") != "/problems/invalid-parameter"
            or not problem.get("detail", "").startswith(("unknown parameter", parameter))):
        wrong.append(f"{what}: {answer.status} {problem or answer.body[:200]}")


def every(flow, names):
    server = flow.serve()
    connection = server.connect()
    wrong = []
    for name in names:
        for kind, value in BAD.items():
            if not is_good(name, kind):
                check(server, query(name, value), name, wrong, f"{name}, {kind}", connection=connection)
        good = GOOD.get(name, POINT.get(name))
        check(server, query(name, good) + f"&{name}={good}", name, wrong, f"{name}, repeated",
              connection=connection)
        check(server, query(name, good) + f"&{quote(name[0])}{name[1:]}=", name, wrong,
              f"{name}, repeated and empty", connection=connection)
        check(server, query(name, "").removesuffix("="), name, wrong, f"{name}, without a value",
              connection=connection)
    assert not wrong, "\n".join(wrong)


def test_numbers_that_are_none_are_400_and_named(flow):
    every(flow, NUMBERS)


def test_words_that_are_none_are_400_and_named(flow):
    every(flow, WORDS)


def test_every_parameter_of_the_document_is_tested_here(flow):
    server = flow.serve()
    document = server.get("/v1/openapi.json").json()
    listed = {parameter["name"] for parameter in document["paths"]["/v1/nearby"]["get"]["parameters"]}
    assert listed == set(NUMBERS + WORDS), listed ^ set(NUMBERS + WORDS)
    body = document["paths"]["/v1/nearby"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == listed and body["required"] == ["lon", "lat"]
    for name in listed - {"cursor", "within_minutes"}:  # the good values are good, so the bad ones are bad
        answer = server.get(query(name, GOOD.get(name, POINT.get(name))))
        assert answer.status == 200, (name, answer)
    answer = server.get(query("within_minutes", "15"))
    assert answer.status == 422 and answer.json()["type"] == "/problems/no-network", answer


def test_missing_and_unknown_parameters_are_named(flow):
    server = flow.serve()
    wrong = []
    for path, parameter in [("/v1/nearby", "lon"), ("/v1/nearby?", "lon"), ("/v1/nearby?lon=120", "lat"),
                            ("/v1/nearby?lat=30", "lon"), ("/v1/nearby?lon=120&lat=30&LIMIT=5", "LIMIT"),
                            ("/v1/nearby?lon=120&lat=30&limit%5B%5D=5", "limit[]"),
                            ("/v1/status?x=1", "x"), ("/healthz?x=1", "x"), ("/v1/facilities?lon=1", "lon"),
                            ("/v1/facilities/bj-0001?limit=1", "limit")]:
        check(server, path, parameter, wrong, path)
    assert not wrong, "\n".join(wrong)


PAIRS = [
    ("by=line&within_minutes=5", "within_minutes"), ("by=walk&within_m=5", "within_m"),
    ("within_minutes=5&within_m=5", "within_m"), ("age_months=5&born=2025-01", "age_months"),
    ("born=2025-06&start=2025-05", "born"), ("max_price=5", "price_unit"), ("price_unit=hour", "max_price"),
    ("day=mon", "from"), ("day=mon&from=08:00", "to"), ("day=mon&to=08:00", "from"), ("from=08:00", "day"),
    ("to=08:00", "day"), ("from=08:00&to=09:00", "day"), ("day=2026-13-01&from=08:00&to=09:00", "day"),
    ("day=2026-02-29&from=08:00&to=09:00", "day"), ("day=mon&from=24:00&to=09:00", "from"),
    ("day=mon&from=08:00&to=25:00", "to"), ("inclusive=false", "inclusive"),
    ("demonstration=false", "demonstration"), ("care=hourly,nap", "care"), ("limit=101", "limit"),
    ("within_m=100001", "within_m"), ("within_minutes=61", "within_minutes"), ("age_months=217", "age_months"),
]


def test_pairs_that_are_not_allowed_are_named_in_query_and_body(flow):
    server = flow.serve()
    wrong = []
    for pair, parameter in PAIRS:
        check(server, f"/v1/nearby?lon=120.19&lat=30.19&{pair}", parameter, wrong, pair)
        body = {"lon": 120.19, "lat": 30.19, **dict(item.split("=") for item in pair.split("&"))}
        check(server, "/v1/nearby", parameter, wrong, f"body with {pair}", method="POST", body=body)
    assert not wrong, "\n".join(wrong)


def test_patterns_of_the_document_take_the_times_that_the_server_takes(flow):
    server = flow.serve()
    listed = server.get("/v1/openapi.json").json()["paths"]["/v1/nearby"]["get"]["parameters"]
    patterns = {one["name"]: one["schema"].get("pattern") for one in listed}
    for name, other in (("from", "to=12:00"), ("to", "from=08:00")):
        taken = []
        for value in ("00:00", "09:30", "23:59", "24:00", "24:01", "9:30", "12:60"):
            status = server.get(f"/v1/nearby?lon=120.19&lat=30.19&day=mon&{name}={value}&{other}").status
            assert (status == 200) == bool(re.search(patterns[name], value)), (name, value, status)
            taken += [value] if status == 200 else []
        assert ("24:00" in taken) == (name == "to") and "23:59" in taken
    assert patterns["from"] != patterns["to"]


def test_bodies_that_are_broken_are_400(flow):
    server = flow.serve()
    good = b'{"lon":120.19,"lat":30.19'
    wrong = []
    for body, parameter in [
            (b"", None), (b"null", None), (b"[]", None), (b'"lon"', None), (good, None), (good + b"}}", None),
            (good + b',"lon":1}', None), (good + b',"x":' + b"[" * 40 + b"]" * 40 + b"}", None),
            (good + b',"limit":NaN}', None), (good + b',"limit":Infinity}', None),
            (good + b',"limit":1e999}', None), (good + b',"limit":0x10}', None),
            (good + b',"limit":' + b"9" * 400 + b"}", None), (good + b',"care":"\xff"}', None),
            (good + b',"care":"\\ud800"}', None), (b"\xef\xbb\xbf" + good + b"}", None), (b"\x00" * 100, None),
            (good + b',"limit":null}', "limit"), (good + b',"limit":[5]}', "limit"),
            (good + b',"limit":{}}', "limit"), (good + b',"limit":2.5}', "limit"),
            (good + b',"limit":true}', "limit"), (good + b',"care":[]}', "care"),
            (good + b',"care":[1]}', "care"), (good + b',"care":[["hourly"]]}', "care"),
            (good + b',"open":1}', "open"), (good + b',"day":5,"from":"09:00","to":"10:00"}', "day"),
            (good + b',"nonsense":1}', "nonsense"), (b'{"lat":30}', "lon"), (b'{"lon":"","lat":30}', "lon")]:
        answer = server.request("POST", "/v1/nearby", body=body, headers={"Content-Type": "application/json"})
        if answer.status != 400 or answer.json().get("parameter") != parameter:
            wrong.append(f"{body[:80]!r}: {answer}")
    assert not wrong, "\n".join(wrong)
    for number in (b"1e999", b"9" * 400):
        answer = server.request("POST", "/v1/nearby", body=good + b',"limit":' + number + b"}",
                                headers={"Content-Type": "application/json"})
        assert "a number is larger than can be" in answer.json()["detail"], answer
    assert server.post("/v1/nearby", json.loads(good + b"}")).status == 200


def test_facilities_name_what_is_wrong(flow):
    server = flow.serve()
    wrong = []
    for pair, parameter in [("bbox=1,2,3", "bbox"), ("bbox=1,2,3,4,5", "bbox"), ("bbox=a,b,c,d", "bbox"),
                            ("bbox=181,2,3,4", "bbox"), ("bbox=1,9,3,4", "bbox"), ("bbox=1,2,3,NaN", "bbox"),
                            ("bbox=", "bbox"), ("bbox=1,2,3,4&bbox=1,2,3,4", "bbox"), ("limit=0", "limit"),
                            ("limit=1001", "limit"), ("cursor=x", "cursor"), ("coordsys=epsg", "coordsys"),
                            ("region=Binjiang", "region"), ("region=", "region"),
                            ("region=elsewhere", "region")]:
        check(server, f"/v1/facilities?{pair}", parameter, wrong, pair)
    assert not wrong, "\n".join(wrong)
    for path in ("/v1/facilities/BJ-0001", "/v1/facilities/%20", "/v1/facilities/" + "a" * 200,
                 "/v1/facilities/bj-0001%2Foffers", "/v1/facilities/bj-0001/offers/x/places"):
        assert server.get(path).status == 404, path


def test_a_cursor_belongs_to_its_question(flow):
    server = flow.serve()
    page = server.get("/v1/nearby?lon=120.19&lat=30.19&limit=5").json()
    cursor = [link["href"] for link in page["links"] if link["rel"] == "next"][0].split("cursor=")[1]
    assert server.get(f"/v1/nearby?lon=120.19&lat=30.19&limit=5&cursor={cursor}").status == 200
    assert server.get(f"/v1/nearby?limit=5&cursor={cursor}&lat=30.19&lon=120.190").status == 200
    wrong = []
    for path in (f"/v1/nearby?lon=120.19&lat=30.19&limit=6&cursor={cursor}",
                 f"/v1/nearby?lon=120.191&lat=30.19&limit=5&cursor={cursor}",
                 f"/v1/nearby?lon=120.19&lat=30.19&limit=5&open=true&cursor={cursor}",
                 f"/v1/nearby?lon=120.19&lat=30.19&limit=5&cursor={cursor}A",
                 f"/v1/nearby?lon=120.19&lat=30.19&limit=5&cursor={cursor[:-2]}%2B%2B",
                 f"/v1/facilities?cursor={cursor}"):
        check(server, path, "cursor", wrong, path)
    assert not wrong, "\n".join(wrong)
