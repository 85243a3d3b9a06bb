#!/usr/bin/env bash
# bench_http.sh [FACILITIES]: GET /v1/nearby (20 of 100,000 seeded facilities, the full answer, keep-alive)
# against libmicrohttpd alone, which returns a constant body of the same size with the same settings.
# One server thread on processor 0, wrk on processor 1; runs are interleaved, medians are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
facilities=${1:-100000}
seconds=${SECONDS_EACH:-3}
rounds=${ROUNDS:-5}
out=build/bench
store=$out/seed-$facilities.db
mkdir -p "$out"
for needed in build/release/tuoyu build/release/bench_load build/release/bench_bare_mhd; do
  [ -x "$needed" ] || { echo "bench_http: no $needed; run: make bench" >&2; exit 1; }
done
[ -e "$store" ] || build/release/bench_load "$facilities" > /dev/null

pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; }
trap stop EXIT

# The seed's numbers are dated from this moment back.
started=$(date +%s%N)
taskset -c 0 build/release/tuoyu serve --store "$store" --listen 127.0.0.1:0 --threads 1 \
  --now 2026-11-25T03:00:00Z > "$out/serve.log" 2>&1 &
pids+=($!)
ours=
for _ in $(seq 1 2000); do
  ours=$(sed -nE 's#.*(http://127\.0\.0\.1:[0-9]+).*#\1#p' "$out/serve.log" | head -n 1)
  [ -n "$ours" ] && curl -fs "$ours/readyz" > /dev/null && break
  kill -0 "${pids[0]}" 2>/dev/null || { cat "$out/serve.log" >&2; exit 1; }
  sleep 0.01
done
printf 'ready    %s facilities: %.2f s from the start of the program to /readyz, on one processor\n' \
  "$facilities" "$(( ($(date +%s%N) - started) / 1000000 ))e-3"
printf 'memory   %d MB at its peak\n' "$(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/${pids[0]}/status")"

# Points that people would ask from: facilities themselves, all over the region. One wrk script a
# question: it walks through prepared requests, so that wrk spends nothing on making them.
python3 - "$ours" "$out" <<'PYTHON'
import json, sys, urllib.request
url, out = sys.argv[1:]
points, cursor = [], None
page = json.load(urllib.request.urlopen(url + "/v1/facilities?limit=1000"))
pages = 0
while len(points) < 1000 and pages < 200:
    points += [f["geometry"]["coordinates"] for f in page["features"] if f["geometry"]][::25]
    following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if not following:
        break
    page = json.load(urllib.request.urlopen(following[0]))
    pages += 1
questions = {"plain": "", "filtered": "&care=hourly&open=true&age_months=18&inclusive=true"}
for name, filters in questions.items():
    paths = [f"/v1/nearby?lon={x + 0.001:.6f}&lat={y + 0.001:.6f}{filters}" for x, y in points[:1000]]
    sizes = []
    for path in paths[::10]:
        body = urllib.request.urlopen(url + path).read()
        answer = json.loads(body)
        assert answer["numberReturned"] == 20, (path, answer["numberReturned"])
        sizes.append(len(body))
    with open(f"{out}/{name}.bytes", "w") as file:
        file.write(str(sum(sizes) // len(sizes)))
    for packed in ("", "-gzip"):
        headers = '{["Accept-Encoding"] = "gzip"}' if packed else "{}"
        with open(f"{out}/{name}{packed}.lua", "w") as file:
            file.write("local paths = {%s}\n" % ",".join(json.dumps(path) for path in paths))
            file.write("local requests, next = {}, 0\n"
                       "function init(args)\n"
                       f"  for i, path in ipairs(paths) do requests[i] = wrk.format('GET', path, {headers}) end\n"
                       "end\n"
                       "function request() next = next % #requests + 1 return requests[next] end\n")
PYTHON

port=$((20000 + RANDOM % 20000))
peer() { # peer NAME: a bare server with bodies of that question's size
  port=$((port + 1))
  taskset -c 0 build/release/bench_bare_mhd "$port" "$(cat "$out/$1.bytes")" &
  pids+=($!)
  bare_pid=$!
  bare=http://127.0.0.1:$port
  for _ in $(seq 1 200); do curl -fs "$bare/" -o /dev/null && return; sleep 0.02; done
  echo "bench_http: the bare server did not start" >&2
  exit 1
}
# spent PID: processor time of a server so far, user's and system's, in ticks
spent() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
ticks=$(getconf CLK_TCK)
load() { # load URL SCRIPT PID: requests a second, and microseconds of the server's processor for each
  local before after
  before=$(spent "$3")
  taskset -c 1 wrk -t1 -c16 -d"${seconds}s" -s "$out/$2.lua" "$1" > "$out/wrk.log"
  after=$(spent "$3")
  if grep -qE 'Non-2xx|Socket errors' "$out/wrk.log"; then cat "$out/wrk.log" >&2; exit 1; fi
  awk -v spent=$((after - before)) -v ticks="$ticks" '/ requests in / {requests = $1}
    /Requests\/sec/ {printf "%s %.2f\n", $2, spent * 1e6 / ticks / requests}' "$out/wrk.log"
}
median() { # median COLUMN FILE
  awk -v column="$1" '{print $column}' "$2" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

for question in plain filtered; do
  peer "$question"
  : > "$out/ours.rates"; : > "$out/bare.rates"; : > "$out/gzip.rates"
  load "$ours" "$question" "${pids[0]}" > /dev/null # the first ones warm up
  load "$bare" "$question" "$bare_pid" > /dev/null
  for _ in $(seq 1 "$rounds"); do
    load "$ours" "$question" "${pids[0]}" >> "$out/ours.rates"
    load "$bare" "$question" "$bare_pid" >> "$out/bare.rates"
    load "$ours" "$question-gzip" "${pids[0]}" >> "$out/gzip.rates"
  done
  awk -v name="$question" -v bytes="$(cat "$out/$question.bytes")" \
      -v ours="$(median 1 "$out/ours.rates")" -v ours_us="$(median 2 "$out/ours.rates")" \
      -v bare="$(median 1 "$out/bare.rates")" -v bare_us="$(median 2 "$out/bare.rates")" \
      -v gzip="$(median 1 "$out/gzip.rates")" -v gzip_us="$(median 2 "$out/gzip.rates")" 'BEGIN {
    printf "nearby   %-8s %6.0f requests/s of %d bytes; constant body %6.0f; ratio %.2f (asked 0.65, aim 0.80)\n", name, ours, bytes, bare, ours / bare
    printf "         %-8s %6.1f us of the processor a request; constant body %.1f; ratio %.2f\n", "", ours_us, bare_us, bare_us / ours_us
    printf "         %-8s %6.0f requests/s with gzip, %.1f us a request\n", "", gzip, gzip_us
  }'
  kill "$bare_pid" 2>/dev/null || true
done
