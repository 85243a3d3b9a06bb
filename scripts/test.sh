#!/usr/bin/env bash
# Run every test, or those whose name or file contains one of the arguments. Suites are found by
# pattern. The last line printed is: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export TEST_DATA=${TEST_DATA:-../shared/data}
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:handle_abort=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=tests/lsan.supp:print_suppressions=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=tests/tsan.supp:halt_on_error=0:exitcode=66}
jobs=$(nproc)
passed=0 failed=0 skipped=0
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

# suite NAME COMMAND…: the command writes "passed failed skipped" to $TEST_COUNTS.
suite() {
  local name=$1 code p=0 f=0 s=0
  shift
  printf '== %s\n' "$name" >&2
  : > "$counts"
  TEST_COUNTS=$counts "$@" | grep -vE '^[0-9]+ passed, ' >&2
  code=${PIPESTATUS[0]}
  if ! read -r p f s < "$counts"; then
    printf '  FAIL %s ended without counting its tests (exit %s)\n' "$name" "$code" >&2
    p=0 f=1 s=0
  elif [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && [ $((p + s)) -gt 0 ]; then
    printf '  FAIL %s: exit %s although no test failed\n' "$name" "$code" >&2
    f=1
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}
build() {
  if ! make -j"$jobs" VARIANT="$1" "${@:2}" >&2; then
    printf '0 passed, 1 failed, 0 skipped\n'
    exit 1
  fi
}

build asan variant-tests variant-program
suite "C tests under ASan and UBSan" build/asan/test_runner "$@"

build tsan variant-tests variant-program
suite "threads under TSan" build/tsan/test_runner thread

suite "whole server" python3 tests/flow/run.py --program build/asan/tuoyu --tsan-program build/tsan/tuoyu "$@"

# The page, in a real browser, against the same server.
if [ "${WEB:-1}" != 0 ]; then
  if make web web/e2e/node_modules/.package-lock.json >&2; then
    suite "the page in a browser" node web/e2e/run.mjs --program build/asan/tuoyu "$@"
  else
    printf '  FAIL the page could not be built\n' >&2
    failed=$((failed + 1))
  fi
fi

if [ $# -eq 0 ]; then
  suite "fuzz, a short dose" scripts/fuzz.sh 4
fi

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
