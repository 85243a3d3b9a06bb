"""`tuoyu coverage` of the sample: gaps that are real, sums that agree in every format."""

import csv
import io
import json
import re
import shutil

from server import FIXTURES, SAMPLE_REGION

CARES = ["full_day", "half_day", "hourly", "drop_in"]
COMMUNITIES = 67


def town(flow):
    """A store of the sample with its streets, made once a run and copied."""
    with flow.sharing() as folder:
        made = folder / "streets" / "store.db"
        if not made.exists():
            made.parent.mkdir(exist_ok=True)
            flow.run("init", "--store", made.parent / "making.db", "--region-file", SAMPLE_REGION)
            (made.parent / "making.db.binjiang.streets").rename(f"{made}.binjiang.streets")
            (made.parent / "making.db").rename(made)
    store = flow.folder / "town.db"
    for ending in ("", ".binjiang.streets"):
        shutil.copyfile(f"{made}{ending}", f"{store}{ending}")
    return store


def coverage(flow, store, *options, **more):
    return flow.run("coverage", "--store", store, *options, **more).stdout


def read_csv(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def number(cell):
    return float(cell) if cell else None


def test_the_sample_has_gaps(flow):
    answer = json.loads(coverage(flow, town(flow), "--json"))
    assert answer["run"]["weight"] == "children" and answer["run"]["residents_from"] == "imported"
    assert answer["run"]["parameters"]["minutes"] == 15
    communities = answer["communities"]
    assert len(communities) == COMMUNITIES
    missing = [set(c["missing"]) for c in communities]
    lacking_all = sum(len(m) == 4 for m in missing)
    lacking_short = sum(bool(m & {"hourly", "drop_in"}) for m in missing)
    lacking_none = sum(not m for m in missing)
    assert 2 <= lacking_all <= COMMUNITIES // 3, lacking_all
    assert lacking_short > lacking_all + 5 and lacking_none >= 5, (lacking_short, lacking_none)
    for c in communities:
        for care in CARES:
            figures = c["care"][care]
            assert 0 <= figures["open"] <= figures["reachable"] <= 1, c
            reached = figures["reachable"] >= answer["run"]["community_share"]
            assert (care in c["missing"]) == (not reached and figures["located"] == 0), c


def test_what_is_missing_is_of_the_age_that_is_asked_for(flow):
    store, told = town(flow), {}
    for age in ("any", "6-12", "12-24", "24-36"):
        answer = json.loads(coverage(flow, store, "--age", age, "--json"))
        share, tallies = answer["run"]["community_share"], {care: [0, 0, 0] for care in CARES}
        for c in answer["communities"]:
            assert c["missing"] == [care for care in CARES if c["care"][care]["located"] == 0
                                    and c["care"][care]["reachable"] < share], (age, c)
            for care in CARES:
                figures = c["care"][care]
                for i, is_so in enumerate((figures["located"] > 0, figures["reachable"] >= share,
                                           figures["open"] >= share)):
                    tallies[care][i] += is_so
        told[age] = str([c["missing"] for c in answer["communities"]])
        if age != "24-36":
            continue
        table = coverage(flow, store, "--age", age)
        for care, head in zip(CARES, ("FULL DAY", "HALF DAY", "HOURLY", "DROP-IN")):
            line = re.search(rf"^  {head} +(\d+) / +(\d+) / +(\d+)$", table, re.M)
            assert [int(figure) for figure in line.groups()] == tallies[care], (age, care)
        rows = {row["community"]: row["missing"] for row in read_csv(coverage(flow, store, "--age", age, "--format",
                                                                              "csv"))}
        assert all(rows[c["community"]].split() == c["missing"] for c in answer["communities"])
    assert len(set(told.values())) == 4, "ages differ, or this test shows nothing"


def test_where_nobody_is_known_to_live_nothing_is_said_to_be_missing(flow):
    store = flow.store(FIXTURES / "regions/sample-town.json")
    answer = json.loads(coverage(flow, store, "--json"))
    assert answer["region"]["state"] == "no_data" and answer["region"]["missing"] is None
    line = next(line for line in coverage(flow, store).splitlines() if line.startswith("region"))
    assert "  ----  " in line and "fhod" not in line


def test_the_people_add_up_to_the_census(flow):
    store = town(flow)
    region = json.loads(coverage(flow, store, "--json"))["region"]
    census = json.load(open("data/regions/binjiang/streets.json", encoding="utf-8"))["streets"]
    rows = read_csv(coverage(flow, store, "--format", "csv"))
    for street in census:
        inside = [r for r in rows if r["street"] == street["code"]]
        assert sum(int(r["residents"]) for r in inside) == street["residents"], street["code"]
    assert region["residents"] == sum(street["residents"] for street in census)


def test_every_format_says_the_same(flow):
    store = town(flow)
    options = ["--minutes", "10", "--profile", "adult", "--age", "12-24", "--care", "hourly,drop_in",
               "--inclusive"]
    answer = json.loads(coverage(flow, store, *options, "--json"))
    rows = read_csv(coverage(flow, store, *options, "--format", "csv"))
    features = json.loads(coverage(flow, store, *options, "--format", "geojson"))["features"]
    assert len(rows) == COMMUNITIES + 1 and len(features) == COMMUNITIES
    for entry, row, feature in zip(answer["communities"], rows, features):
        shown = feature["properties"]
        assert entry["community"] == row["community"] == feature["id"]
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        assert "full_day_reachable" not in row and set(entry["care"]) == {"hourly", "drop_in"}
        for care, figures in entry["care"].items():
            for what in ("located", "reachable", "open", "median_minutes", "p90_minutes"):
                assert figures[what] == number(row[f"{care}_{what}"]) == shown[f"{care}_{what}"]
        assert entry["missing"] == row["missing"].split() == shown["missing"].split()
        assert entry["places_needed"] == number(row["places_needed"])
    table = coverage(flow, store, *options)
    assert "adult (1.30 m/s)" in table and "HOURLY" in table and "FULL DAY" not in table
    for row in rows[:-1]:
        assert row["community"] in table and row["name"] in table


def test_more_minutes_and_fewer_facilities_change_shares_one_way(flow):
    store = town(flow)

    def region(*options):
        return json.loads(coverage(flow, store, "--json", *options))["region"]

    short, usual, long = (region("--minutes", m) for m in ("5", "15", "60"))
    inclusive = region("--inclusive")
    for care in CARES:
        shares = [r["care"][care]["reachable"] for r in (short, usual, long)]
        assert shares == sorted(shares) and shares[0] < shares[2], care
        assert inclusive["care"][care]["reachable"] <= usual["care"][care]["reachable"]
        assert usual["care"][care]["median_minutes"] == long["care"][care]["median_minutes"]
    assert inclusive["places"] < usual["places"]


def test_a_profile_of_ones_own_and_a_file(flow):
    store = town(flow)
    profile = flow.folder / "slow.json"
    profile.write_text('{"name": "slow", "speed_m_s": 0.5, "steps": false}')
    file = flow.folder / "coverage.csv"
    coverage(flow, store, "--profile-file", profile, "--output", file)
    slow = read_csv(file.read_bytes().decode())
    usual = read_csv(coverage(flow, store, "--format", "csv"))
    assert float(slow[-1]["full_day_reachable"]) < float(usual[-1]["full_day_reachable"])
    before = file.read_bytes()
    done = flow.run("coverage", "--store", store, "--output", file, code=1)
    assert "--force" in done.stderr and file.read_bytes() == before
    coverage(flow, store, "--output", file, "--force")
    assert read_csv(file.read_bytes().decode()) == usual


def test_a_file_of_coverage_is_its_owners_and_never_the_store(flow):
    store = town(flow)
    file = flow.folder / "exact.csv"
    coverage(flow, store, "--output", file)
    assert file.stat().st_mode & 0o777 == 0o600, oct(file.stat().st_mode)
    streets = [f for f in store.parent.iterdir() if f.name.endswith(".streets")]
    assert streets
    for victim in (store, *streets):
        before = victim.read_bytes()
        done = flow.run("coverage", "--store", store, "--output", victim, "--force", code=1)
        assert "belongs to the store" in done.stderr, done.stderr
        assert victim.read_bytes() == before, victim


def test_without_streets_everybody_is_off_the_network(flow):
    store = flow.store()
    answer = json.loads(coverage(flow, store, "--json"))
    assert answer["run"]["has_network"] is False
    assert {c["state"] for c in answer["communities"]} == {"off_network"}
    assert all(c["care"]["hourly"]["reachable"] is None for c in answer["communities"])
    assert sum(c["care"]["full_day"]["located"] for c in answer["communities"]) > 20
    assert "import osm" in coverage(flow, store)


def test_a_run_is_kept_and_looked_up(flow):
    store = town(flow)
    done = flow.run("coverage", "--store", store, "--minutes", "7", "--as-of", "2030-01-01", code=1)
    assert "no run" in done.stderr and "2030-01-01" in done.stderr
    # the usual question has one from the first day
    first = json.loads(coverage(flow, store, "--as-of", "2030-01-01", "--json"))
    assert first["communities"] == json.loads(coverage(flow, store, "--json"))["communities"]
    kept = coverage(flow, store, "--minutes", "7", "--keep", "--json")
    assert coverage(flow, store, "--minutes", "7", "--as-of", "2030-01-01", "--json") == kept
    for options in (["--minutes", "8"], ["--minutes", "7", "--profile", "adult"],
                    ["--minutes", "7", "--inclusive"]):
        flow.run("coverage", "--store", store, *options, "--as-of", "2030-01-01", code=1)
    flow.run("coverage", "--store", store, "--minutes", "7", "--as-of", "2020-01-01", code=1)
    server = flow.serve(store)
    assert server.get("/v1/status").status == 200
    again = coverage(flow, store, "--minutes", "9", "--keep", "--format", "csv")
    assert coverage(flow, store, "--minutes", "9", "--as-of", "2030-01-01", "--format", "csv") == again
    shapes = coverage(flow, store, "--minutes", "9", "--as-of", "2030-01-01", "--format", "geojson")
    assert all(f["geometry"] for f in json.loads(shapes)["features"])


def test_wrong_words_are_named(flow):
    store = town(flow)
    for options, says in ((["--minutes", "61"], "--minutes is '61'"),
                          (["--age", "13"], "age is '13'"), (["--care", "night"], "night"),
                          (["--community", "nowhere"], "nowhere"),
                          (["--format", "xml"], "--format is 'xml'"),
                          (["--json", "--format", "csv"], "--json"),
                          (["--profile", "jogger"], "jogger"),
                          (["--as-of", "yesterday"], "yesterday"),
                          (["--as-of", "2026-01-01", "--keep"], "--keep"),
                          (["--profile", "adult", "--profile-file", "x"], "--profile-file")):
        done = flow.run("coverage", "--store", store, *options, code=2)
        assert says in done.stderr and done.stdout == "", (options, done.stderr)
