#!/usr/bin/env bash
# bench_walk.sh [FACILITIES]: GET /v1/nearby?by=walk (1,000 facilities on the streets of Porto, TEST_DATA,
# one server thread) against libmicrohttpd alone with a constant body of the same size (http_load.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
facilities=${1:-1000}
extract=${TEST_DATA:-../shared/data}/osm/porto_r5.osm.pbf
out=build/bench/walk
for needed in build/release/tuoyu build/release/bench_bare_mhd; do
  [ -x "$needed" ] || { echo "bench_walk: no $needed; run: make bench" >&2; exit 1; }
done
[ -r "$extract" ] || { echo "skipped: no $extract (TEST_DATA)"; exit 0; }
rm -rf "$out"
mkdir -p "$out"

# Invented facilities at random places of the town, as a register without a mapping has them.
python3 - "$facilities" "$out" <<'PYTHON'
import json, random, sys
count, out = int(sys.argv[1]), sys.argv[2]
dice = random.Random(20)
west, south, east, north = -8.66, 41.13, -8.56, 41.18
place = lambda: (dice.uniform(west, east), dice.uniform(south, north))
with open(f"{out}/region.json", "w") as file:
    json.dump({"name": "porto", "title": "Porto", "title_en": "Porto", "id_prefix": "pt",
               "timezone": "Europe/Lisbon", "currency": "EUR", "language": "en", "test": True,
               "bounds": [-8.80, 41.00, -8.40, 41.30],
               "notice": "示例数据: invented facilities", "notice_en": "Sample data: invented"}, file)
with open(f"{out}/register.csv", "w") as file:
    file.write("id,name,kind,lon,lat,care,age_from,age_to,licensed,enrolled,as_of,price,price_unit,open,close\n")
    for i in range(count):
        lon, lat = place()
        file.write(f"F{i},示例托育园{i},nursery,{lon:.6f},{lat:.6f},full_day,12,36,40,{dice.randrange(41)},"
                   "2026-11-20T08:00:00Z,600,month,08:00,18:00\n")
with open(f"{out}/candidates", "w") as file:
    for _ in range(1000):
        lon, lat = place()
        file.write(f"/v1/nearby?lon={lon:.6f}&lat={lat:.6f}&by=walk\n")
PYTHON
tuoyu() { build/release/tuoyu "$@" --store "$out/porto.db" > "$out/tuoyu.log" 2>&1 || { cat "$out/tuoyu.log" >&2; exit 1; }; }
tuoyu init --region-file "$out/region.json"
tuoyu import osm "$extract"
tuoyu import register "$out/register.csv" --coordsys wgs84 --as-of 2026-11-20
# shellcheck source=scripts/http_load.sh
. scripts/http_load.sh
printf 'serves   %s facilities\n' "$facilities"
serve "$out/porto.db" --now 2026-11-25T03:00:00Z
# From those of the places that have a street within reach.
python3 - "$ours" "$out/candidates" > "$out/points" <<'PYTHON'
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1].removeprefix("http://"))
for path in open(sys.argv[2], encoding="ascii"):
    connection.request("GET", path.strip())
    answer = connection.getresponse()
    answer.read()
    if answer.status == 200:
        print(path.strip())
PYTHON
for minutes in 15 30; do
  sed "s/\$/\&within_minutes=$minutes/" "$out/points" | make_requests "walk$minutes" 0
done
measure walk15 0.5
measure walk30 0.25
