#include "sigma/matcher.h"

#include "base/random.h"
#include "sigma/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace vedette::sigma {
namespace {

/// A rule of one selection.
std::string rule(std::string_view title, std::string_view source, std::string_view selection,
                 std::string_view condition = "s") {
  return fmt::format(
      "title: {}\nlogsource: {{{}}}\ndetection:\n  s:\n    {}\n  condition: {}\n---\n", title,
      source, selection, condition);
}

constexpr std::string_view kAny = "product: test";  // data set Json

std::vector<std::string> titles(const Loaded& loaded, const Events& events) {
  for (const RuleProblem& problem : loaded.problems) FAIL(problem.error.detail);
  return matching_titles(loaded, events.batch);
}

/// Random rules and events over a small world, so that many match and many nearly do.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  std::string rules() {
    std::string text;
    for (std::uint32_t i = 0; i < 30; ++i) {
      text += fmt::format("title: R{}\nlogsource: {{{}}}\ndetection:\n", i, pick(kSources));
      const std::uint32_t selections = random_.between(1, 3);
      for (std::uint32_t s = 0; s < selections; ++s) text += selection(fmt::format("s{}", s));
      text += fmt::format("  condition: {}\n---\n", condition(selections, 3));
    }
    return text;
  }

  void fill(Events& events) {
    constexpr std::array kDatasetsUsed{Dataset::Auth, Dataset::WebAccess, Dataset::Json};
    for (int i = 0; i < 60; ++i) {
      std::vector<FieldValue> values;
      for (std::uint32_t n = random_.below(5); n > 0; --n) values.push_back(value());
      const auto action =
          random_.chance(0.5) ? Action::None : static_cast<Action>(random_.below(6));
      events.add(kDatasetsUsed[random_.below(3)], action, values, word());
    }
  }

 private:
  template <typename List>
  std::string pick(const List& list) {
    return std::string(list[random_.below(static_cast<std::uint32_t>(std::size(list)))]);
  }

  std::string word() {
    std::string text;
    for (std::uint32_t i = random_.below(5); i > 0; --i) text += pick(kPieces);
    return text;
  }

  std::string selection(const std::string& name) {
    if (random_.chance(0.1))
      return fmt::format("  {}: ['{}', '{}']\n", name, "a" + word(), "b" + word());
    std::string text = fmt::format("  {}:\n", name);
    const std::uint32_t items = random_.between(1, 2);
    for (std::uint32_t i = 0; i < items; ++i) {
      const std::string field = i == 0 ? pick(kFields) : "other";
      text += fmt::format("    {}\n", item(field));
    }
    return text;
  }

  std::string item(const std::string& field) {
    switch (random_.below(12)) {
      case 0:
        return fmt::format("{}: null", field);
      case 1:
        return fmt::format("{}|exists: {}", field, random_.chance(0.5));
      case 2:
        return fmt::format("{}|gte: {}", field, random_.below(20));
      case 3:
        return fmt::format("{}|re: 'a.*{}'", field, pick(kPieces));
      case 4:
        return fmt::format("{}|cidr: 192.0.2.0/{}", field, random_.between(24, 32));
      case 5:
        return fmt::format("{}: {}", field, random_.below(20));
      case 6:
        return fmt::format("{}|fieldref: other", field);
      default:
        break;
    }
    std::string text = field;
    if (random_.chance(0.7)) text += "|" + pick(kWhere);
    if (random_.chance(0.2)) text += "|cased";
    if (random_.chance(0.2)) text += "|all";
    if (random_.chance(0.1)) text += "|neq";
    text += ": [";
    const std::uint32_t values =
        random_.chance(0.2) ? random_.between(4, 9) : random_.between(1, 3);
    for (std::uint32_t i = 0; i < values; ++i) text += fmt::format("'{}{}', ", word(), wildcard());
    return text + "]";
  }

  std::string wildcard() {
    return random_.chance(0.15) ? "*" + word() : random_.chance(0.1) ? "?" : "";
  }

  std::string condition(std::uint32_t selections, int depth) {
    if (depth == 0 || random_.chance(0.3)) return fmt::format("s{}", random_.below(selections));
    switch (random_.below(5)) {
      case 0:
        return fmt::format("not {}", condition(selections, depth - 1));
      case 1:
        return random_.chance(0.5) ? "1 of s*" : "all of them";
      case 2:
        return fmt::format("({} or {})", condition(selections, depth - 1),
                           condition(selections, depth - 1));
      default:
        return fmt::format("{} and {}", condition(selections, depth - 1),
                           condition(selections, depth - 1));
    }
  }

  FieldValue value() {
    const auto name = kFields[random_.below(static_cast<std::uint32_t>(std::size(kFields)))];
    switch (random_.below(6)) {
      case 0:
        return {name, static_cast<std::int64_t>(random_.below(20))};
      case 1:
        return {name, IpAddress::from_v4(0xC0000200u + random_.below(300))};
      default:
        return {name, word()};
    }
  }

  static constexpr std::array<std::string_view, 4> kSources{
      "product: test", "category: webserver", "product: linux, service: auth", "product: linux"};
  static constexpr std::array<std::string_view, 7> kFields{
      "one", "two", "message", "event.action", "event.category", "event.outcome", "event.original"};
  static constexpr std::array<std::string_view, 8> kPieces{"a",  "B",   "ab", "failed-password",
                                                           "c1", "web", "-",  "authentication"};
  static constexpr std::array<std::string_view, 3> kWhere{"contains", "startswith", "endswith"};
  Random random_;
};

}  // namespace

TEST_SUITE("sigma/matcher") {
  TEST_CASE("the index finds exactly what evaluating every rule finds") {
    std::size_t matches = 0;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      CAPTURE(seed);
      World world(seed);
      Loaded loaded(world.rules());
      for (const RuleProblem& problem : loaded.problems) FAIL(problem.error.detail);
      Events events(loaded.fields);
      world.fill(events);
      Matcher matcher(loaded.rules);
      std::vector<Match> fast, slow;
      matcher.match(events.batch, fast);
      matcher.match_all_rules(events.batch, slow);
      REQUIRE(fast.size() == slow.size());
      for (std::size_t i = 0; i < fast.size(); ++i) {
        REQUIRE(fast[i].event == slow[i].event);
        REQUIRE(fast[i].rule == slow[i].rule);
      }
      matches += fast.size();
    }
    CHECK(matches > 20'000);
  }

  TEST_CASE("actions are compared as words, known to the decoders or not") {
    Loaded loaded(rule("A", kAny, "event.action: failed-password") +
                  rule("B", kAny, "event.action|startswith: FAILED-") +
                  rule("C", kAny, "event.action: brewed-coffee") +
                  rule("D", kAny, "event.action: null") +
                  rule("E", kAny, "event.category: authentication") +
                  rule("F", kAny, "event.outcome: failure"));
    Events events(loaded.fields);
    events.add(Dataset::Json, Action::FailedPassword, {})
        .add(Dataset::Json, Action::FailedNone, {})
        .add(Dataset::Json, Action::None, {{"event.action", "brewed-coffee"}})
        .add(Dataset::Json, Action::None, {{"event.action", "Failed-Password"}})
        .add(Dataset::Json, Action::None, {{"event.category", "authentication"}})
        .add(Dataset::Json, Action::None, {})
        .add(Dataset::Json, Action::SessionOpened, {});
    CHECK(titles(loaded, events) ==
          std::vector<std::string>{"A B E F", "B E F", "C", "A B", "D E", "D", ""});
  }

  TEST_CASE("a field with several values matches if one of them does") {
    Loaded loaded(rule("Any", kAny, "f: b") + rule("All", kAny, "f|contains|all: [a, b]") +
                  rule("None", kAny, "f: null") + rule("Neither", kAny, "f: x", "not s"));
    Events events(loaded.fields);
    events.add(Dataset::Json, Action::None, {{"f", "a"}, {"f", "b"}})
        .add(Dataset::Json, Action::None, {{"f", "x"}})
        .add(Dataset::Json, Action::None, {});
    CHECK(titles(loaded, events) ==
          std::vector<std::string>{"Any All Neither", "", "None Neither"});
  }

  TEST_CASE("keywords are looked for in the message and in the raw line") {
    Loaded loaded(rule("K", "product: linux, service: syslog", "- evil") +
                  rule("W", "product: linux, service: syslog", "- 'se?? fault'"));
    Events events(loaded.fields);
    events.add(Dataset::Syslog, Action::None, {}, "an EVIL line")
        .add(Dataset::Syslog, Action::None, {{"message", "evil"}}, "{}")
        .add(Dataset::Syslog, Action::None, {{"host.name", "evil"}}, "good")
        .add(Dataset::Syslog, Action::None, {}, "a segv fault")
        .add(Dataset::Json, Action::None, {}, "evil");
    CHECK(titles(loaded, events) == std::vector<std::string>{"K", "K", "", "W", ""});
  }

  TEST_CASE("the logsource decides which events a rule sees") {
    Loaded loaded(rule("Sshd", "product: linux, service: sshd", "f: x") +
                  rule("Web", "category: webserver", "f: x") +
                  rule("Pot", "category: honeypot", "f: x") +
                  rule("Login", "category: authentication", "f: x") +
                  rule("Wall", "category: firewall", "f: x") +
                  rule("Else", "product: aws, service: cloudtrail", "f: x"));
    Events events(loaded.fields);
    const std::string x = "x";
    events.add(Dataset::Auth, Action::None, {{"f", x}, {"process.name", "sshd-session"}})
        .add(Dataset::Auth, Action::None, {{"f", x}, {"process.name", "sudo"}})
        .add(Dataset::WebAccess, Action::None, {{"f", x}})
        .add(Dataset::Cowrie, Action::None, {{"f", x}})
        .add(Dataset::Netfilter, Action::None, {{"f", x}})
        .add(Dataset::Json, Action::None, {{"f", x}})
        .add(Dataset::Unknown, Action::None, {{"f", x}});
    CHECK(titles(loaded, events) == std::vector<std::string>{"Sshd Login", "Login", "Web",
                                                             "Pot Login", "Wall", "Login Else",
                                                             ""});
  }

  TEST_CASE("the W3C names of web rules mean ECS fields") {
    Loaded loaded(rule("Q", "category: webserver", "cs-uri-query|contains: union") +
                  rule("S", "category: webserver", "sc-status: [404, 403]") +
                  rule("I", "category: webserver", "c-ip|cidr: 192.0.2.0/24") +
                  rule("U", "category: webserver", "cs-user-agent|startswith: nikto"));
    Events events(loaded.fields);
    events.add(Dataset::WebAccess, Action::HttpRequest, {{"url.query", "id=1 UNION select"}})
        .add(Dataset::WebAccess, Action::HttpRequest, {{"http.response.status_code", 404}})
        .add(Dataset::WebAccess, Action::HttpRequest, {{"source.ip", *parse_ip("192.0.2.9")}})
        .add(Dataset::WebAccess, Action::HttpRequest, {{"user_agent.original", "Nikto/2"}});
    CHECK(titles(loaded, events) == std::vector<std::string>{"Q", "S", "I", "U"});
  }

  TEST_CASE("a reference compares two fields of one event") {
    Loaded loaded(rule("Same", kAny, "a|fieldref: b") + rule("Differs", kAny, "a|fieldref|neq: b") +
                  rule("Begins", kAny, "a|fieldref|startswith: b"));
    Events events(loaded.fields);
    events.add(Dataset::Json, Action::None, {{"a", "Root"}, {"b", "root"}})
        .add(Dataset::Json, Action::None, {{"a", "rooted"}, {"b", "root"}})
        .add(Dataset::Json, Action::None, {{"a", "root"}});
    CHECK(titles(loaded, events) ==
          std::vector<std::string>{"Same Begins", "Differs Begins", "Differs"});
  }

  TEST_CASE("values of any bytes and sizes are matched") {
    Loaded loaded(rule("Z", kAny, "f|utf16be|contains: end") + rule("N", kAny, "f|contains: end") +
                  rule("E", kAny, "f|endswith: end") +
                  rule("L", kAny, fmt::format("f|contains: '{}'", std::string(600, 'q'))));
    Events events(loaded.fields);
    std::string huge(60'000, '\0');
    huge += "END";
    events.add(Dataset::Json, Action::None, {{"f", huge}})
        .add(Dataset::Json, Action::None, {{"f", std::string("\xFF\xFE end\n")}})
        .add(Dataset::Json, Action::None, {{"f", std::string(601, 'Q')}})
        .add(Dataset::Json, Action::None, {{"f", std::string()}})
        .add(Dataset::Json, Action::None, {{"f", std::string("x\0e\0n\0d", 7)}});
    CHECK(titles(loaded, events) == std::vector<std::string>{"N E", "N", "L", "", "Z"});
  }

  TEST_CASE("an expression with a text too long for the automata still matches") {
    const std::string text(600, 'a');
    Loaded loaded(rule("Long", kAny, "f|re: '" + text + "'") + rule("Short", kAny, "f|re: 'aab'"));
    Events events(loaded.fields);
    events.add(Dataset::Json, Action::None, {{"f", "x" + text}})
        .add(Dataset::Json, Action::None, {{"f", "aab"}});
    CHECK(titles(loaded, events) == std::vector<std::string>{"Long", "Short"});
  }

  TEST_CASE("a cased value matches in its own case only") {
    Loaded loaded(rule("Cased", kAny, "f|cased: Root") +
                  rule("Part", kAny, "f|contains|cased: [Ro, Xo, Yo, Zo]") +
                  rule("Any", kAny, "f: Root"));
    Events events(loaded.fields);
    for (const char* text : {"Root", "root", "ROOT"}) {
      events.add(Dataset::Json, Action::None, {{"f", std::string(text)}});
    }
    CHECK(titles(loaded, events) == std::vector<std::string>{"Cased Part Any", "Any", "Any"});
  }

  TEST_CASE("an empty set of rules matches nothing") {
    Loaded loaded("");
    Events events(loaded.fields);
    events.add(Dataset::Json, Action::None, {{"f", "x"}});
    CHECK(titles(loaded, events) == std::vector<std::string>{""});
  }
}

}  // namespace vedette::sigma
