#include "base/error.h"

#include <doctest/doctest.h>

#include <set>

namespace vedette {
namespace {

TEST_SUITE("base/error") {
  TEST_CASE("a message says the code, the place, what it means and what to do") {
    CHECK(to_message({Errc::RuleFieldEmpty, "rules/a.yml:14: 'shell' has no value"}) ==
          "error VD2003: rules/a.yml:14: 'shell' has no value\n"
          "  A rule names a field but gives no value.\n"
          "  hint: Add a value, or use `null` to match events without the field.");
  }

  TEST_CASE("every code has an id of its own, in order, and words without a full stop") {
    std::string_view last;
    std::set<std::string_view> names;
    for (const ErrorText& text : all_errors()) {
      CHECK(text.id > last);
      CHECK(text.id.size() == 6);
      CHECK(text.id.starts_with("VD"));
      CHECK(names.insert(text.name).second);
      CHECK_FALSE(text.what.empty());
      CHECK_FALSE(text.what.ends_with('.'));
      CHECK_FALSE(text.hint.empty());
      CHECK_FALSE(text.hint.ends_with('.'));
      last = text.id;
    }
    CHECK(describe(Errc::StoreLocked).name == "StoreLocked");
  }
}

}  // namespace
}  // namespace vedette
