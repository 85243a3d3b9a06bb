#!/usr/bin/env bash
# bench_http.sh [FACILITIES]: GET /v1/nearby (20 of 100,000 seeded facilities, the full answer, keep-alive)
# against libmicrohttpd alone with a constant body (http_load.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
facilities=${1:-100000}
out=build/bench
store=$out/seed-$facilities.db
mkdir -p "$out"
for needed in build/release/tuoyu build/release/bench_load build/release/bench_bare_mhd; do
  [ -x "$needed" ] || { echo "bench_http: no $needed; run: make bench" >&2; exit 1; }
done
[ -e "$store" ] || build/release/bench_load "$facilities" > /dev/null
# shellcheck source=scripts/http_load.sh
. scripts/http_load.sh

printf 'serves   %s facilities\n' "$facilities"
serve "$store" --now 2026-11-25T03:00:00Z # the seed's numbers are dated from this moment back

# Points that people would ask from: beside facilities, all over the region.
points() {
  python3 - "$ours" <<'PYTHON'
import json, sys, urllib.request
url = sys.argv[1]
points, page = [], json.load(urllib.request.urlopen(url + "/v1/facilities?limit=1000"))
for _ in range(200):
    points += [f["geometry"]["coordinates"] for f in page["features"] if f["geometry"]][::25]
    following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if len(points) >= 1000 or not following:
        break
    page = json.load(urllib.request.urlopen(following[0]))
for x, y in points[:1000]:
    print(f"/v1/nearby?lon={x + 0.001:.6f}&lat={y + 0.001:.6f}")
PYTHON
}
points > "$out/points"
make_requests plain 20 < "$out/points"
sed 's/$/\&care=hourly\&open=true\&age_months=18\&inclusive=true/' "$out/points" | make_requests filtered 20
measure plain '0.65, aim 0.80'
measure filtered 'no bound of its own'
