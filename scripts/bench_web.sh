#!/usr/bin/env bash
# bench_web.sh: measure the page in a browser against a release build and a new sample store.
set -euo pipefail
cd "$(dirname "$0")/.."
make web/e2e/node_modules/.package-lock.json
exec node web/e2e/bench.mjs --program "${PROGRAM:-bin/tuoyu}"
