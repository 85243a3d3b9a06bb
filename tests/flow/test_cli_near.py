"""`tuoyu near` and GET /v1/nearby are one question: same parameters, same words, same order."""

import datetime
import re
from urllib.parse import urlencode

from registers import write_register
from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
QUESTIONS = [
    {"lon": "120.2", "lat": "30.2"},
    {"lon": "120.11", "lat": "30.29", "limit": "100"},
    {"lon": "120.2", "lat": "30.2", "care": "hourly,drop_in", "limit": "7"},
    {"lon": "120.2", "lat": "30.2", "open": "true", "age_months": "18"},
    {"lon": "120.2", "lat": "30.2", "within_m": "4000", "inclusive": "true", "relax": "true"},
    {"lon": "120.205", "lat": "30.197", "coordsys": "gcj02", "kind": "nursery,park"},
    {"lon": "120.2", "lat": "30.2", "max_price": "200000", "price_unit": "month"},
    {"lon": "120.2", "lat": "30.2", "day": "sat", "from": "09:00", "to": "12:30"},
    {"lon": "-122.4", "lat": "-37.7", "limit": "3"},
]
WRONG = [
    {"lon": "200", "lat": "30.2"},
    {"lon": "0x1p3", "lat": "30.2"},
    {"lon": "120.2", "lat": "30.2", "care": "hourley"},
    {"lon": "120.2", "lat": "30.2", "max_price": "5"},
    {"lon": "120.2", "lat": "30.2", "limit": "101"},
    {"lon": "120.2", "lat": "30.2", "by": "line", "within_minutes": "5"},
]


def as_options(question):
    options = []
    for name, value in question.items():
        if name in ("lon", "lat"):
            continue
        options.append(f"--{name.replace('_', '-')}")
        if value != "true":
            options.append(value)
    return [question["lon"], question["lat"], *options]


def without_clock(features):
    """Ids, distances and offers: what does not depend on the second it was asked in."""
    return [(f["id"], f["properties"]["distance_m"], f["properties"]["offers"]) for f in features]


def test_the_command_answers_as_the_api_does(flow):
    store = flow.store(TOWN)
    file = write_register(flow.folder / "register.csv", 200, TODAY)
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    server = flow.serve(store)
    found = 0
    for question in QUESTIONS:
        answer = server.get(f"/v1/nearby?{urlencode(question)}")
        assert answer.status == 200, answer
        inside = flow.run("near", *as_options(question), "--store", store, "--json").stdout
        assert inside == answer.body.decode() + "\n", question
        printed = flow.run("near", *as_options(question), "--store", store).stdout
        ids = [feature["id"] for feature in answer.json()["features"]]
        assert re.findall(r"^     ([a-z0-9-]+),", printed, re.M) == ids, printed
        found += len(ids)
    assert found > 100
    server.stop()
    import json
    for question in QUESTIONS[:3]:  # without a server: the same, but for the clock
        alone = json.loads(flow.run("near", *as_options(question), "--store", store, "--json").stdout)
        server = flow.serve(store)
        served = server.get(f"/v1/nearby?{urlencode(question)}").json()
        server.stop()
        assert without_clock(alone["features"]) == without_clock(served["features"])


def test_wrong_values_are_refused_in_the_same_words(flow):
    store = flow.store(TOWN)
    server = flow.serve(store)
    for question in WRONG:
        problem = server.get(f"/v1/nearby?{urlencode(question)}")
        assert problem.status == 400, question
        done = flow.run("near", *as_options(question), "--store", store, code=2)
        assert done.stderr.strip() == "tuoyu near: " + problem.json()["detail"], done.stderr


def test_every_parameter_of_the_api_is_an_option(flow):
    document = flow.serve(flow.store(TOWN)).get("/v1/openapi.json").json()
    names = {p["name"] for p in document["paths"]["/v1/nearby"]["get"]["parameters"]}
    help_text = flow.run("near", "--help").stdout
    options = {name.replace("-", "_") for name in re.findall(r"^  --([a-z-]+)", help_text, re.M)}
    assert names - {"lon", "lat"} <= options
    assert options - names == {"now", "store", "json", "help", "profile_file", "seconds"}


def test_people_are_told_in_plain_words(flow):
    store = flow.store(TOWN)
    file = flow.folder / "register.csv"
    old = TODAY - datetime.timedelta(days=30)
    rows = [
        "id,name,lon,lat,care,age_from,age_to,licensed,as_of,staffed,enrolled,held,price,price_unit",
        f"a,有空托育,120.2,30.2,full_day,12,24,10,{TODAY},9,5,0,3500.50,month",
        f"b,满员托育,120.201,30.2,full_day,12,24,10,{TODAY},10,10,0,,",
        f"c,久未更新,120.202,30.2,full_day,12,24,10,{old},10,5,0,,",
        "d,未报数字,120.203,30.2,half_day,,,10,,,,,,",
        f"e,计时托育,120.204,30.2,hourly,12,24,10,{TODAY},10,5,0,40,hour",
    ]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    text = flow.run("near", "120.2", "30.2", "--store", store).stdout
    assert "示例数据" in text
    assert "4 of 9 places free" in text and "3500.50 CNY a month" in text, text
    assert ": full, reported" in text, text
    assert "not known, ask: 5 of 10 places free, reported 30 days ago" in text, text
    assert "ages unknown: not known, never reported" in text, text
    assert "ask: no bookable hours are published; 40 CNY an hour" in text, text
