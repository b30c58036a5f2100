import contextlib
import io
import pathlib
import tempfile
import unittest

import run_system


class RunSystemTest(unittest.TestCase):
    def run_tests(self, *names, **scripts):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in scripts.items():
                (root / f"{name}.sh").write_text("#!/bin/sh\n" + text)
                (root / f"{name}.sh").chmod(0o755)
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                code = run_system.main(["--vedette", "/bin/true", "--tests", folder, "--seconds",
                                        "0.5", *names])
            return code, output.getvalue()

    def test_the_exit_code_decides(self):
        code, text = self.run_tests(good='test -x "$VEDETTE"\n', bad="echo because; exit 3\n",
                                    later="echo no disk; exit 77\n")
        self.assertEqual(1, code)
        self.assertIn("bad.sh: FAILED (exit code 3)", text)
        self.assertIn("    because", text)
        self.assertIn("later.sh: skipped", text)
        self.assertTrue(text.endswith("system tests: 1 passed, 1 failed\n"), text)

    def test_a_test_that_hangs_is_ended(self):
        self.assertIn("did not end within 0.5 s", self.run_tests(hang="sleep 60 & wait\n")[1])

    def test_one_test_can_be_named(self):
        self.assertTrue(self.run_tests("a", a="", b="exit 1")[1].endswith("1 passed, 0 failed\n"))


if __name__ == "__main__":
    unittest.main()
