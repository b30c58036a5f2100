#include "model/rule.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("model/rule") {
  TEST_CASE("levels are Sigma's words, in their order") {
    CHECK(to_string(Level::Informational) == "informational");
    CHECK(Level::Low < Level::Medium);
    CHECK(Level::High < Level::Critical);
    for (std::size_t i = 0; i < kLevels; ++i) {
      CHECK(parse_level(to_string(static_cast<Level>(i))) == static_cast<Level>(i));
    }
    for (const std::string_view text : {"", "info", "High", "highest"}) {
      CHECK_FALSE(parse_level(text).has_value());
    }
  }
}

}  // namespace
}  // namespace vedette
