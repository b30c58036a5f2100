"""Tests of prompt_grammar.py: python3 -m unittest discover tools -p '*_test.py'"""
import pathlib
import random
import tempfile
import unittest

import prompt_grammar


class Grammar(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "g.txt"
            path.write_text(text, encoding="utf-8")
            return prompt_grammar.read(path)

    def test_slots_are_filled_and_other_braces_stay(self):
        rules = self.read("# a comment\n@a\n{b} {c}\\n{\n@b\nx\n")
        self.assertEqual(prompt_grammar.expand(rules, "a", random.Random(1)), "x {c}\n{")

    def test_a_rule_that_names_itself_ends(self):
        rules = self.read("@a\nx{a}\n")
        self.assertLess(len(prompt_grammar.expand(rules, "a", random.Random(1))), 20)

    def test_the_same_seed_gives_the_same_text(self):
        rules = self.read("@a\n{b}{b}{b}\n@b\nx\ny\nz\n")
        texts = [prompt_grammar.expand(rules, "a", random.Random(4)) for _ in range(2)]
        self.assertEqual(*texts)

    def test_the_grammars_here_leave_no_slot_open(self):
        for path in prompt_grammar.ROOT.glob("*.txt"):
            rules = prompt_grammar.read(path)
            label = path.name.split(".")[0].replace("attacks", "attack")
            for seed in range(300):
                text = prompt_grammar.expand(rules, label, random.Random(seed))
                self.assertNotRegex(text, r"\{[a-z]+_[a-z_]+\}", path.name)


if __name__ == "__main__":
    unittest.main()
