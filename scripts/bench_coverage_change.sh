#!/usr/bin/env bash
# bench_coverage_change.sh: one group's places change, by an import into a running server (1,000 invented
# facilities, 10,000 invented resident points, 256 communities on the streets of Porto, TEST_DATA): how
# long after the first answer that shows the new numbers does GET /v1/coverage show what they change?
set -euo pipefail
cd "$(dirname "$0")/.."
extract=${TEST_DATA:-../shared/data}/osm/porto_r5.osm.pbf
[ -x build/release/tuoyu ] || { echo "bench_coverage_change: no build/release/tuoyu; run: make bench" >&2; exit 1; }
[ -r "$extract" ] || { echo "skipped: no $extract (TEST_DATA)"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$extract" "$work" "${ROUNDS:-7}" <<'PYTHON'
import datetime, http.client, json, random, statistics, subprocess, sys, threading, time
extract, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
FACILITIES, PEOPLE, GRID = 1000, 10000, 16
WEST, SOUTH, EAST, NORTH = -8.66, 41.13, -8.56, 41.18
HEAD = "id,name,kind,lon,lat,care,age_from,age_to,licensed,enrolled,as_of\n"
dice = random.Random(20)
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def tuoyu(*words):
    done = subprocess.run(["build/release/tuoyu", *words, "--store", f"{work}/porto.db"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench_coverage_change: {' '.join(words)}: {done.stderr or done.stdout}")


def row(key, lon, lat, care, enrolled, as_of):
    return f"{key},示例托育园,nursery,{lon:.6f},{lat:.6f},{care},12,36,40,{enrolled},{as_of:%Y-%m-%dT%H:%M:%SZ}\n"


def place():
    return dice.uniform(WEST, EAST), dice.uniform(SOUTH, NORTH)


with open(f"{work}/region.json", "w") as file:
    json.dump({"name": "porto", "title": "Porto", "id_prefix": "pt", "timezone": "Europe/Lisbon", "currency": "EUR",
               "language": "en", "bounds": [-8.80, 41.00, -8.40, 41.30]}, file)
with open(f"{work}/register.csv", "w") as file:
    file.write(HEAD)
    for i in range(1, FACILITIES):
        file.write(row(f"F{i}", *place(), "full_day", dice.randrange(41), now - datetime.timedelta(days=1)))
with open(f"{work}/people.csv", "w") as file:
    file.write("id,lon,lat,residents,children_under_3\n")
    for i in range(PEOPLE):
        lon, lat = place()
        file.write(f"P{i},{lon:.6f},{lat:.6f},{10 + dice.randrange(300)},{dice.randrange(1, 8)}\n")
features = []
for i in range(GRID * GRID):
    w, s = WEST + (EAST - WEST) * (i % GRID) / GRID, SOUTH + (NORTH - SOUTH) * (i // GRID) / GRID
    e, n = w + (EAST - WEST) / GRID, s + (NORTH - SOUTH) / GRID
    features.append({"type": "Feature", "properties": {"code": f"{i:012}", "name": f"示例社区{i}", "standard": "built"},
                     "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}})
with open(f"{work}/communities.geojson", "w") as file:
    json.dump({"type": "FeatureCollection", "features": features}, file)
day = f"{now:%Y-%m-%d}"
tuoyu("init", "--region-file", f"{work}/region.json")
tuoyu("import", "osm", extract)
tuoyu("import", "communities", f"{work}/communities.geojson")
tuoyu("import", "residents", f"{work}/people.csv", "--coordsys", "wgs84")
tuoyu("import", "register", f"{work}/register.csv", "--coordsys", "wgs84", "--as-of", day)


def report(enrolled, step):
    """The one facility with half-day care, in the middle of the town."""
    with open(f"{work}/one.csv", "w") as file:
        file.write(HEAD + row("F0", -8.61, 41.155, "half_day", enrolled, now + datetime.timedelta(seconds=step)))
    tuoyu("import", "register", f"{work}/one.csv", "--coordsys", "wgs84", "--as-of", day)


report(0, -1000)
server = subprocess.Popen(["build/release/tuoyu", "serve", "--store", f"{work}/porto.db", "--listen", "127.0.0.1:0", "--log",
                           "none"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
try:
    address = server.stdout.readline().split("http://")[1].split()[0].rstrip(",")
    connection = http.client.HTTPConnection(address)

    arrived = 0.0

    def get(path):
        global arrived
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        arrived = time.monotonic()  # reading the JSON is the client's business
        if answer.status != 200:
            sys.exit(f"bench_coverage_change: {path}: {answer.status}")
        return json.loads(body)

    near = get("/v1/nearby?lon=-8.61&lat=41.155&by=line&care=half_day&limit=1")["features"][0]
    offer = near["properties"]["offers"][0]["id"]
    numbers = f"/v1/facilities/{near['id']}/offers/{offer}/places"
    lag, asked, command = [], [], []
    for i in range(rounds):
        enrolled = 40 if i % 2 == 0 else 0
        started = time.monotonic()
        thread = threading.Thread(target=report, args=(enrolled, -900 + i))
        thread.start()
        while get(numbers)["enrolled"] != enrolled:
            pass
        shown = arrived
        while (get("/v1/coverage")["region"]["care"]["half_day"]["open"] > 0) != (enrolled == 0):
            pass
        reflected = arrived
        thread.join()
        command.append(time.monotonic() - started)
        lag.append((reflected - shown) * 1e3)
        time.sleep(1.5)
        started = time.monotonic()
        get("/v1/coverage")
        asked.append((arrived - started) * 1e3)
    run = get("/v1/coverage")
    print(f"{FACILITIES} facilities, {PEOPLE} resident points ({run['region']['off_network_share']:.0%} off the streets), "
          f"{len(run['communities'])} communities; {rounds} changes, each an import of one row")
    print(f"one group's places         in /v1/coverage {statistics.median(lag):.1f} ms after the numbers are shown, at most "
          f"{max(lag):.1f} ms (an answer at any time: {statistics.median(asked):.1f} ms); "
          f"the command takes {statistics.median(command):.2f} s")
finally:
    server.terminate()
    server.wait()
PYTHON
