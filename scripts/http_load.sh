#!/usr/bin/env bash
# http_load.sh, to be sourced by the whole-server benches: our server on processor 0 with one thread,
# wrk on processor 1, and libmicrohttpd alone (tests/bench/bench_bare_mhd.c) with the same settings and a
# constant body of the same size as the peer. Runs are interleaved, medians are printed.
# Expects: $out (a folder). Sets: $ours (URL), $ours_pid.
: "${out:?}"
seconds=${SECONDS_EACH:-3}
rounds=${ROUNDS:-5}
pids=()
stop_servers() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap stop_servers EXIT

# serve STORE [OPTION…]: start ours, wait until it is ready, say how long that took and its memory.
serve() {
  local store=$1 started
  shift
  started=$(date +%s%N)
  taskset -c 0 build/release/tuoyu serve --store "$store" --listen 127.0.0.1:0 --threads 1 "$@" \
    > "$out/serve.log" 2>&1 &
  ours_pid=$!
  pids+=("$ours_pid")
  ours=
  for _ in $(seq 1 2000); do
    ours=$(sed -nE 's#.*(http://127\.0\.0\.1:[0-9]+)$#\1#p' "$out/serve.log" | head -n 1)
    [ -n "$ours" ] && curl -fs "$ours/readyz" > /dev/null && break
    kill -0 "$ours_pid" 2>/dev/null || { cat "$out/serve.log" >&2; exit 1; }
    sleep 0.01
  done
  printf 'ready    %.2f s from the start of the program to /readyz, on one processor\n' \
    "$(( ($(date +%s%N) - started) / 1000000 ))e-3"
  printf 'memory   %d MB at its peak\n' "$(awk '/VmHWM/ {print int($2 / 1024)}' "/proc/$ours_pid/status")"
}

# A bare server with bodies of that many bytes: $bare, $bare_pid.
port=$((20000 + RANDOM % 20000))
serve_bare() {
  port=$((port + 1))
  taskset -c 0 build/release/bench_bare_mhd "$port" "$1" &
  bare_pid=$!
  pids+=("$bare_pid")
  bare=http://127.0.0.1:$port
  for _ in $(seq 1 200); do curl -fs "$bare/" -o /dev/null && return; sleep 0.02; done
  echo "the bare server did not start" >&2
  exit 1
}

# spent PID: processor time of a server so far, user's and system's, in ticks
spent() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }
ticks=$(getconf CLK_TCK)

# load URL SCRIPT PID: requests a second, and microseconds of the server's processor for each
load() {
  local before after
  before=$(spent "$3")
  taskset -c 1 wrk -t1 -c16 -d"${seconds}s" -s "$out/$2.lua" "$1" > "$out/wrk.log"
  after=$(spent "$3")
  if grep -qE 'Non-2xx|Socket errors' "$out/wrk.log"; then cat "$out/wrk.log" >&2; exit 1; fi
  awk -v spent=$((after - before)) -v ticks="$ticks" '/ requests in / {requests = $1}
    /Requests\/sec/ {printf "%s %.2f\n", $2, spent * 1e6 / ticks / requests}' "$out/wrk.log"
}
# median COLUMN FILE
median() {
  awk -v column="$1" '{print $column}' "$2" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# measure QUESTION ASKED: ours and the bare server in turns, with $out/QUESTION.lua, QUESTION-gzip.lua and
# QUESTION.bytes, which make_requests wrote.
measure() {
  local question=$1 asked=$2
  serve_bare "$(cat "$out/$question.bytes")"
  : > "$out/ours.rates"; : > "$out/bare.rates"; : > "$out/gzip.rates"
  load "$ours" "$question" "$ours_pid" > /dev/null # the first ones warm up
  load "$bare" "$question" "$bare_pid" > /dev/null
  for _ in $(seq 1 "$rounds"); do
    load "$ours" "$question" "$ours_pid" >> "$out/ours.rates"
    load "$bare" "$question" "$bare_pid" >> "$out/bare.rates"
    load "$ours" "$question-gzip" "$ours_pid" >> "$out/gzip.rates"
  done
  awk -v name="$question" -v asked="$asked" -v bytes="$(cat "$out/$question.bytes")" \
      -v ours="$(median 1 "$out/ours.rates")" -v ours_us="$(median 2 "$out/ours.rates")" \
      -v bare="$(median 1 "$out/bare.rates")" -v bare_us="$(median 2 "$out/bare.rates")" \
      -v gzip="$(median 1 "$out/gzip.rates")" -v gzip_us="$(median 2 "$out/gzip.rates")" 'BEGIN {
    printf "nearby   %-8s %6.0f requests/s of %d bytes; constant body %6.0f; ratio %.2f (asked %s)\n", name, ours, bytes, bare, ours / bare, asked
    printf "         %-8s %6.1f us of the processor a request; constant body %.1f; ratio %.2f\n", "", ours_us, bare_us, bare_us / ours_us
    printf "         %-8s %6.0f requests/s with gzip, %.1f us a request\n", "", gzip, gzip_us
  }'
  kill "$bare_pid" 2>/dev/null || true
}

# make_requests QUESTION ASK: paths to ask, one a line on standard input, become QUESTION.lua and
# QUESTION-gzip.lua: wrk walks through prepared requests, so that it spends nothing on making them. Every
# tenth is asked once: its status must be 200, and ASK is how many facilities it must at least hold.
make_requests() {
  python3 "$(dirname "${BASH_SOURCE[0]}")/http_requests.py" "$ours" "$out/$1" "$2"
}
