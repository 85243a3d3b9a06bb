#!/usr/bin/env bash
# embed_text.sh NAME FILE: print a C file that holds FILE as `const char NAME[]` (NUL-terminated)
# and its length as `const unsigned long NAME_length`.
set -euo pipefail
name=$1 file=$2
printf '/* made from %s by scripts/embed_text.sh */\n' "$file"
printf 'extern const char %s[];\nextern const unsigned long %s_length;\n' "$name" "$name"
printf 'const char %s[] = {' "$name"
od -An -v -t d1 -w16 "$file" | sed -E 's/ +(-?[0-9]+)/\1,/g'
printf '0};\nconst unsigned long %s_length = %s;\n' "$name" "$(wc -c < "$file")"
