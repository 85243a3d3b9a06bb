#!/usr/bin/env bash
# Install what building, testing and running need and is missing: Debian packages, by apt. With WEB=0
# all but what the page is built with. `install_deps.sh browser`: what the page is tested in.
# Quick and silent when nothing is missing; needs the network, and root or sudo, only when it is.
set -euo pipefail

# What the program is built with and runs on.
build=(
  gcc make pkg-config libc6-dev git ca-certificates
  libmicrohttpd-dev         # HTTP
  libgeos-dev               # geometries of communities; the peer in the index bench
  libproj-dev proj-data     # EPSG systems, geodesics
  libsqlite3-dev libsqlite3-mod-spatialite # the store
  libjansson-dev            # JSON bodies and files
  libdeflate-dev            # gzip of answers
  libglib2.0-dev            # the zone database, read thread-safely (GTimeZone)
  g++ libosmium2-dev zlib1g-dev libbz2-dev libexpat1-dev # OpenStreetMap files
  tzdata
  gdal-bin                  # ogr2ogr: XLSX, ODS, Shapefile, GeoPackage, KML
)
# What tests and checks need besides.
tests=(
  clang libclang-rt-14-dev clang-format cppcheck shellcheck
  python3 curl strace wrk sqlite3 procps
  osmium-tool               # the peer of `import osm` in make bench
)
# What the page's tests need: a browser, and letters for its text.
browser=(chromium fonts-noto-cjk)

wanted=("${build[@]}" "${tests[@]}")
[ "${1:-}" = browser ] && wanted=("${browser[@]}")
if [ "${WEB:-1}" != 0 ]; then
  # Any node from 18 on and its npm will do, wherever they come from.
  command -v node >/dev/null || wanted+=(nodejs)
  command -v npm >/dev/null || wanted+=(npm)
fi
missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

say() { printf 'install_deps: %s\n' "$*" >&2; }
case " ${missing[*]} " in
  *" nodejs "* | *" npm "*)
    say "the page is built with node and npm; make WEB=0 does without them and builds the server alone" ;;
esac
if ! command -v apt-get >/dev/null; then
  say "apt-get is not here; install these Debian 12 packages' equivalents by hand: ${missing[*]}"
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    say "missing: ${missing[*]}. Run as root, or install sudo, or: apt-get install ${missing[*]}"
    exit 1
  fi
  as_root=(sudo)
fi
say "installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get -q update &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  say "apt-get could not install: ${missing[*]} (is the network there?)"
  exit 1
fi
