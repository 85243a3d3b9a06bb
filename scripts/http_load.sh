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

# A bare server with bodies of that many bytes, and the headers in a file: $bare, $bare_pid.
port=$((20000 + RANDOM % 20000))
serve_bare() {
  port=$((port + 1))
  taskset -c 0 build/release/bench_bare_mhd "$port" "$@" &
  bare_pid=$!
  pids+=("$bare_pid")
  bare=http://127.0.0.1:$port
  for _ in $(seq 1 200); do curl -fs "$bare/" -o /dev/null && return; sleep 0.02; done
  echo "the bare server did not start" >&2
  exit 1
}

# spent PID: processor time of a server so far, all and the kernel's part of it, in ticks
spent() { sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13, $13}'; }
ticks=$(getconf CLK_TCK)

# load URL SCRIPT PID: requests a second, microseconds of the server's processor for each, and what part
# of those the kernel spent
load() {
  local before after
  before=$(spent "$3")
  taskset -c 1 wrk -t1 -c16 -d"${seconds}s" -s "$out/$2.lua" "$1" > "$out/wrk.log"
  after=$(spent "$3")
  if grep -qE 'Non-2xx|Socket errors' "$out/wrk.log"; then cat "$out/wrk.log" >&2; exit 1; fi
  awk -v ticks="$ticks" -v spent="$before $after" '/ requests in / {requests = $1}
    /Requests\/sec/ {split(spent, t, " "); all = t[3] - t[1]
      printf "%s %.2f %.3f\n", $2, all * 1e6 / ticks / requests, all ? (t[4] - t[2]) / all : 0}' "$out/wrk.log"
}
# median COLUMN FILE
median() {
  awk -v column="$1" '{print $column}' "$2" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
# medians NAME TITLE: one line of the table, and what its numbers are to ours
medians() {
  awk -v title="$2" -v rate="$(median 1 "$out/$1.rates")" -v us="$(median 2 "$out/$1.rates")" \
      -v kernel="$(median 3 "$out/$1.rates")" -v ours="$(median 1 "$out/ours.rates")" \
      -v ours_us="$(median 2 "$out/ours.rates")" -v is_peer="$(case $1 in bare*) echo 1 ;; esac)" 'BEGIN {
    printf "  %-22s %6.0f requests/s, %6.1f us of the processor each, %2.0f %% of it in the kernel, core busy %3.0f %%",
      title, rate, us, 100 * kernel, rate * us / 1e4
    if (is_peer) printf "; ours to it %.2f by rate, %.2f by processor", ours / rate, us / ours_us
    print ""
  }'
}

# measure QUESTION ASKED: ours and the bare server in turns, with $out/QUESTION.lua, QUESTION-gzip.lua,
# QUESTION.bytes and QUESTION.headers, which make_requests wrote. The bare server runs twice: with one
# header, and with the same headers as ours, which the contract asks for and caches and browsers need.
# wrk has one core too: where it cannot keep a server busy, the rate flatters the slower one, and
# the processor time is the honest figure.
measure() {
  local question=$1 asked=$2 bytes plain plain_pid same same_pid
  bytes=$(cat "$out/$question.bytes")
  serve_bare "$bytes"; plain=$bare plain_pid=$bare_pid
  serve_bare "$bytes" "$out/$question.headers"; same=$bare same_pid=$bare_pid
  : > "$out/ours.rates"; : > "$out/bare.rates"; : > "$out/bare_same.rates"; : > "$out/gzip.rates"
  load "$ours" "$question" "$ours_pid" > /dev/null # the first ones warm up
  load "$plain" "$question" "$plain_pid" > /dev/null
  for _ in $(seq 1 "$rounds"); do
    load "$ours" "$question" "$ours_pid" >> "$out/ours.rates"
    load "$plain" "$question" "$plain_pid" >> "$out/bare.rates"
    load "$same" "$question" "$same_pid" >> "$out/bare_same.rates"
    load "$ours" "$question-gzip" "$ours_pid" >> "$out/gzip.rates"
  done
  printf 'nearby %s: %s bytes; asked of the bare server: %s\n' "$question" "$bytes" "$asked"
  medians ours ours
  medians bare 'bare, one header'
  medians bare_same 'bare, our headers'
  medians gzip 'ours with gzip'
  kill "$plain_pid" "$same_pid" 2>/dev/null || true
}

# make_requests QUESTION ASK: paths to ask, one a line on standard input, become QUESTION.lua,
# QUESTION-gzip.lua, QUESTION.bytes (of a body, the mean) and QUESTION.headers (of an answer): wrk walks through prepared requests, so that it spends nothing on making them. Every
# tenth is asked once: its status must be 200, and ASK is how many facilities it must at least hold.
make_requests() {
  python3 "$(dirname "${BASH_SOURCE[0]}")/http_requests.py" "$ours" "$out/$1" "$2"
}
