import pathlib
import tempfile
import unittest

import check_style

UNFINISHED = "TO" + "DO"


class CheckStyleTest(unittest.TestCase):
    def problems(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return check_style.check(root)

    def of(self, text, name="src/base/a.test.cpp"):
        return self.problems({name: text})

    def test_words_in_comments_and_strings_are_no_code(self):
        self.assertEqual([], self.of('// throw, atoi("1")\nconst char* s = "throw 1; // x";\n'
                                     'auto r = R"(std::regex "throw")";\n'
                                     "char c = '\"'; /* atoi( */\n"))

    def test_a_banned_word_is_named_with_its_line_and_what_to_use(self):
        self.assertEqual(["src/base/a.test.cpp:2: `throw`: return a Result (base/result.h)"],
                         self.of("// a\nvoid f() { throw 1; }\n"))
        self.assertIn("parse_int", self.of("int a = atoi(text);\n")[0])

    def test_only_the_command_line_and_tests_print(self):
        line = 'void f() { std::printf("x"); }\n'
        self.assertIn("only cli/ prints", self.problems({"src/base/a.cpp": line})[0])
        self.assertEqual([], self.of(line, "src/cli/a.test.cpp"))
        self.assertEqual([], self.of("void f() { std::snprintf(p, 4, q); }\n"))

    def test_digit_separators_do_not_open_a_character(self):
        self.assertEqual(1, len(self.of("int n = 1'000'000; void f() { throw 1'0; }\n")))

    def test_a_long_function_is_found_whatever_surrounds_it(self):
        body = "  g();\n" * 70
        text = "namespace a {\nstruct B {\n  int f()\n      const {\n" + body + "  }\n};\n}\n"
        self.assertIn("a.test.cpp:3: a function of 73 lines; at most 70", self.of(text)[0])
        self.assertEqual([], self.of(text.replace(body, body[:-30])))

    def test_many_short_functions_and_tables_are_no_long_function(self):
        methods = "  void f() { if (x) { y(); } }\n" * 80
        self.assertEqual([], self.of("class A {\n" + methods + "};\n"))
        self.assertEqual([], self.of("const int kTable[] = {\n" + "  1,\n" * 80 + "};\n"))

    def test_lines_and_files_have_a_length(self):
        self.assertIn("101 columns", self.of("//" + "x" * 99 + "\n")[0])
        self.assertIn("501 lines", self.of("int a;\n" * 501)[0])
        self.assertIn("no newline", self.of("int a;")[0])

    def test_a_header_says_what_it_is_and_opens_no_namespace(self):
        problems = self.of("using namespace std;\n", "src/base/a.h")
        self.assertEqual(3, len(problems), problems)

    def test_unfinished_work_is_found_in_comments(self):
        self.assertEqual(1, len(self.of(f"// {UNFINISHED}: later\n")))

    def test_every_source_has_a_test_or_a_reason(self):
        source = {"src/base/a.cpp": "int a;\n"}
        self.assertIn("no a.test.cpp", self.problems(source)[0])
        self.assertEqual([], self.problems({**source, "src/base/a.test.cpp": "int t;\n"}))
        listed = {**source, "tools/untested.txt": "src/base/a.cpp  # a table\n"}
        self.assertEqual([], self.problems(listed))
        both = {**listed, "src/base/a.test.cpp": "int t;\n"}
        self.assertIn("has a test now", self.problems(both)[0])
        gone = {"tools/untested.txt": "src/x.cpp  # gone\n"}
        self.assertIn("there is no", self.problems(gone)[0])
        mute = {**source, "tools/untested.txt": "src/base/a.cpp\n"}
        self.assertIn("say why", self.problems(mute)[0])


if __name__ == "__main__":
    unittest.main()
