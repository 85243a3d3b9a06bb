#!/usr/bin/env bash
# Static checks: format, warnings under clang, cppcheck, shellcheck, Python and JSON syntax, and the
# house's own rules (which way includes may point, where SQL and microhttpd.h may stand).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
failed=0
fail() { printf 'check: %s\n' "$*" >&2; failed=1; }
# none WHAT: standard input holds offending lines; none is right.
none() {
  local lines
  lines=$(cat)
  [ -z "$lines" ] || { printf '%s\n' "$lines" >&2; fail "$1"; }
}
mapfile -t sources < <(git ls-files -co --exclude-standard -- '*.c' '*.h' '*.cc')
mapfile -t shells < <(git ls-files -co --exclude-standard -- '*.sh' .ci/run)
mapfile -t pythons < <(git ls-files -co --exclude-standard -- '*.py')

echo "check: format"
clang-format --dry-run -Werror "${sources[@]}" 2>&1 | grep -E 'error' | head -n 20 | none "run clang-format -i on these"

echo "check: warnings under clang"
make -j"$(nproc)" VARIANT=clang variant-objects || fail "clang found something"

echo "check: cppcheck"
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j "$(nproc)" -I. \
  --enable=warning,portability --suppress=missingIncludeSystem --suppress=unusedFunction \
  --suppress=normalCheckLevelMaxBranches geo data server || fail "cppcheck found something"

echo "check: shell, Python, JSON"
shellcheck -S warning "${shells[@]}" || fail "shellcheck found something"
[ ${#pythons[@]} -eq 0 ] || PYTHONPYCACHEPREFIX=build/pycache python3 -m py_compile "${pythons[@]}" || fail "a Python file does not compile"
while IFS= read -r file; do
  python3 -c 'import json,sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$file" || fail "$file is not JSON"
done < <(git ls-files -- 'data/regions/*.json' 'data/regions/*.geojson' 'tests/fixtures/mappings/*.json' 'tests/fixtures/regions/*.json' 'web/text/*.json')

if [ "${WEB:-1}" != 0 ] && command -v npm >/dev/null; then
  echo "check: the page's types"
  { make web/node_modules/.package-lock.json && (cd web && node_modules/.bin/tsc --noEmit); } || fail "tsc found something"
fi
git grep -nE '"resolved"|https?://[a-z.]*registry' -- 'web/*package-lock.json' | none "a registry's address in a lock file"

echo "check: the house"
git grep -nE '#include *[<"](data|server)/' -- 'geo/*' | none "geo/ includes upward"
git grep -nE '#include *[<"]server/' -- 'data/*' | none "data/ includes upward"
{ git grep -nE '#include *<(sqlite3|microhttpd|sys/|pthread|time|unistd|fcntl)' -- 'geo/*'; git grep -nE '(^|[^a-z_n])(fopen|printf|fprintf|puts|perror|getenv)\(' -- 'geo/*.c'; } | none "geo/ does I/O, threads, clock or SQL"
git grep -lE '#include *<microhttpd' -- . | grep -vE '^server/http[a-z_]*\.[ch]$|^tests/' | none "microhttpd.h outside server/http*.c"
git grep -lE '#include *<sqlite3' -- . | grep -vE '^data/store_sqlite[a-z_]*\.[ch]$|^tests/' | none "sqlite3.h outside data/store_sqlite*.c"
git grep -nE '"[^"]*\b(SELECT .* FROM|INSERT INTO|DELETE FROM|CREATE TABLE)\b' -- '*.c' | grep -vE '^(data/store_sqlite[a-z_]*\.c|tests/)' | none "SQL outside data/store_sqlite*.c"
git grep -nE '\b(setenv|putenv|localtime|gmtime|strtok|asctime|ctime|sprintf|strcpy|strcat|gets)\(' -- 'geo/*' 'data/*' 'server/*' | none "a function we do not use"
git grep -nIE '\b(TODO|FIXME|XXX|HACK)\b' -- geo data server web scripts ':!scripts/check.sh' | none "unfinished words"
git ls-files -- . | grep -vE '^(\.[a-z]|Makefile$|README\.md$|LICENSE$|CHANGELOG\.md$|CONTRIBUTING\.md$|(server|geo|web|data|tests|scripts)/)' | none "a file at the top level that has no place there"

[ "$failed" -eq 0 ] && echo "check: all is well"
exit "$failed"
