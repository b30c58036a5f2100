#!/usr/bin/env python3
"""`vedette prompt train` makes a model that `vedette prompt eval` measures; the one in the repository tells our
own attacks from our own honest texts that hold the same words."""

import json

from harness import ROOT, main, vedette

OWN = sorted((ROOT / "tests" / "prompts").glob("*.jsonl"))


def test_a_model_learns_what_it_is_shown(folder):
    """Training twice gives the same bytes, and the texts are told apart."""
    vedette("prompt", "train", folder / "a.model", *OWN)
    vedette("prompt", "train", folder / "b.model", *OWN)
    assert (folder / "a.model").read_bytes() == (folder / "b.model").read_bytes()
    quality = json.loads(vedette("prompt", "eval", folder / "a.model", *OWN, "--format", "json").stdout)
    assert quality["auroc"] > 0.97, quality


def test_the_model_in_the_repository_is_no_worse_than_it_was(folder):
    """Most attacks are found and few honest texts flagged at strictness 3, whose thresholds are made from sources
    that were left out."""
    quality = json.loads(vedette("prompt", "eval", ROOT / "models/prompt.model", *OWN, "--format", "json").stdout)
    attacks, honest = quality["attack_sources"]["attacks"], quality["benign_sources"]["honest"]
    assert attacks["alarms"][2] / attacks["texts"] > 0.9, attacks
    assert honest["alarms"][2] / honest["texts"] < 0.05, honest


def test_bad_files_are_refused(folder):
    """What is no model, no JSON or has no label is named with its place."""
    bad = folder / "bad.jsonl"
    for text in ("{", "{}", '{"text": "x", "label": "maybe"}', '{"text": 1, "label": "attack"}'):
        bad.write_text('{"text": "x", "label": "benign"}\n' + text + "\n")
        done = vedette("prompt", "train", folder / "m", bad, expect=3)
        assert "VD7002" in done.stderr and "bad.jsonl:2" in done.stderr, done.stderr
    bad.write_text('{"text": "x", "label": "benign"}\n')
    assert "VD7002" in vedette("prompt", "train", folder / "m", bad, expect=3).stderr
    assert "VD7001" in vedette("prompt", "eval", bad, bad, expect=3).stderr


if __name__ == "__main__":
    main(globals())
