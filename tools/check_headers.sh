#!/usr/bin/env bash
# Compiles each header of src/ alone, twice included and without the precompiled one, so that every
# header brings what it needs. Usage: tools/check_headers.sh [COMPILER]
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
compiler=${1:-${CXX:-g++}}

check_one() {
  printf '#include "%s"\n#include "%s"\n' "${2#src/}" "${2#src/}" |
    "$1" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Isrc -x c++ - ||
    { echo "$2: does not compile alone; include what it uses" >&2; return 1; }
}
export -f check_one
find src -name '*.h' -print0 | sort -z |
  xargs -0 -r -n 1 -P "${VEDETTE_JOBS:-$(nproc)}" bash -c 'check_one "$1" "$2"' _ "$compiler" ||
  exit 1
echo "headers: each of $(find src -name '*.h' | wc -l) compiles alone"
