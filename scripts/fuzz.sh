#!/usr/bin/env bash
# fuzz.sh SECONDS [PART…]: run every fuzz target (tests/fuzz/fuzz_*.c) for SECONDS each under ASan and
# UBSan. Seeds are the files of tests/fuzz/seeds/TARGET/. What is found stays in build/fuzz/found/.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-60}
shift || true
make -j"$(nproc)" VARIANT=fuzz variant-fuzzers >&2 || exit 1
passed=0 failed=0
mkdir -p build/fuzz/found
for source in tests/fuzz/fuzz_*.c; do
  [ -e "$source" ] || continue
  name=$(basename "$source" .c)
  if [ $# -gt 0 ]; then
    hit=
    for part in "$@"; do [[ $name == *"$part"* ]] && hit=1; done
    [ -n "$hit" ] || continue
  fi
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  [ -d "tests/fuzz/seeds/$name" ] && cp -n tests/fuzz/seeds/"$name"/* "$corpus"/ 2>/dev/null
  log=build/fuzz/$name.log
  if LSAN_OPTIONS=suppressions=tests/lsan.supp:print_suppressions=0 ASAN_OPTIONS=detect_leaks=1 \
     "build/fuzz/$name" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=10 \
     -artifact_prefix=build/fuzz/found/"$name"- "$corpus" >"$log" 2>&1; then
    passed=$((passed + 1))
    printf '  ok   %s: %s\n' "$name" "$(grep -E 'Done [0-9]+ runs' "$log" | tail -n 1)" >&2
  else
    failed=$((failed + 1))
    printf '  FAIL %s\n' "$name" >&2
    tail -n 40 "$log" >&2
  fi
done
[ -n "${TEST_COUNTS:-}" ] && printf '%d %d 0\n' "$passed" "$failed" > "$TEST_COUNTS"
printf '%d passed, %d failed, 0 skipped\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
