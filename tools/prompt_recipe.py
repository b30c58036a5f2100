#!/usr/bin/env python3
"""Makes models/prompt.model and its card docs/prompt-model.md again, from corpora and grammars.

Usage: prompt_recipe.py CORPORA [--vedette build/release/vedette] [--work build/prompt] [--seed 1] [--loso]

CORPORA has train/ and dev/ with JSON lines (text, label, kind); what they are is in its README.
"""
import argparse
import json
import pathlib
import random
import subprocess

import prompt_grammar

ROOT = pathlib.Path(__file__).resolve().parent.parent
CARRIERS = ("t0_tasks", "xquad_12_languages", "gpteacher", "prompting_book_17_languages", "security_docs")

ENVELOPES = [
    "{a}{b}{c}",
    "{a}\n\n{b}\n\n{c}",
    '{{"tool": "search", "result": "{a} {b} {c}"}}',
    '{{"role": "tool", "content": "{a} {b} {c}", "status": "ok"}}',
    "<html><body><p>{a}</p><p>{b}</p><p>{c}</p></body></html>",
    "From: ann@company.example\nTo: bob@company.example\nSubject: update\n\n{a}\n{b}\n{c}\n\nBest regards",
    "Summarize the following text:\n\n{a} {b} {c}",
    "Answer the question by the context.\nContext: {a} {b} {c}\nQuestion: What is the text about?",
    "# Title\n\n{a}\n\n> {b}\n\n{c}",
    "<!-- {b} -->\n{a}\n{c}",
    "def main():\n    # {a}\n    # {b}\n    pass  # {c}",
    "[1] {a}\n[2] {b}\n[3] {c}",
    "Review: {a} {b} {c} (4 of 5 stars)",
]

MARKS = r"""{ } [ ] ( ) \ \\ < > </ /> $ << >> = == === => ` `` | || _ __ # ## @ ^ ~ * ** & % + ! !! <!-- ? ?? : :: ;
" "] ", ' (' ([ [' "} ]) }; ). ]. ,, ... -- \" {" ") [[ ]] ({ }) /* // ” » →""".split()


def texts_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def made_up(label, stem, count, chance):
    """`count` different texts of the grammars whose names begin with `stem`, as rows by file."""
    rows = {}
    for path in sorted(prompt_grammar.ROOT.glob(f"{stem}.*.txt")):
        rules = prompt_grammar.read(path)
        seen = set()
        for _ in range(count * 4):
            text = prompt_grammar.expand(rules, label, chance).strip()
            if text and text not in seen:
                seen.add(text)
            if len(seen) == count:
                break
        rows[f"made_{path.stem.replace('.', '_')}"] = sorted(seen)
    return rows


def enveloped(lines, carriers, count, chance):
    """Lines inside of documents, mails, pages, code and what tools answer."""
    texts = []
    for _ in range(count):
        carrier = chance.choice(carriers)
        words = carrier.split(" ")
        begin = chance.randrange(max(1, len(words) - 120))
        words = words[begin:begin + chance.randrange(20, 260)]
        at = chance.choice([0, len(words), chance.randrange(len(words) + 1)])
        form = chance.choice(ENVELOPES)
        texts.append(form.format(a=" ".join(words[:at]), b=chance.choice(lines), c=" ".join(words[at:])))
    return texts


def junk(carriers, chance):
    """What a search for a suffix ends with: pieces of words of many languages and of code, and marks, glued."""
    pieces, text = chance.randrange(6, 24), ""
    marks = chance.uniform(0.1, 0.5)
    for _ in range(pieces):
        if chance.random() < marks:
            text += "".join(chance.choice(MARKS) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
        else:
            word = chance.choice(chance.choice(carriers)[:4000].split() or ["x"]).strip(".,")
            begin = chance.choice([0, 0, 0, chance.randrange(len(word) + 1)])
            word = word[begin:begin + chance.randrange(2, 11)]
            text += chance.choice([word, word, word.upper(), word.capitalize()])
        text += chance.choice([" ", " ", " ", ""])
    return text.strip()


def suffixed(requests, carriers, count, chance):
    """Requests with such a suffix, some with another part of the request behind it."""
    forms = ["{a} {b}"] * 6 + ["{b} {a}", "{b} {a} {b}", "{a}\n{b}", "{a}{b}"]
    return [chance.choice(forms).format(a=chance.choice(requests).rstrip(chance.choice([".", "?", ""])),
                                        b=junk(carriers, chance)) for _ in range(count)]


def variants(texts, chance):
    """Some of the texts in other letters or without marks at their ends."""
    changed = []
    for text in texts:
        roll = chance.random()
        changed.append(text.upper() if roll < 0.04 else text.rstrip(".!") if roll < 0.15 else text)
    return changed


def write_rows(path, label, texts):
    with open(path, "w", encoding="utf-8") as out:
        for text in texts:
            out.write(json.dumps({"text": text, "label": label, "kind": "made-up"}, ensure_ascii=False) + "\n")


def make_texts(corpora, work, seed):
    """Writes the made-up sources; gives back their paths."""
    chance = random.Random(seed)
    attacks = made_up("attack", "attacks", 3000, chance)
    honest = made_up("honest", "honest", 4000, chance)
    carriers = [row["text"] for name in CARRIERS for row in texts_of(corpora / "train" / f"{name}.jsonl")
                if len(row["text"]) > 200]
    files = {name: ("attack", variants(texts, chance)) for name, texts in attacks.items()}
    files |= {name: ("benign", variants(texts, chance)) for name, texts in honest.items()}
    # Most of what stands in documents is meant for their reader.
    lines = [line for texts in attacks.values() for line in texts] + 3 * attacks["made_attacks_indirect"]
    calm = [line for texts in honest.values() for line in texts]
    english = prompt_grammar.read(prompt_grammar.ROOT / "attacks.en.txt")
    requests = [prompt_grammar.expand(english, "request", chance) for _ in range(1000)]
    requests += [line for line in calm if 20 < len(line) < 160][:1000]
    files["made_suffixes"] = ("attack", suffixed(requests, carriers, 2000, chance))
    files["made_embedded"] = ("attack", enveloped(lines, carriers, 3000, chance))
    files["made_documents"] = ("benign", enveloped(calm, carriers, 3000, chance))
    work.mkdir(parents=True, exist_ok=True)
    for name, (label, texts) in files.items():
        write_rows(work / f"{name}.jsonl", label, texts)
    return [work / f"{name}.jsonl" for name in files]


CARD = """# The model of the prompt firewall

<!-- Made by tools/prompt_recipe.py with the model; change it there. -->

`models/prompt.model` ({size} bytes) is part of the binary. It is linear: hashed n-grams of characters (3 to 5) and
of words (1 to 3, and pairs with a gap), of shapes around odd marks (3 and 4), pairs and triples of concepts in 17
languages (`src/prompt/concepts.def`), 2^20 weights of one byte. A text's logit is that of its hottest window (32 words)
with a share of the whole text's, less the more windows there are.
It answers whether a text gives orders to a language model that its operator did not mean: injection, jailbreak,
extraction of prompts. It does not judge whether a request is harmful.

Make it again: `python3 tools/prompt_recipe.py ../shared/corpora/prompts --loso` (same bytes on the same compiler).

## Learned from

{train_attacks} attacks and {train_honest} honest texts. Sources `made_*` come from the grammars in
`tools/prompt_grammar/`; the others from public repositories (licences in the README of the corpora). Sources whose
licence forbids commercial use were measured with, not learned from.

Thresholds and scores are calibrated with sources that were not learned from: the public ones are left out in six groups
in turn, and the logits that the six other models give them are what the shares of false alarms are taken from.

| source | attacks | honest |
| --- | --- | --- |
{train_table}
## Measured

Columns: share above the thresholds that are meant to give 0.1, 0.5, 1 and 3 % false alarms (strictness 1 to 4), and
above the score that 1 % of the honest texts of this very table reach.

Texts of `dev/`, from the sources that were learned from (and four that were not: `instruction_wild`,
`seceval_questions`, `xstest_safe`, `promptmap_rules`). Too easy. A text is judged as the firewall does it, by the worst
of all that can be read in it:

```
{dev}```

Sentences of our own in `tests/prompts/`, which no grammar has; they were looked at while choosing settings and while
writing grammars:

```
{own}```
{loso}
## Limits

- Thresholds come from sources that were left out, yet sources differ: long role prompts with strict rules
  (`awesome_chatgpt_prompts`) raise many times the false alarms that were aimed at when none of theirs was learned from,
  the others fewer. Recalibrate on honest texts of your own. The price is that strictness 1 and 2 find less.
- An attack of a kind that was never seen (a role-play story without any order, a random suffix of another
  generator) is mostly missed: see `jailbreakbench_artifacts` among the sources left out.
- System prompts that defend themselves ("never say the password", "ignore whoever asks") look like attacks: of 1,453
  from a game, {defence[0]:.0f} % are flagged at strictness 1, {defence[1]:.0f} % at 2. Do not scan what the operator
  wrote. Of 1,310 harmful requests without injection, {harmful[1]:.0f} % are flagged at strictness 2.
- Some labels are wrong in both directions: odd role play as attack, real overrides in `instruction_wild` as honest.
- Attacks in other languages than English, and orders in documents, are made up: no source of theirs was left out.
- Long texts must be hotter: an order among a thousand words loses 2.1 of its logit.
- Whoever can try often enough finds words that pass. Do not let this be the only defence.
"""

LOSO = """
Each public source left out in turn, judged by a model that learned from the rest, at the thresholds that what was left
out of the rest gives; the last column has one bar for all sources, at 1 % of all their honest texts. What was missed in
`hackaprompt`, `jailbreakbench` and `neuralchemy` and honest texts above the bar were looked at while writing grammars:

```
{table}```
"""


def write_card(vedette, corpora, work, model, train, with_loso):
    def measured(*arguments):
        done = subprocess.run([vedette, "prompt", "eval", model, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def alarms(name):
        """Share of the texts of an aux/ file that are flagged, at each strictness, in percent."""
        texts = texts_of(corpora / "aux" / f"{name}.jsonl")
        write_rows(work / "aux.jsonl", "benign", [row["text"] for row in texts])
        quality = json.loads(measured(work / "aux.jsonl", "--format", "json"))
        return [100 * count / len(texts) for count in quality["benign_sources"]["aux"]["alarms"]]

    rows, totals = [], [0, 0]
    for path in train:
        attacks = sum(row["label"] == "attack" for row in texts_of(path))
        honest = len(texts_of(path)) - attacks
        totals = [totals[0] + attacks, totals[1] + honest]
        rows.append(f"| {path.stem} | {attacks} | {honest} |\n")
    card = CARD.format(
        size=model.stat().st_size, train_attacks=totals[0], train_honest=totals[1], train_table="".join(rows),
        defence=alarms("tensor_trust_system_prompts"), harmful=alarms("harmful_requests"),
        dev=measured(*sorted((corpora / "dev").glob("*.jsonl"))),
        own=measured(*sorted((ROOT / "tests" / "prompts").glob("*.jsonl"))),
        loso=LOSO.format(table=measured(*train, "--loso")) if with_loso else "")
    (ROOT / "docs" / "prompt-model.md").write_text(card, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpora", type=pathlib.Path)
    parser.add_argument("--vedette", default=ROOT / "build" / "release" / "vedette")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "prompt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loso", action="store_true", help="also leave each source out (minutes)")
    options = parser.parse_args()
    made = make_texts(options.corpora, options.work, options.seed)
    train = sorted((options.corpora / "train").glob("*.jsonl")) + made
    model = ROOT / "models" / "prompt.model"
    model.parent.mkdir(exist_ok=True)
    subprocess.run([options.vedette, "prompt", "train", model, *train, "--seed", str(options.seed)], check=True)
    write_card(options.vedette, options.corpora, options.work, model, train, options.loso)


if __name__ == "__main__":
    main()
