#!/usr/bin/env python3
"""Makes src/prompt/letter_pairs.inc: how likely each pair of letters is in prose.

Usage: letter_pairs.py FILE.jsonl...     benign prompts: {"text": …, "label": "benign", …} a line

The one in the repository is of gpteacher, t0_tasks, xquad_12_languages and self_instruct_user. The
numbers are 8 * log2 of the chance of a pair among all 729, the 27th letter being whatever is none;
so a pair's number minus that of noise says by how much prose is likelier.
"""
import collections
import json
import math
import pathlib
import re
import sys
import unicodedata

PATH = pathlib.Path(__file__).resolve().parent.parent / "src" / "prompt" / "letter_pairs.inc"
LETTERS = "abcdefghijklmnopqrstuvwxyz "
BYTES_OF_SOURCE_MAX = 2_000_000


def main():
    pairs, used = collections.Counter(), collections.Counter()
    for file in sys.argv[1:]:
        for line in open(file, encoding="utf-8"):
            row = json.loads(line)
            if row["label"] != "benign" or used[file] > BYTES_OF_SOURCE_MAX:
                continue
            used[file] += len(row["text"])
            plain = unicodedata.normalize("NFKD", row["text"].casefold())
            plain = "".join(c for c in plain if not unicodedata.combining(c))
            for piece in re.split("[^\x00-\x7f]+", plain):
                words = re.sub("[^a-z]+", " ", piece)
                pairs.update(zip(words, words[1:]))
    total = sum(pairs.values())
    rows = ["// Made by tools/letter_pairs.py; do not edit. 8 * log2 of the chance of a pair.",
            "constexpr std::int8_t kLetterPairs[27][27] = {"]
    for a in LETTERS:
        values = [max(-127, round(8 * math.log2((pairs[a, b] + 1) / (total + 729)))) for b in LETTERS]
        rows.append("{" + ",".join(map(str, values)) + "},")
    rows.append("};")
    PATH.write_text("\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
