#include "prompt/verdict.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE("prompt/verdict") {
  TEST_CASE("names are read as they are written") {
    for (std::size_t i = 0; i < kScanners; ++i) {
      const auto scanner = static_cast<ScannerId>(i);
      CHECK(parse_scanner(to_string(scanner)) == scanner);
    }
    for (std::size_t i = 0; i < kDirections; ++i) {
      const auto direction = static_cast<Direction>(i);
      CHECK(parse_direction(to_string(direction)) == direction);
    }
    CHECK_FALSE(parse_scanner("other"));
    CHECK(to_string(Decision::Block) == "block");
  }

  TEST_CASE("code points are counted as Python counts them") {
    const std::string_view text = "a\xC3\xA4\xF0\x9F\x98\x80z\xFF!";
    CHECK(code_points_before(text, 0) == 0);
    CHECK(code_points_before(text, 1) == 1);
    CHECK(code_points_before(text, 3) == 2);
    CHECK(code_points_before(text, 7) == 3);
    CHECK(code_points_before(text, 9) == 5);
    CHECK(code_points_before(text, 99) == 6);
  }
}

}  // namespace vedette::prompt
