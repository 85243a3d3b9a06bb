#!/usr/bin/env bash
# torture.sh: the long fault tests of the store: a failure at every single write, sync and allocation, a
# power cut at every write under several seeds, a disk that is really full, and a process that is really
# killed. Minutes, not seconds. `make test` takes a short dose of the first ones.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
rounds=${ROUNDS:-3}
failed=0
hits=0 # faults that met a store being written: without any, nothing was shown
say() { printf '%s\n' "$*" >&2; }

make -j"$(nproc)" VARIANT=release variant-tests variant-benches variant-program >&2 || exit 1
export TORTURE=1

say "== every write, sync and allocation; power cuts under $rounds seeds"
for seed in $(seq 1 "$rounds"); do
  TEST_SEED=$seed build/release/test_runner test_store_faults || failed=1
  [ "$seed" = 1 ] || continue
  TEST_SEED=$seed build/release/test_runner any_sequence_of_puts || failed=1
done

folder=$(mktemp -d)
mounted=
# shellcheck disable=SC2317 # called by trap
clean_up() {
  [ -n "$mounted" ] && umount "$folder/small"
  rm -rf "$folder"
}
trap clean_up EXIT

# bench_store exits 1 with a sentence when the store refuses; what it leaves must be sound.
check_left() {
  local what=$1 path=$2
  if [ ! -e "$path" ]; then
    say "  ok   $what: no store was made"
  elif [ "$(sqlite3 "$path" 'PRAGMA integrity_check; SELECT count(*) FROM facility' | tr '\n' ' ')" = "ok 0 " ]; then
    say "  ok   $what: the store is as it was before"
    hits=$((hits + 1))
  else
    say "  FAIL $what: $(sqlite3 "$path" 'PRAGMA integrity_check; SELECT count(*) FROM facility' 2>&1 | head -n 3 | tr '\n' ' ')"
    failed=1
  fi
}

say "== a full disk"
mkdir -p "$folder/small"
if mount -t tmpfs -o size=8m tmpfs "$folder/small" 2>/dev/null; then
  mounted=1
  if sentence=$(build/release/bench_store 20000 "$folder/small" 2>&1 >/dev/null); then
    say "  FAIL 20,000 facilities fitted into 8 MB"
    failed=1
  else
    say "  $sentence"
    [[ $sentence == *"the disk is full"* ]] || failed=1
    umount_free=$(df --output=avail "$folder/small" | tail -n 1)
    mount -o remount,size=64m "$folder/small"
    say "  (free then: ${umount_free} KB)"
    check_left "a full disk" "$folder/small/bench_store.db"
  fi
else
  say "  skipped: a tmpfs cannot be mounted here (root is needed)"
fi

say "== killed while writing"
for after in 0.3 0.7 1.1 1.6 2.2; do
  mkdir -p "$folder/killed"
  build/release/bench_store 200000 "$folder/killed" >/dev/null 2>&1 &
  pid=$!
  sleep "$after"
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  check_left "killed after $after s" "$folder/killed/bench_store.db"
  rm -rf "$folder/killed"
done

say "== imports that are killed, and imports onto full disks"
python3 tests/flow/run.py --program build/release/tuoyu test_import_faults >&2 || failed=1

if [ "$hits" -lt 2 ]; then
  say "  FAIL no store was met while it was written"
  failed=1
fi
if [ "$failed" -eq 0 ]; then say "torture: all sound"; else say "torture: something is not sound"; fi
exit "$failed"
