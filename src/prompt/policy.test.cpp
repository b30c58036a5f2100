#include "prompt/policy.h"

#include <doctest/doctest.h>

namespace vedette::prompt {
namespace {

constexpr std::string_view kRoutes[] = {"/v1/a", "/v1/b"};

std::string mistake_in(std::string_view yaml) {
  const auto policies = read_policies("p.yaml", yaml, kRoutes);
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
routes: [/v1/b]
tokens: [desk, 0a1b2c3d]
)",
                                        kRoutes);
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
    const Policy& watch = (*policies)[1];
    CHECK(watch.reaction(Direction::Tool, ScannerId::Injection) == Reaction::Observe);
    CHECK(watch.routes == std::vector<std::string>{"/v1/b"});
    CHECK(watch.tokens == std::vector<std::string>{"desk", "0a1b2c3d"});
    CHECK_FALSE(watch.injection_thresholds);
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

  TEST_CASE("whose policy it is does not change its version: verdicts are the same") {
    Policy one, other;
    other.routes = {"/v1/a"};
    other.tokens = {"desk"};
    CHECK(one.version() == other.version());
  }

  TEST_CASE("a route or a token is that of one policy, and the route is one that there is") {
    CHECK(mistake_in("routes: [/v1/a,\n  /v1/c]") ==
          "p.yaml:2: there is no route /v1/c that scans; there are /v1/a, /v1/b");
    CHECK(mistake_in("name: x\nroutes: [/v1/a]\n---\nname: y\nroutes:\n- /v1/b\n- /v1/a") ==
          "p.yaml:7: /v1/a is among the routes of the policy x already");
    CHECK(mistake_in("name: x\ntokens: [t]\n---\nname: y\ntokens: [t]") ==
          "p.yaml:5: t is among the tokens of the policy x already");
    CHECK(mistake_in("tokens: [t, t]").find("already") != std::string::npos);
    CHECK(mistake_in("tokens: t").find("a list") != std::string::npos);
    CHECK(mistake_in("").find("there are 0 policies") != std::string::npos);
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
