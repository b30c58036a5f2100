#!/usr/bin/env python3
"""Writes the C++ file that holds the built-in rules: embed_rules.py RULES_DIR OUTPUT.cpp

Every *.yml below RULES_DIR but *.test.yml, in the order of the paths.
"""
import pathlib
import sys

HEAD = """// Made by tools/embed_rules.py from rules/; do not edit.
#include "sigma/builtin.h"

namespace vedette::sigma {

std::span<const RuleFile> builtin_rules() {
  static const RuleFile files[] = {
"""
TAIL = """  };
  return files;
}

}  // namespace vedette::sigma
"""
NO_RULES = """// Made by tools/embed_rules.py from rules/, which is empty; do not edit.
#include "sigma/builtin.h"

namespace vedette::sigma {

std::span<const RuleFile> builtin_rules() { return {}; }

}  // namespace vedette::sigma
"""


def literal(text):
    """`text` as a C++ string literal that ends where the text ends, whatever is in it."""
    mark = "yml"
    while f"){mark}\"" in text:
        mark += "_"
    if len(mark) <= 16:
        return f'R"{mark}({text}){mark}"'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", '\\n"\n"')
    return f'"{escaped}"'


def embed(rules):
    """The C++ text for the folder `rules`."""
    paths = sorted(path.relative_to(rules).as_posix() for path in rules.rglob("*.yml")
                   if not path.name.endswith(".test.yml"))
    if not paths:
        return NO_RULES
    entries = []
    for path in paths:
        text = (rules / path).read_text(encoding="utf-8").replace("\r\n", "\n")
        entries.append(f"      {{{literal('builtin:' + path)}, {literal(text)}}},\n")
    return HEAD + "".join(entries) + TAIL


def main():
    rules, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    output.write_text(embed(rules), encoding="utf-8")


if __name__ == "__main__":
    main()
