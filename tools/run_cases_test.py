import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import run_cases

# Stands in for vedette: prints what the first input holds, and the arguments it was given.
FAKE = """#!/bin/sh
echo "arguments: $*" >&2
for last; do :; done
cat "$last"
exit $(cat exit 2>/dev/null || echo 0)
"""


class DifferencesTest(unittest.TestCase):
    def same(self, expected, actual):
        self.assertEqual([], run_cases.differences(expected, actual))

    def differs(self, expected, actual, *words):
        text = "\n".join(run_cases.differences(expected, actual))
        self.assertNotEqual("", text)
        for word in words:
            self.assertIn(word, text)

    def test_only_what_is_expected_is_looked_at(self):
        self.same({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3})
        self.differs({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b: 2, expected 1")
        self.differs({"a": {"b": 1}}, {"a": {}}, "a.b: missing")

    def test_a_list_is_matched_in_its_order_and_length(self):
        self.same([{"a": 1}, {"a": 2}], [{"a": 1, "b": 0}, {"a": 2}])
        self.differs([1, 2], [2, 1], "[0]: 2, expected 1")
        self.differs([1], [1, 2], "2 elements, expected 1")
        self.same([], [])
        self.differs([], [1])

    def test_a_list_that_begins_with_dots_is_contained_in_any_order(self):
        self.same(["...", 3, 1], [1, 2, 3])
        self.differs(["...", 1, 1], [1, 2], "nothing in it matches 1")

    def test_comparisons_patterns_and_absence(self):
        self.same({"n": ">= 5", "s": "~^SSH", "gone": None}, {"n": 5, "s": "SSH brute force"})
        self.differs({"n": "> 5"}, {"n": 5})
        self.differs({"s": "~^SSH"}, {"s": "no SSH"})
        self.differs({"gone": None}, {"gone": 1})

    def test_types_are_not_mixed_up(self):
        self.same(1, 1.0)
        self.differs(1, True)
        self.differs(1, "1")

    def test_lines_of_text_are_found_in_order(self):
        self.assertEqual([], run_cases.text_differences("b\n\n  c d\n", "a\nx b y\nc d\n"))
        self.assertEqual(1, len(run_cases.text_differences("c\nb\n", "b\nc\n")))


class RunCasesTest(unittest.TestCase):
    def run_case(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "cases" / "one").mkdir(parents=True)
            for name, text in files.items():
                (root / "cases" / "one" / name.replace("_", ".")).write_text(text)
            (root / "fake").write_text(FAKE)
            (root / "fake").chmod(0o755)
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                code = run_cases.main(["--vedette", str(root / "fake"), "--cases",
                                       str(root / "cases")])
            return code, output.getvalue()

    def test_a_case_whose_output_has_what_is_expected_passes(self):
        code, text = self.run_case(input_log='{"threats": [{"score": 70}]}',
                                   expect_json=json.dumps({"threats": [{"score": ">= 60"}]}),
                                   expect_txt="arguments: scan input.log")
        self.assertEqual(0, code, text)
        self.assertEqual("golden cases: 1 passed, 0 failed", text.splitlines()[-1])

    def test_a_case_that_differs_fails_and_says_where(self):
        code, text = self.run_case(input_log='{"threats": []}',
                                   expect_json=json.dumps({"threats": [{}], "exit": 1}))
        self.assertEqual(1, code)
        self.assertIn("expect.json: threats: 0 elements, expected 1", text)
        self.assertIn("exit code 0, expected 1", text)
        self.assertEqual("golden cases: 0 passed, 1 failed", text.splitlines()[-1])

    def test_events_are_compared_line_by_line(self):
        code, text = self.run_case(input_log='{"a": 1}\n{"a": 2}\n',
                                   events_json='[{"a": 1}, {"a": 2}]')
        self.assertEqual(0, code, text)

    def test_output_that_is_no_json_fails(self):
        self.assertEqual(1, self.run_case(input_log="oops", expect_json="{}")[0])

    def test_a_case_that_expects_nothing_fails(self):
        self.assertEqual(1, self.run_case(input_log="{}")[0])


if __name__ == "__main__":
    unittest.main()
