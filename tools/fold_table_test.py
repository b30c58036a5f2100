import unicodedata
import unittest

import fold_table


class FoldTableTest(unittest.TestCase):
    def test_characters_fold_to_what_they_look_like(self):
        for char, folded in {"\uff21": "a", "\ufb01": "fi", "\u00e9": "e", "\u2026": "...", "\u0416": "\u0436"}.items():
            self.assertEqual(folded, fold_table.entry(ord(char))[1])
        self.assertEqual((fold_table.ALIKE, None, "a"), fold_table.entry(0x430))

    def test_look_alikes_are_small_letters_that_fold_to_themselves(self):
        for letters in (fold_table.ALIKE_OF, fold_table.LOOSE_OF):
            for letter, latin in letters.items():
                self.assertEqual((letter, 1), (fold_table.folded(letter), len(latin)))

    @unittest.skipIf(unicodedata.unidata_version != "14.0.0", "another Unicode makes another table")
    def test_the_table_in_the_repository_is_what_the_tool_makes(self):
        self.assertEqual(fold_table.PATH.read_text("utf-8"), "\n".join(fold_table.source()) + "\n")


if __name__ == "__main__":
    unittest.main()
