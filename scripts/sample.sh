#!/usr/bin/env bash
# sample.sh STORE REGION_FILE: make a new sample store; one that is there is kept aside, dated.
set -euo pipefail
cd "$(dirname "$0")/.."
store=$1 region=$2
mkdir -p "$(dirname "$store")"
if [ -e "$store" ]; then
  bin/tuoyu check --store "$store" >/dev/null || true # says so and stops us below if it is in use
  aside=$store.$(date +%Y%m%d-%H%M%S)
  for part in "$store" "$store"-wal "$store".*.streets; do
    [ -e "$part" ] && mv "$part" "$aside${part#"$store"}"
  done
  rm -f "$store"-shm "$store".lock "$store".sock
  echo "the old store is kept as $aside"
fi
exec bin/tuoyu init --store "$store" --region-file "$region"
