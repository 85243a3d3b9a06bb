#!/usr/bin/env bash
# run.sh LISTEN STORE REGION_FILE: make the sample store if there is none, then serve it.
set -euo pipefail
cd "$(dirname "$0")/.."
listen=$1 store=$2 region=$3
if [ ! -e "$store" ]; then
  mkdir -p "$(dirname "$store")"
  bin/tuoyu init --store "$store" --region-file "$region"
fi
exec bin/tuoyu serve --store "$store" --listen "$listen"
