#include "prompt/fold_table.h"

#include <doctest/doctest.h>

#include <string_view>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/fold_table");

TEST_CASE("characters of every part of the table") {
  const auto text = [](std::uint32_t code) {
    const FoldEntry& entry = fold_entry(code);
    return std::string_view(kFoldTexts + entry.text, entry.bytes);
  };
  CHECK(text(0xFF21) == "a");
  CHECK(text(0x1D400) == "a");
  CHECK(text(0xFB01) == "fi");
  CHECK(text(0xE9) == "e");
  CHECK(text(0x2163) == "iv");
  CHECK(text(0x416) == "\u0436");
  CHECK(fold_entry(0x430).latin == 'a');
  CHECK(fold_entry(0x430).kind == FoldClass::Alike);
  CHECK(fold_entry(0x4E00).kind == FoldClass::Other);
  CHECK(fold_entry(0xE0041).kind == FoldClass::Tag);
  CHECK(fold_entry(0xE01EF).kind == FoldClass::Variation);
  for (const std::uint32_t code : {0x1FFFFu, 0x20000u, 0xDFFFFu, 0xE0200u, 0x10FFFFu}) {
    CHECK(fold_entry(code).kind == FoldClass::Other);
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
