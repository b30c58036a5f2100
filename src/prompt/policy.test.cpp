#include "prompt/policy.h"

#include <doctest/doctest.h>

namespace vedette::prompt {
namespace {

std::string mistake_in(std::string_view yaml) {
  const auto policies = read_policies("p.yaml", yaml);
  REQUIRE_FALSE(policies);
  CHECK(policies.error().code == Errc::ConfigValue);
  return policies.error().detail;
}

TEST_SUITE("prompt/policy") {
  TEST_CASE("a policy says what each scanner may do, and the rest stays as it is by default") {
    const auto policies = read_policies("p.yaml", R"(
name: strict
strictness: 4
input: {secrets: block, personal_data: mask}
output: {canary: flag}
thresholds: {links: 0.25}
injection_thresholds: [0.99, 0.9, 0.9, 1e-1]
tokens_max: 4000
deadline_us: 500
fail_closed: [secrets, canary]
terms: [kestrel]
canaries: ["You are the helper of a bank."]
---
name: watch
tool: {prompt_injection: observe}
)");
    REQUIRE(policies);
    REQUIRE(policies->size() == 2);
    const Policy& strict = (*policies)[0];
    CHECK(strict.name == "strict");
    CHECK(strict.strictness == 4);
    CHECK(strict.reaction(Direction::Input, ScannerId::Secrets) == Reaction::Block);
    CHECK(strict.reaction(Direction::Input, ScannerId::Personal) == Reaction::Mask);
    CHECK(strict.reaction(Direction::Input, ScannerId::Injection) == Reaction::Block);
    CHECK(strict.reaction(Direction::Output, ScannerId::Canary) == Reaction::Flag);
    CHECK(strict.thresholds[static_cast<std::size_t>(ScannerId::Links)] == doctest::Approx(0.25));
    REQUIRE(strict.injection_thresholds);
    CHECK(*strict.injection_thresholds == std::array{0.99, 0.9, 0.9, 0.1});
    CHECK(strict.tokens_max == 4000);
    CHECK(strict.deadline_us == 500);
    CHECK(strict.fail_closed.count() == 2);
    CHECK(strict.terms == std::vector<std::string>{"kestrel"});
    CHECK(strict.canaries.size() == 1);
    CHECK_FALSE((*policies)[1].injection_thresholds);
    CHECK((*policies)[1].reaction(Direction::Tool, ScannerId::Injection) == Reaction::Observe);
  }

  TEST_CASE("the version is that of the content") {
    Policy one, other;
    CHECK(one.version() == other.version());
    other.terms = {"a"};
    const auto with_term = other.version();
    CHECK(one.version() != with_term);
    other.terms = {};
    other.canaries = {"a"};
    CHECK(other.version() != with_term);
    other = one;
    other.injection_thresholds = {0.9, 0.8, 0.7, 0.6};
    const auto with_thresholds = other.version();
    CHECK(with_thresholds != one.version());
    other.injection_thresholds = {0.9, 0.8, 0.7, 0.5};
    CHECK(other.version() != with_thresholds);
    other = one;
    other.reactions[0][0] = Reaction::Flag;
    CHECK(other.version() != one.version());
  }

  TEST_CASE("mistakes are told with their line and what would be right") {
    CHECK(mistake_in("- a").find("p.yaml:1: a policy is a map") == 0);
    CHECK(mistake_in("strictness: 5").find("p.yaml:1: this is a number from 1 to 4") == 0);
    CHECK(mistake_in("name: a\ninput: {spam: off}").find("there is no scanner spam") !=
          std::string::npos);
    CHECK(mistake_in("input: {secrets: delete}").find("off, observe, flag, mask, block") !=
          std::string::npos);
    CHECK(mistake_in("thresholds: {secrets: 2}").find("a number from 0 to 1") != std::string::npos);
    CHECK(mistake_in("thresholds: {prompt_injection: 0.5}").find("strictness") !=
          std::string::npos);
    for (const char* wrong : {"0.9", "[0.9, 0.8, 0.7]", "[0.6, 0.7, 0.8, 0.9]", "[1, 1, 1, nan]",
                              "[2, 1, 1, 1]", "[0.9, 0.8, 0.7, {a: 1}]"}) {
      CAPTURE(wrong);
      CHECK(mistake_in(std::string("name: a\ninjection_thresholds: ") + wrong)
                .starts_with("p.yaml:2: this is a list of 4 numbers"));
    }
    CHECK(mistake_in("sorce: 1").find("a policy has no `sorce`") != std::string::npos);
    CHECK(mistake_in("name: a\n---\nname: a").find("two policies named a") != std::string::npos);
    CHECK(mistake_in("terms: [\"\"]").find("a text") != std::string::npos);
  }
}

}  // namespace
}  // namespace vedette::prompt
