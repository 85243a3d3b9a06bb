"""Every subcommand, in a process of its own and inside a running server: the same words."""

import csv
import datetime
import io
import json
import os
import re
import sqlite3
import subprocess

from registers import write_register
from server import FIXTURES, SAMPLE_REGION

TOWN = FIXTURES / "regions/sample-town.json"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
COMMANDS = ["serve", "init", "import register", "import communities", "import residents", "import osm",
            "near", "coverage", "export", "check", "backup", "restore", "version"]


def town_with_register(flow, count=30):
    store = flow.store(TOWN)
    file = write_register(flow.folder / "register.csv", count, TODAY)
    flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store)
    return store


def test_every_command_helps_with_examples_that_it_understands(flow):
    listed = flow.run("--help").stdout
    assert re.findall(r"^  tuoyu ([a-z ]+?)  ", listed, re.M) == COMMANDS
    for name in COMMANDS:
        for line in (f"{name} --help", f"{name} -h", f"help {name}"):
            assert flow.run(*line.split()).stdout.startswith(f"Usage: tuoyu {name}")
        text = flow.run(*name.split(), "--help").stdout
        examples = text.split("Examples:\n")[1].strip().splitlines()
        assert examples and all(f"tuoyu {name}" in line for line in examples), text
        assert max(map(len, text.splitlines())) <= 100, "lines fit a terminal"
        known = set(re.findall(r"^  --([a-z-]+)", text, re.M))
        for line in examples:
            assert set(re.findall(r"--([a-z-]+)", line)) <= known, line


def test_wrong_command_lines_exit_with_2_and_say_what_was_meant(flow):
    for line, says in (("", "tuoyu serve"), ("naer 1 2", "did you mean 'near'?"),
                       ("import", "tuoyu import register"),
                       ("import registre x", "did you mean 'import register'?"),
                       ("near 1 2 --opne", "did you mean --open?"),
                       ("near 1", "LON LAT"), ("serve --port 80", "no option --port"),
                       ("import register x --as-of 2026-01-01", "--coordsys is missing"),
                       ("import register x --coordsys wgs84", "--as-of is missing"),
                       ("init", "--region-file"), ("export", "--format is missing"),
                       ("export --format xml", "spatialite, geojson or csv")):
        done = flow.run(*line.split(), *(["--store", flow.folder / "x.db"] if line else []), code=2)
        assert says in done.stderr, (line, done.stderr)
        assert done.stdout == "", (line, done.stdout)
    assert flow.run("near", "200", "30", "--store", town_with_register(flow), code=2).stdout == ""


def test_commands_say_the_same_with_and_without_a_server(flow):
    store = town_with_register(flow)
    # --now makes the same moment of both; a test region allows it.
    now = f"{TODAY}T04:00:00Z"
    lines = [
        ["near", "120.2", "30.2", "--limit", "5", "--now", now],
        ["near", "120.2", "30.2", "--open", "--care", "full_day,hourly", "--relax", "--now", now],
        ["export", "--format", "csv", "--now", now],
        ["export", "--format", "geojson", "--layer", "offers", "--now", now],
        ["check"],
        ["check", "--json"],
        ["import", "register", flow.folder / "register.csv", "--coordsys", "wgs84", "--as-of", TODAY,
         "--dry-run"],
        ["import", "register", flow.folder / "none.csv", "--coordsys", "wgs84", "--as-of", TODAY],
        ["init", "--region-file", TOWN],
        ["near", "120.2", "30.2", "--limit", "0"],
        ["export", "--format", "csv", "--region", "elsewhere"],
    ]

    def say(line):
        done = flow.run(*line, "--store", store, code=None)
        return done.returncode, done.stdout, done.stderr

    alone = [say(line) for line in lines]
    server = flow.serve(store)
    for line, expected in zip(lines, alone):
        assert say(line) == expected, line
    server.stop()
    codes = [code for code, _, _ in alone]
    assert codes == [0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2], codes


def test_a_command_inside_the_server_reads_paths_of_the_clients_folder(flow):
    store = town_with_register(flow, 3)
    flow.serve(store)
    place = flow.folder / "elsewhere"
    place.mkdir()
    write_register(place / "more.csv", 2, TODAY, first=100)
    before = os.getcwd()
    done = subprocess.run([os.path.join(before, flow.program), "import", "register", "more.csv",
                           "--coordsys", "wgs84", "--as-of", str(TODAY), "--store", "../store.db"],
                          cwd=place, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    subprocess.run([os.path.join(before, flow.program), "backup", "copy", "--store",
                    "../store.db"], cwd=place, check=True, capture_output=True, timeout=60)
    assert (place / "copy/store.db").exists()


def test_rejected_rows_exit_with_3_and_the_others_are_stored(flow):
    store = flow.store(TOWN)
    file = write_register(flow.folder / "register.csv", 4, TODAY)
    with open(file, "a", encoding="utf-8") as more:
        more.write("s1,twice\n")
    done = flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
                    store, "--json", code=3)
    report = json.loads(done.stdout)
    assert report["committed"] and report["rejected"] >= 1, report
    strict = flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
                      store, "--source", "again", "--strict", "--json", code=3)
    assert not json.loads(strict.stdout)["committed"]


def test_a_backup_is_a_store_and_comes_back(flow):
    store = town_with_register(flow, 12)
    server = flow.serve(store)
    copy = flow.folder / "copy"
    assert str(copy) in flow.run("backup", copy, "--store", store).stdout
    flow.run("backup", copy, "--store", store, code=1)  # never over a folder
    proof = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=copy, check=False,
                           capture_output=True, text=True)
    assert (proof.returncode, proof.stdout) == (0, "store.db: OK\n"), proof
    assert sorted(path.name for path in copy.iterdir()) == ["SHA256SUMS", "store.db"]
    again = flow.run("restore", copy, "--force", "--store", store, code=1)
    assert "holds it" in again.stderr, "a server runs"
    server.stop()
    write_register(flow.folder / "more.csv", 5, TODAY, first=50)
    flow.run("import", "register", flow.folder / "more.csv", "--coordsys", "wgs84", "--as-of", TODAY,
             "--store", store)
    flow.run("restore", copy, "--store", store, code=1)  # not without --force
    kept = re.search(r"kept as (\S+)\.\n", flow.run("restore", copy, "--force", "--store",
                                                    store).stdout).group(1)

    def count(path):
        return len(list(csv.reader(io.StringIO(
            flow.run("export", "--format", "csv", "--store", path).stdout)))) - 1
    assert (count(store), count(kept)) == (12, 17)
    fresh = flow.folder / "fresh.db"
    flow.run("restore", copy, "--store", fresh)
    assert count(fresh) == 12
    flow.run("check", "--store", copy / "store.db")
    junk = flow.folder / "junk.db"
    junk.write_bytes(b"junk" * 5000)
    flow.run("restore", junk, "--store", flow.folder / "x.db", code=1)
    assert not (flow.folder / "x.db").exists()


def test_an_init_that_fails_leaves_nothing(flow):
    broken = flow.folder / "region.json"
    broken.write_text('{"name": "broken"')
    done = flow.run("init", "--store", flow.folder / "new.db", "--region-file", broken, code=1)
    assert "region.json" in done.stderr
    assert [path.name for path in flow.folder.iterdir() if path.name.startswith("new.db")] == []


def test_an_init_brings_the_streets_that_the_region_names(flow):
    store = flow.folder / "walk.db"
    told = json.loads(flow.run("init", "--store", store, "--region-file", SAMPLE_REGION,
                               "--json").stdout)
    assert 600_000 < told["walkable_m"] < 900_000
    assert told["resident_points"] == 2595 and "示例数据" in told["notice"]
    left = sorted(path.name for path in flow.folder.iterdir() if path.name.startswith("walk.db"))
    assert [name for name in left if not name.endswith(".lock")] == ["walk.db",
                                                                     "walk.db.binjiang.streets"]
    again = flow.run("import", "osm", SAMPLE_REGION.parent / "streets.osm", "--store", store, "--json",
                     "--region", "binjiang")
    assert round(json.loads(again.stdout)["network"]["length_m"]) in (told["walkable_m"],
                                                                      told["walkable_m"] + 1)
    assert flow.serve(store).get("/healthz").status == 200


def test_an_init_whose_streets_fail_leaves_nothing(flow):
    folder = flow.folder / "broken"
    folder.mkdir()
    for name in ("region.json", "streets.json", "communities.geojson", "facilities.json"):
        (folder / name).write_bytes((SAMPLE_REGION.parent / name).read_bytes())
    (folder / "streets.osm").write_text("<osm version='0.6'><node id='1'")
    done = flow.run("init", "--store", flow.folder / "new.db", "--region-file", folder / "region.json",
                    code=1)
    assert "streets.osm" in done.stderr
    assert [path.name for path in flow.folder.iterdir() if path.name.startswith("new.db")] == []


def test_a_second_region_is_added_and_then_must_be_named(flow):
    store = flow.store(TOWN)
    done = flow.run("init", "--store", store, "--region-file", FIXTURES / "regions/nanjing.json", code=1)
    assert "--add" in done.stderr
    server = flow.serve(store)
    flow.run("init", "--add", "--store", store, "--region-file", FIXTURES / "regions/nanjing.json")
    names = [region["name"] for region in server.get("/v1/status").json()["regions"]]
    assert "nanjing" in names and "sample-town" in names
    file = write_register(flow.folder / "register.csv", 2, TODAY)
    line = ["import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store]
    done = flow.run(*line, code=2)
    assert "--region" in done.stderr and "nanjing" in done.stderr
    flow.run(*line, "--region", "sample-town")


def test_check_names_what_is_wrong(flow):
    store = flow.store(TOWN)
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()
    done = flow.run("check", "--store", store, "--json", code=1)
    answer = json.loads(done.stdout)
    assert answer["ok"] is False and "9999" in answer["checks"][0]["detail"]
    mapping = flow.folder / "mapping.json"
    mapping.write_text('{"version": 1, "colour": "red"}')
    assert "colour" in flow.run("check", "--mapping", mapping, code=1).stdout
    flow.run("check", "--region-file", TOWN, "--mapping", FIXTURES / "mappings/tokyo.json")
    other = flow.folder / "other.db"
    other.write_text("not a store " * 1000)
    said = flow.run("check", "--store", other, code=1).stdout
    assert said.count(str(other)) == 1 and "not a store of this program" in said, said


def test_what_a_stranger_tries_first_is_answered_in_plain_words(flow):
    store, bare = flow.store(TOWN), flow.folder / "bare.csv"
    bare.write_text("id,name,kind\na,示例甲,nursery\n", encoding="utf-8")
    away = flow.folder / "away/store.db"
    done = flow.run("init", "--store", away, "--region-file", TOWN, code=1)
    assert "its folder is not there" in done.stderr, done.stderr
    line = ["import", "register", bare, "--as-of", TODAY, "--store", store, "--coordsys"]
    done = flow.run(*line, "EPSG:4326999", code=2)
    assert "N of one to six digits" in done.stderr, done.stderr
    assert ": 1 row\n" in flow.run(*line, "none").stdout


def test_an_export_says_what_the_file_holds(flow):
    store = town_with_register(flow, 4)
    for name, said in (("f.geojson", "4 facilities"), ("f.csv", "4 facilities"), ("f.sqlite",
                                                                              "4 facilities, 4 offers, 0 communities")):
        file = flow.folder / name
        assert flow.run("export", file, "--store", store).stdout == f"Wrote {file}: {said}.\n"
    file = flow.folder / "o.csv"
    assert flow.run("export", file, "--layer", "offers", "--store", store).stdout == f"Wrote {file}: 4 offers.\n"


def test_output_that_cannot_be_written_is_a_failure(flow):
    if not os.path.exists("/dev/full"):
        return
    store = town_with_register(flow, 3)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([flow.program, "export", "--format", "csv", "--store", store], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "written" in done.stderr, (done.returncode, done.stderr)
