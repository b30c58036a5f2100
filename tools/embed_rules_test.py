import pathlib
import shutil
import subprocess
import tempfile
import unittest

import embed_rules

FILES = {"ssh/a.yml": 'title: "a)yml"\n# \\n \u00fc\n', "web.yml": "title: w\n",
         "web.test.yml": "no\n"}
PROGRAM = """
#include <span>
#include <string>
#include <cstdio>
namespace vedette::sigma {
struct RuleFile { std::string path, text; };
std::span<const RuleFile> builtin_rules();
}
int main() {
  for (auto& file : vedette::sigma::builtin_rules()) {
    std::printf("%s=%s", file.path.c_str(), file.text.c_str());
  }
}
"""


class EmbedRulesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name, text in FILES.items():
            (self.root / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "rules" / name).write_text(text, encoding="utf-8")

    def tearDown(self):
        self.folder.cleanup()

    def test_rules_are_in_the_order_of_their_paths_and_tests_are_left_out(self):
        text = embed_rules.embed(self.root / "rules")
        self.assertLess(text.index("builtin:ssh/a.yml"), text.index("builtin:web.yml"))
        self.assertNotIn("web.test.yml", text)

    @unittest.skipUnless(shutil.which("g++"), "no compiler")
    def test_the_compiler_reads_back_what_the_files_hold(self):
        (self.root / "sigma").mkdir()
        declarations, main = PROGRAM.split("int main")
        (self.root / "sigma" / "builtin.h").write_text("#pragma once\n" + declarations)
        (self.root / "main.cpp").write_text(
            embed_rules.embed(self.root / "rules") + "int main" + main)
        subprocess.run(["g++", "-std=c++20", "-O0", "-I", self.root, self.root / "main.cpp", "-o",
                        self.root / "program"], check=True)
        output = subprocess.run([self.root / "program"], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual("builtin:ssh/a.yml=" + FILES["ssh/a.yml"] + "builtin:web.yml=title: w\n",
                         output.decode())

    def test_no_rules_give_an_empty_list(self):
        (self.root / "none").mkdir()
        self.assertIn("return {}", embed_rules.embed(self.root / "none"))


if __name__ == "__main__":
    unittest.main()
