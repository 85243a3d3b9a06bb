#!/usr/bin/env bash
# bench_osm.sh: `tuoyu import osm` of the streets of Porto (TEST_DATA) against `osmium cat -f opl -o
# /dev/null` of the same file, interleaved; medians, and the peak memory that the report gives.
# osmium-tool is Debian's; without it, or without the file, this is skipped visibly.
set -euo pipefail
cd "$(dirname "$0")/.."
file=${TEST_DATA:-../shared/data}/osm/porto_r5.osm.pbf
rounds=${ROUNDS:-5}
[ -e "$file" ] || { echo "skipped: there is no $file"; exit 0; }
command -v osmium > /dev/null || { echo "skipped: osmium is not here (apt-get install osmium-tool)"; exit 0; }
[ -x build/release/tuoyu ] || { echo "bench_osm: no build/release/tuoyu; run: make bench" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/region.json" <<'JSON'
{ "name": "porto", "title": "Porto", "timezone": "Europe/Lisbon", "currency": "EUR", "language": "en",
  "bounds": [-8.8, 40.9, -8.3, 41.5] }
JSON
build/release/tuoyu init --region-file "$work/region.json" --store "$work/s.db" > /dev/null
python3 - "$file" "$work" "$rounds" <<'PYTHON'
import json, os, statistics, subprocess, sys, time
file, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])


def seconds(command, **more):
    started = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, **more)
    return time.monotonic() - started, done.stdout


ours, peer, ratios, report = [], [], [], None
for _ in range(rounds):
    took, out = seconds(["build/release/tuoyu", "import", "osm", file, "--store", work + "/s.db", "--json"])
    ours.append(took)
    report = json.loads(out)
    took, _ = seconds(["osmium", "cat", "--overwrite", "-f", "opl", "-o", "/dev/null", file])
    peer.append(took)
    ratios.append(ours[-1] / peer[-1])
counts = report["in_file"]
print(f"Porto: {os.path.getsize(file) / 1e6:.1f} MB, {counts['nodes']:,} nodes, {counts['ways']:,} ways; "
      f"{rounds} rounds, program start to exit")
print(f"import osm         ours {statistics.median(ours):.2f} s  osmium cat -f opl {statistics.median(peer):.2f} s"
      f"  ratio {statistics.median(ratios):.1f}; peak memory {report['peak_memory_bytes'] / 1e6:.0f} MB")
PYTHON
