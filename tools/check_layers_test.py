import pathlib
import tempfile
import unittest

import check_layers

LAYERS = """
base:
model:   base   # the nouns
decode:  base model
config:  base */options.h
only sqlite3.h  decode/sqlite*.cpp
only regex
"""


class CheckLayersTest(unittest.TestCase):
    def problems(self, files, layers=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder)
            for name, text in {"layers.txt": layers, **files}.items():
                (src / name).parent.mkdir(parents=True, exist_ok=True)
                (src / name).write_text(text)
            return check_layers.check(src)

    def test_includes_of_allowed_folders_and_of_the_own_one_pass(self):
        self.assertEqual([], self.problems({
            "decode/sshd.cpp": '#include "decode/sshd.h"\n#include "base/a.h"\n#include <vector>\n',
            "config/fill.cpp": '#include "decode/options.h"\n',
            "decode/sqlite_store.cpp": "#include <sqlite3.h>\n"}))

    def test_an_include_against_the_way_is_named_with_file_and_line(self):
        problems = self.problems({"model/event.h": '#pragma once\n # include "decode/sshd.h"\n'})
        self.assertEqual(1, len(problems))
        self.assertIn("src/model/event.h:2: model/ may not include decode/sshd.h", problems[0])

    def test_a_reserved_library_in_another_file_is_refused(self):
        problems = self.problems({"decode/json.cpp": "#include <sqlite3.h>\n#include <regex>\n"})
        self.assertIn("only decode/sqlite*.cpp", problems[0])
        self.assertIn("nobody", problems[1])

    def test_a_folder_may_name_only_folders_above_it(self):
        problems = self.problems({}, "base: model\nmodel:\n")
        self.assertIn("which does not stand above it", problems[0])

    def test_a_folder_that_nobody_listed_is_refused(self):
        self.assertIn("does not know the folder new/", self.problems({"new/a.h": ""})[0])


if __name__ == "__main__":
    unittest.main()
