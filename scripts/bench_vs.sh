#!/usr/bin/env bash
# bench_vs.sh REV [PART…]: run the benches of REV and of this tree in turn, twice each, so that both
# meet the same noise. REV is built in a work tree of its own under build/.
set -euo pipefail
cd "$(dirname "$0")/.."
rev=$1
shift
other=build/vs-$(git rev-parse --short "$rev")
[ -d "$other" ] || git worktree add --detach "$other" "$rev" >&2
trap 'git worktree remove --force "$other"' EXIT
make -C "$other" -j"$(nproc)" VARIANT=release variant-program variant-benches >&2
for round in 1 2; do
  printf '\n#### round %s: %s\n' "$round" "$rev"
  (cd "$other" && scripts/bench.sh "$@") || true
  printf '\n#### round %s: this tree\n' "$round"
  scripts/bench.sh "$@" || true
done
