#!/usr/bin/env bash
# Every header of src/ brings what it needs. A source includes its own header first, so compiling
# it without a precompiled header shows that; the other headers are compiled here, alone.
# Usage: tools/check_headers.sh [COMPILER]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
compiler=${1:-${CXX:-g++}}

check_one() {
  printf '#include "%s"\n#include "%s"\n' "${2#src/}" "${2#src/}" |
    "$1" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Isrc -x c++ - ||
    { echo "$2: does not compile alone; include what it uses" >&2; return 1; }
}
export -f check_one

# Those that no source beside them includes before anything else.
headers_alone() {
  local header source first
  for header in $(find src -name '*.h' | sort); do
    for source in "${header%.h}".cpp "${header%.h}".test.cpp; do
      first=$(grep -m 1 '^#include' "$source" 2>/dev/null)
      if [[ $first == "#include \"${header#src/}\"" ]]; then continue 2; fi
    done
    echo "$header"
  done
}

mapfile -t headers < <(headers_alone)
printf '%s\0' ${headers[@]+"${headers[@]}"} |
  xargs -0 -r -n 1 -P "${VEDETTE_JOBS:-$(nproc)}" bash -c 'check_one "$1" "$2"' _ "$compiler" ||
  exit 1
echo "headers: each of the ${#headers[@]} that no source includes first compiles alone"
