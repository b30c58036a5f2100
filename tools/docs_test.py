import unittest

import docs

TABLE = r'''// VD_ERROR(NotThis, "in", "a", "comment")
VD_ERROR(One, "VD1001", "It \"broke\"", "Mend, or (else) leave")
VD_ERROR(Two, "VD2001",
         "Two strings "
         "in two lines", "a | b")
'''


class DocsTest(unittest.TestCase):
    def test_rows_are_read_as_the_compiler_reads_them(self):
        self.assertEqual([["One", "VD1001", 'It "broke"', "Mend, or (else) leave"],
                          ["Two", "VD2001", "Two strings in two lines", "a | b"]],
                         docs.rows(TABLE, "VD_ERROR"))

    def test_a_table_that_cannot_be_read_is_named(self):
        with self.assertRaises(SystemExit):
            docs.rows('VD_ERROR(One, "open\n', "VD_ERROR")

    def test_a_bar_does_not_break_the_page(self):
        self.assertEqual("a \\| b", docs.cell("a | b"))

    def test_every_row_of_the_real_tables_is_on_its_page(self):
        for page, make in docs.PAGES.items():
            text = make(docs.ROOT / "src")
            self.assertIn("| ", text, page)
        text = docs.events_page(docs.ROOT / "src")
        source = (docs.ROOT / "src/model/actions.def").read_text("utf-8")
        self.assertEqual(source.count("\nVD_ACTION("),
                         text.split("## Fields")[0].count("\n| `"))

    def test_every_feature_is_on_its_page_with_its_formula(self):
        source = (docs.ROOT / "src/anomaly/features.def").read_text("utf-8")
        lines = docs.features_page(docs.ROOT / "src").splitlines()
        features = [line for line in lines if line.startswith("| `")]
        self.assertEqual(source.count("\nVD_FEATURE("), len(features))
        for line in features:
            self.assertRegex(line, r"\| `\w+` \| [a-z ]+ \| [a-z, ]+ \| (T[0-9.]+)? ?\| .+ \|$")

    def test_every_route_of_the_api_is_on_its_page(self):
        page = docs.api_page(docs.ROOT / "src").split("## Routes")[1]
        source = (docs.ROOT / "src/api/routes.cpp").read_text("utf-8")
        methods = sum(source.count(f'{{"{method}",') for method in ("GET", "POST", "PATCH", "DELETE"))
        self.assertGreater(methods, 20)
        self.assertEqual(methods, page.count("\n| `"))


if __name__ == "__main__":
    unittest.main()
