#!/usr/bin/env bash
# embed_texts.sh header|table ZH.json EN.json: print the texts of the pages as C.
#
#   header   enum text_key: one name a key, "search.born" is TEXT_SEARCH_BORN
#   table    text_table[language][key], and text_key_names[key]
#
# The files are flat, one "key": "text" a line, ascending by key, both with the same keys; anything
# else is refused, naming the line. JSON's escapes \" \\ \n are C's too; \u is not taken.
set -euo pipefail
what=$1 zh=$2 en=$3

# KEY<tab>TEXT of every line, checked.
entries() {
  LC_ALL=C awk -v file="$1" '
    function refuse(why) { printf "%s:%d: %s: %s\n", file, NR, why, $0 > "/dev/stderr"; failed = 1; exit 1 }
    NR == 1 { if ($0 != "{") refuse("must be {"); next }
    ended { refuse("nothing may follow }") }
    $0 == "}" { ended = 1; next }
    {
      if (!match($0, /^  "[a-z][a-z0-9_.-]*": "/)) refuse("must be a \"key\": \"text\" of its own line")
      key = substr($0, 4, RLENGTH - 7)
      text = substr($0, RLENGTH + 1)
      if (!sub(/",?$/, "", text)) refuse("must end with a quote and a comma")
      if (text ~ /\\[^"\\n]/) refuse("only \\\" \\\\ and \\n are taken")
      if (text == "") refuse("is empty")
      if (key <= last) refuse("keys must ascend")
      last = key
      gsub(/\?/, "\\?", text)
      print key "\t" text
    }
    END { if (!failed && !ended) { print file ": does not end with }" > "/dev/stderr"; exit 1 } }' "$1"
}

zh_entries=$(entries "$zh")
en_entries=$(entries "$en")
if ! diff <(cut -f1 <<<"$zh_entries") <(cut -f1 <<<"$en_entries") >&2; then
  echo "embed_texts: $zh and $en do not have the same keys" >&2
  exit 1
fi

printf '/* made from %s and %s by scripts/embed_texts.sh */\n' "$zh" "$en"
if [ "$what" = header ]; then
  printf '#ifndef TEXT_KEYS_H\n#define TEXT_KEYS_H\n\nenum text_key {\n'
  cut -f1 <<<"$zh_entries" | tr 'a-z.-' 'A-Z__' | sed 's/.*/    TEXT_&,/'
  printf '    TEXT_COUNT\n};\n\nextern const char *const text_table[2][TEXT_COUNT];\n'
  printf 'extern const char *const text_key_names[TEXT_COUNT];\n\n#endif\n'
else
  printf '#include "text_keys.h"\n\nconst char *const text_key_names[TEXT_COUNT] = {\n'
  cut -f1 <<<"$zh_entries" | sed 's/.*/    "&",/'
  printf '};\n\nconst char *const text_table[2][TEXT_COUNT] = {\n    {\n'
  cut -f2 <<<"$zh_entries" | sed 's/.*/        "&",/'
  printf '    },\n    {\n'
  cut -f2 <<<"$en_entries" | sed 's/.*/        "&",/'
  printf '    },\n};\n'
fi
