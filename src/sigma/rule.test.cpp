#include "sigma/rule.h"

#include "sigma/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

const std::string kHead = "title: T\nlogsource: {product: linux, service: sshd}\n";

/// Code and text of the only problem.
std::pair<Errc, std::string> problem(std::string_view text) {
  const Loaded loaded(text, "r.yml");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.rules->rules().empty());
  return {loaded.problems[0].error.code, loaded.problems[0].error.detail};
}

}  // namespace

TEST_SUITE("sigma/rule") {
  TEST_CASE("what is wrong with a rule is said with file, line and code") {
    const std::vector<std::tuple<std::string, Errc, std::string>> cases{
        {"just words", Errc::RuleSyntax, "r.yml:1: a rule is a map of keys and values"},
        {"logsource: {product: x}", Errc::RuleMissingKey, "r.yml:1: the rule has no title"},
        {"title: T\ndetection: {a: {f: 1}, condition: a}", Errc::RuleMissingKey,
         "r.yml:1: the rule has no logsource"},
        {"title: T\nlogsource:\n  definition: x\ndetection: {a: {f: 1}, condition: a}",
         Errc::RuleMissingKey, "r.yml:3: the logsource needs a category, a product or a service"},
        {kHead, Errc::RuleMissingKey, "r.yml:1: the rule has no detection"},
        {kHead + "detection:\n  a: {f: 1}\n", Errc::RuleMissingKey,
         "r.yml:4: the detection has no condition"},
        {kHead + "detection:\n  a:\n    f:\n  condition: a", Errc::RuleFieldEmpty,
         "r.yml:5: selection 'a', 'f': no value is given"},
        {kHead + "detection:\n  a: {}\n  condition: a", Errc::RuleFieldEmpty,
         "r.yml:4: selection 'a' is empty"},
        {kHead + "detection:\n  a:\n    f|shout: x\n  condition: a", Errc::RuleUnsupported,
         "r.yml:5: selection 'a', 'f|shout': the modifier 'shout' is not known"},
        {kHead + "detection:\n  a:\n    f|re:\n      - ok\n      - '('\n  condition: a",
         Errc::RuleRegex, "r.yml:7: selection 'a', 'f|re': missing ): ("},
        {kHead + "detection:\n  a: {f: 1}\n  condition: b", Errc::RuleCondition,
         "r.yml:5: condition: there is no selection named 'b'"},
        {kHead + "detection:\n  a: {f: 1}\n  timeframe: 5m\n  condition: a", Errc::RuleUnsupported,
         "r.yml:5: 'timeframe' was replaced by correlations"},
        {kHead + "level: huge\ndetection:\n  a: {f: 1}\n  condition: a", Errc::RuleValue,
         "r.yml:3: 'huge' is not a level"},
        {kHead + "detection:\n  a: {f: 1\n", Errc::RuleSyntax, "r.yml:"},
        {"title: F\nfilter: {rules: [x]}", Errc::RuleUnsupported,
         "r.yml:2: filters are not supported"},
        {"title: C\ncorrelation: x", Errc::RuleSyntax, "r.yml:2: a correlation is a map"},
        {"title: C\ncorrelation: {type: event_sum, rules: [a]}", Errc::RuleUnsupported,
         "r.yml:2: correlations of type 'event_sum' are not known"},
        {"title: C\ncorrelation: {type: temporal}", Errc::RuleMissingKey,
         "r.yml:2: the correlation has no rules"},
        {"title: C\ncorrelation: {type: temporal, rules: [a]}", Errc::RuleMissingKey,
         "r.yml:2: the correlation has no timespan"},
        {"title: C\ncorrelation:\n  type: temporal\n  rules: [a]\n  timespan: 5M", Errc::RuleValue,
         "r.yml:5: '5M' is not a timespan: a number and s, m, h or d, at most 366d"},
        {"title: C\ncorrelation: {type: event_count, rules: [a], timespan: 5m}",
         Errc::RuleMissingKey, "r.yml:2: the correlation has no condition"},
        {"title: C\ncorrelation: {type: value_count, rules: [a], timespan: 5m, condition: {gte: "
         "3}}",
         Errc::RuleMissingKey, "r.yml:2: value_count needs `field` in its condition"},
        {"title: C\ncorrelation: {type: temporal, rules: [a], timespan: 5m}", Errc::RuleReference,
         "r.yml:1: 'a' is not the name or id of a rule that was loaded"},
        {"title: C\nname: c\ncorrelation: {type: temporal, rules: [c], timespan: 5m}",
         Errc::RuleReference, "r.yml:1: 'c' refers back to this correlation"},
    };
    for (const auto& one : cases) {
      const std::string& text = std::get<0>(one);
      const Errc code = std::get<1>(one);
      const std::string& message = std::get<2>(one);
      CAPTURE(text);
      const auto [found, detail] = problem(text);
      CHECK(found == code);
      CHECK(detail.substr(0, message.size()) == message);
    }
  }

  TEST_CASE("one bad rule does not keep the others out") {
    const Loaded loaded(kHead + "detection: {a: {f: 1}, condition: b}\n---\n" + kHead +
                        "detection: {a: {f: 1}, condition: a}\n---\n" + kHead +
                        "detection: {a: {f: 2}, condition: a}\n");
    CHECK(loaded.rules->rules().size() == 1);
    REQUIRE(loaded.problems.size() == 2);
    CHECK(loaded.problems[1].error.code == Errc::RuleDuplicate);  // both ids come from the title
  }

  TEST_CASE("what a rule says about itself is kept") {
    const Loaded loaded(R"(
title: Brute force
id: 7CB02516-6D95-4FFC-8EEE-162075E111AC
name: brute
description: Many failures
level: HIGH
advice: Close the door.
falsepositives: [A forgotten password]
tags: [attack.credential-access, attack.T1110.001, attack.defense_evasion, attack.s0002,
  attack.stealth, cve.2021-44228]
logsource: {product: linux, service: sshd}
detection: {a: {event.action: failed-password}, condition: a}
---
title: Only a step
level: informational
logsource: {product: linux, service: sshd}
detection: {a: {event.action: failed-password}, condition: a}
)");
    REQUIRE(loaded.problems.empty());
    const RuleInfo& rule = loaded.rules->rules()[0];
    CHECK(rule.id == "7cb02516-6d95-4ffc-8eee-162075e111ac");
    CHECK(rule.name == "brute");
    CHECK(rule.level == Level::High);
    CHECK(rule.advice == "Close the door.");
    CHECK(rule.false_positives == std::vector<std::string>{"A forgotten password"});
    CHECK(rule.techniques == std::vector<std::string>{"T1110.001"});
    CHECK(rule.tactics ==
          std::vector<std::string>{"credential-access", "defense-evasion", "stealth"});
    CHECK(rule.reports);
    const RuleInfo& step = loaded.rules->rules()[1];
    CHECK_FALSE(step.reports);
    CHECK(step.id.size() == 36);
    CHECK(step.id[14] == '8');
  }

  TEST_CASE("a rule that only feeds correlations reports nothing, unless they generate") {
    for (const bool generate : {false, true}) {
      const Loaded loaded(fmt::format(R"(
title: Failure
name: failure
logsource: {{product: linux, service: sshd}}
detection: {{a: {{event.action: failed-password}}, condition: a}}
---
title: Many
correlation: {{type: event_count, rules: [failure], group-by: [source.ip], timespan: 5m,
  condition: {{gte: 5}}, generate: {}}}
)",
                                      generate));
      REQUIRE(loaded.problems.empty());
      CHECK(loaded.rules->rules()[0].reports == generate);
      CHECK(loaded.rules->rules()[1].reports);
      CHECK(loaded.rules->is_correlation(1));
      CHECK_FALSE(loaded.rules->is_correlation(0));
    }
  }
}

}  // namespace vedette::sigma
