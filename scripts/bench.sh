#!/usr/bin/env bash
# bench.sh [PART…]: run the benches (tests/bench/bench_*.c and scripts/bench_*.sh) or those whose name
# contains a PART. Each prints sizes, medians and ratios; this prints machine, commit and flags first.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
make -j"$(nproc)" VARIANT=release variant-program variant-benches >&2 || exit 1
wanted() {
  [ $# -eq 1 ] && return 0
  local name=$1 part
  shift
  for part in "$@"; do [[ $name == *"$part"* ]] && return 0; done
  return 1
}
changed=
git diff --quiet HEAD -- 2>/dev/null || changed=" with uncommitted changes"
printf 'date     %s\n' "$(date -u +%Y-%m-%d)"
printf 'machine  %s, %s cores, %s GB\n' \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
  "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo)"
printf 'commit   %s%s\n' "$(git rev-parse --short HEAD 2>/dev/null || echo none)" "$changed"
printf 'compiler %s, %s\n' "$(gcc --version | head -n 1)" "$(sed -n 's/^FLAGS_release := //p' Makefile)"
failed=0
for source in tests/bench/bench_*.c; do
  name=$(basename "$source" .c)
  [ "$name" = bench_bare_mhd ] && continue # the peer of bench_http, not a bench
  wanted "$name" "$@" || continue
  printf '\n== %s\n' "$name"
  "build/release/$name" || failed=1
done
# Whole-server benches are scripts, since they start servers and load them.
for script in scripts/bench_*.sh; do
  [ -e "$script" ] || continue
  name=$(basename "$script" .sh)
  [ "$name" = bench_vs ] && continue
  wanted "$name" "$@" || continue
  printf '\n== %s\n' "$name"
  "$script" || failed=1
done
exit "$failed"
