#include "prompt/policy_edit.h"

#include <doctest/doctest.h>

namespace vedette::prompt {
namespace {

constexpr std::array<double, kStrictnesses> kThresholds{0.1 + 0.8, 0.5, 0.25, 1.0 / 3 - 0.1};

Result<std::string> edited(std::string_view yaml, std::string_view name = {}) {
  return with_injection_thresholds("p.yaml", yaml, name, kThresholds, {});
}

Result<std::vector<Policy>> read(std::string_view yaml) {
  return read_policies("p.yaml", yaml, {});
}

TEST_SUITE("prompt/policy_edit") {
  TEST_CASE("thresholds come back as they were, to the last bit, and the rest stays") {
    for (const char* yaml :
         {"", "# nothing yet\n", "name: a", "name: a\n# last\n",
          "---\nname: a\ninjection_thresholds: [0.9, 0.8, 0.7, 0.6]\nterms: [x]\n---\nname: b\n",
          "name: a\ninput: {secrets: mask}\n--- # another\n# of\nname: b\n"}) {
      CAPTURE(yaml);
      const auto text = edited(yaml);
      REQUIRE(text);
      const auto before = read(yaml), after = read(*text);
      REQUIRE(after);
      REQUIRE(after->size() == (before ? before->size() : 1));
      for (std::size_t i = 0; i < after->size(); ++i) {
        CHECK((*after)[i].injection_thresholds == kThresholds);
        Policy wanted = before ? (*before)[i] : Policy{};
        wanted.injection_thresholds = kThresholds;
        CHECK((*after)[i].version() == wanted.version());
      }
      CHECK(*edited(*text) == *text);
    }
  }

  TEST_CASE("comments stay") {
    CHECK(edited("# ours\nname: a # short\n")->starts_with("# ours\nname: a # short\n"));
  }

  TEST_CASE("of several policies the one that is named is changed") {
    const auto text = edited("name: a\n---\nname: b\ninjection_thresholds: [1, 1, 1, 1]\n", "a");
    REQUIRE(text);
    const auto policies = read(*text);
    REQUIRE(policies);
    CHECK((*policies)[0].injection_thresholds == kThresholds);
    CHECK((*policies)[1].injection_thresholds == std::array<double, 4>{1, 1, 1, 1});
    CHECK(edited("name: a\n", "b").error().detail == "p.yaml: there is no policy b");
  }

  TEST_CASE("what cannot be changed line by line is left, and said") {
    for (const char* yaml : {"{name: a}\n",
                             "name: a\ninjection_thresholds:\n  - 1\n  - 1\n  - 1\n"
                             "  - 1\n",
                             "name: a\n...\n", "\"injection_thresholds\": [1, 1, 1, 1]\n"}) {
      CAPTURE(yaml);
      REQUIRE(read(yaml));
      const auto text = edited(yaml);
      REQUIRE_FALSE(text);
      CHECK(text.error().detail.find("injection_thresholds: [0.9, 0.5, 0.25, 0.2") !=
            std::string::npos);
    }
    CHECK(edited("strictness: 9").error().code == Errc::ConfigValue);
  }
}

}  // namespace
}  // namespace vedette::prompt
