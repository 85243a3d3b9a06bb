#!/usr/bin/env bash
# fresh_machine.sh [FOLDER]: prove the two commands on a bare Debian 12. Makes a minimal Debian 12 in
# FOLDER (default: a new temporary one) with mmdebstrap, clones this repository's HEAD into it, and
# there runs `make run`, one search over HTTP, and `make test`; prints how long each took. Needs root
# (chroot), mmdebstrap and the network. TEST_DATA is mounted read only where it exists; without it
# the tests that need real files are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'fresh_machine: %s\n' "$*"; }
[ "$(id -u)" -eq 0 ] || { say "needs root, for chroot"; exit 1; }
command -v mmdebstrap >/dev/null || { say "mmdebstrap is not installed: apt-get install mmdebstrap"; exit 1; }

root=${1:-$(mktemp -d /var/tmp/tuoyu-fresh-XXXXXX)}
test_data=$(realpath -m "${TEST_DATA:-../shared/data}")
port=18080
server=
started=$SECONDS
clean_up() {
  local code=$?
  [ -n "$server" ] && kill "$server" 2>/dev/null
  for mount in test-data proc; do
    mountpoint -q "$root/$mount" && umount -l "$root/$mount"
  done
  rm -rf "$root"
  [ "$code" -eq 0 ] || say "FAILED after $((SECONDS - started)) s"
}
trap clean_up EXIT
# Where the network has an authority of its own, node is told of it inside as it is outside.
authority=${NODE_EXTRA_CA_CERTS:-}
inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    ${authority:+NODE_EXTRA_CA_CERTS=/etc/network-authority.pem} "$@"
}

say "making a minimal Debian 12"
mmdebstrap --quiet --variant=apt bookworm "$root"
mkdir -p "$root/proc" "$root/test-data" "$root/srv"
cp /etc/resolv.conf "$root/etc/resolv.conf"
[ -z "$authority" ] || cp "$authority" "$root/etc/network-authority.pem"
mount -t proc proc "$root/proc"
inside apt-get -qq update
inside apt-get -qq install -y --no-install-recommends git make >/dev/null 2>&1
git clone --quiet --no-local . "$root/srv/tuoyu"
say "made in $((SECONDS - started)) s; packages: $(inside dpkg-query -f '.\n' -W | wc -l); commit $(git rev-parse --short HEAD)"

step=$SECONDS
inside make -C /srv/tuoyu run LISTEN=127.0.0.1:$port >"$root/run.log" 2>&1 &
server=$!
until grep -q "curl" "$root/run.log" && curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do
  kill -0 "$server" 2>/dev/null || { tail -n 20 "$root/run.log"; exit 1; }
  [ $((SECONDS - step)) -lt 1800 ] || { say "make run took too long"; exit 1; }
  sleep 1
done
say "make run served after $((SECONDS - step)) s"
query=$(grep -oE "http://127[^'\" ]+" "$root/run.log" | grep nearby | head -n 1)
[ -n "$query" ] || { say "make run printed no search to try"; cat "$root/run.log"; exit 1; }
answer=$(curl -sf "$query")
printf '%s' "$answer" | python3 -c 'import json,sys; a=json.load(sys.stdin); assert a["features"], "no facilities"; print("fresh_machine: the printed curl found", len(a["features"]), "facilities, the nearest at", a["features"][0]["properties"]["distance_m"], "m")'
pkill -TERM -f "tuoyu serve.*$port" || true
wait "$server" || true
server=

step=$SECONDS
run_test=(inside make -C /srv/tuoyu test)
if [ -d "$test_data" ]; then
  mount --bind -o ro "$test_data" "$root/test-data"
  run_test+=(TEST_DATA=/test-data)
fi
"${run_test[@]}" >"$root/test.log" 2>&1 || { tail -n 60 "$root/test.log"; exit 1; }
say "make test took $((SECONDS - step)) s: $(grep -E "^[0-9]+ passed, " "$root/test.log" | tail -n 1)"
step=$SECONDS
inside make -C /srv/tuoyu all >/dev/null
say "make all, nothing changed: $((SECONDS - step)) s"
say "all in $((SECONDS - started)) s"
