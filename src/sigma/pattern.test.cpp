#include "sigma/pattern.h"

#include "base/random.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace vedette::sigma {
namespace {

YamlNode value_node(std::string_view yaml) {
  std::vector<YamlNode> documents;
  const auto error = parse_yaml(Errc::RuleSyntax, "a.yml", fmt::format("v: {}\n", yaml), documents);
  if (error) FAIL(error->detail);
  return *documents.at(0).find("v");
}

/// Whether `key: yaml` matches the text: all groups, of each any pattern.
bool text_matches(std::string_view key, std::string_view yaml, std::string_view text) {
  std::uint32_t line = 0;
  auto item = parse_item(key, value_node(yaml), line);
  if (!item) FAIL(item.error().detail);
  const bool all = std::ranges::all_of(item->groups, [&](const auto& group) {
    return std::ranges::any_of(group,
                               [&](const Pattern& p) { return matches(p, ValueText(text)); });
  });
  return all != item->negated;
}

struct Case {
  std::string_view key, yaml;
  std::vector<std::string_view> yes, no;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.key);
    CAPTURE(c.yaml);
    for (const auto text : c.yes) {
      CAPTURE(text);
      CHECK(text_matches(c.key, c.yaml, text));
    }
    for (const auto text : c.no) {
      CAPTURE(text);
      CHECK_FALSE(text_matches(c.key, c.yaml, text));
    }
  }
}

}  // namespace

TEST_SUITE("sigma/pattern") {
  TEST_CASE("texts, wildcards, places and encodings are what the specification says") {
    using namespace std::string_view_literals;
    const std::vector<Case> cases{
        {"f", "root", {"root", "ROOT"}, {"roots", "", "xroot"}},
        {"f", "'a*'", {"a", "abc", "A\n"}, {"ba"}},
        {"f", "'a?c'", {"abc", "aüc"}, {"ac", "abbc"}},
        {"f", "'a*b*c'", {"abc", "axxbyyc", "abbbcbc"}, {"acb", "abcd"}},
        {"f", "'*'", {"", "x"}, {}},
        {"f", "''", {""}, {"x"}},
        {"f", R"('a\*b')", {"a*b"}, {"axb", "a\\b"}},
        {"f", R"('a\?b')", {"a?b"}, {"axb"}},
        {"f", R"('a\\*b')", {"a\\b", "a\\xxb"}, {"a*b", "axb"}},
        {"f", R"('C:\Windows\x')", {"c:\\windows\\X"}, {"c:windowsx"}},
        {"f", R"('\\\\host')", {"\\\\host"}, {"\\host"}},
        {"f", "404", {"404"}, {"4040", "0404"}},
        {"f", "4.50", {"4.50", "4.5"}, {"4.51"}},
        {"f", "[a, b]", {"a", "B"}, {"c"}},
        {"f|contains", "abc", {"xABCx", "abc"}, {"ab"}},
        {"f|contains", "'a*c'", {"xabcx", "xacx"}, {"xca"}},
        {"f|contains|all", "[ab, cd]", {"cdab"}, {"ab", "cd"}},
        {"f|startswith", "ab", {"abc", "AB"}, {"xab"}},
        {"f|endswith", "ab", {"cab", "AB"}, {"abx"}},
        {"f|cased", "Ab", {"Ab"}, {"ab", "AB"}},
        {"f|contains|cased", "Ab", {"xAb"}, {"xab"}},
        {"f|neq", "a", {"b", ""}, {"a", "A"}},
        {"f|contains|neq", "[a, b]", {"c"}, {"xa", "xb"}},
        {"f|contains|windash",
         "' -f '",
         {"x -f y", "x /f y", "x \u2013f y", "x \u2015F y"},
         {"x +f y"}},
        {"f|windash|contains", "'-a/b'", {"-a/b", "/a/b"}, {"-a-b"}},
        {"f|base64", "foobar", {"Zm9vYmFy"}, {"foobar"}},
        {"f|base64offset|contains",
         "http://",
         {"xxaHR0cDovLyxx", "AGh0dHA6Ly8", "AABodHRwOi8v"},
         {"http://"}},
        {"f|utf16le|base64offset|contains", "ping", {"cABpAG4AZw"}, {"ping"}},
        {"f|wide", "ab", {"a\0b\0"sv}, {"ab", "\0a\0b"sv}},
        {"f|utf16be", "aü", {"\0a\0\xFC"sv}, {"a"}},
        {"f|utf16",
         "a",
         {"\xFF\xFE"
          "a\0"sv},
         {"a\0"sv}},
        {"f|utf16le", "😀", {"\x3D\xD8\x00\xDE"sv}, {}},
    };
    check(cases);
  }

  TEST_CASE("expressions, numbers, networks, times and keywords are what the specification says") {
    const std::vector<Case> cases{
        {"f|re", "'^a+b$'", {"aab"}, {"AAB", "xab", "ab\n"}},
        {"f|re", "'a.c'", {"xxabcx"}, {"a\nc"}},
        {"f|re|i", "'a+b'", {"xAAB"}, {"b"}},
        {"f|re|s", "'a.c'", {"a\nc"}, {}},
        {"f|re|m", "'^b$'", {"a\nb\nc"}, {"ab"}},
        {"f|re|i|m|s", "'^B.C$'", {"a\nb\nc"}, {"a"}},
        {"f|re", "['^a', '^b']", {"ax", "bx"}, {"cx"}},
        {"f|lt", "10", {"9", "-3", "9.5"}, {"10", "x", ""}},
        {"f|lte", "10", {"10"}, {"10.1"}},
        {"f|gt", "10", {"11", "1e3"}, {"10", "9"}},
        {"f|gte", "10", {"10"}, {"9.99"}},
        {"f|cidr", "192.0.2.0/24", {"192.0.2.7", "::ffff:192.0.2.7"}, {"192.0.3.1", "x"}},
        {"f|cidr", "'2001:db8::/32'", {"2001:db8::1"}, {"2001:db9::1", "192.0.2.1"}},
        {"f|cidr", "[10.0.0.0/8, '::1/128']", {"10.1.2.3", "::1"}, {"11.0.0.1"}},
        {"f|hour", "3", {"2026-01-02T03:04:05Z"}, {"2026-01-02T04:04:05Z", "3"}},
        {"f|minute", "4", {"2026-01-02T03:04:05Z"}, {}},
        {"f|day", "2", {"2026-01-02T03:04:05Z"}, {}},
        {"f|month", "1", {"2026-01-02T03:04:05Z"}, {"2026-02-01T03:04:05Z"}},
        {"f|year", "2026", {"2026-01-02T03:04:05Z"}, {}},
        {"f|week", "53", {"2027-01-01T00:00:00Z"}, {"2027-01-04T00:00:00Z"}},
        {"f|hour|gte", "22", {"2026-01-02T23:04:05Z"}, {"2026-01-02T03:04:05Z"}},
        {"", "evil", {"an EVIL line"}, {"good"}},
        {"|all", "[a, b]", {"b a"}, {"a"}},
        {"|re", "'e.il'", {"an evil line"}, {"eil"}},
    };
    check(cases);
  }

  TEST_CASE("what cannot be read is refused with its own code") {
    const std::vector<std::tuple<std::string_view, std::string_view, Errc>> cases{
        {"f|shout", "a", Errc::RuleUnsupported},
        {"f|expand", "'%x%'", Errc::RuleUnsupported},
        {"f|i", "a", Errc::RuleUnsupported},
        {"f|contains|gt", "5", Errc::RuleUnsupported},
        {"|cidr", "10.0.0.0/8", Errc::RuleUnsupported},
        {"f", "", Errc::RuleFieldEmpty},
        {"f", "[]", Errc::RuleFieldEmpty},
        {"f", "[a, [b]]", Errc::RuleValue},
        {"f", "{a: b}", Errc::RuleValue},
        {"f|contains", "null", Errc::RuleValue},
        {"f|gt", "much", Errc::RuleValue},
        {"f|cidr", "10.0.0.0/99", Errc::RuleValue},
        {"f|exists", "maybe", Errc::RuleValue},
        {"f|base64", "'a*'", Errc::RuleValue},
        {"f|base64offset", "'a'", Errc::RuleValue},
        {"f|re", "'a(?=b)'", Errc::RuleRegex},
        {"f|re", "'(a'", Errc::RuleRegex},
        {"f|re", "'((a{100}){100}){100}'", Errc::RuleRegex},
    };
    for (const auto& one : cases) {
      const auto key = std::get<0>(one), yaml = std::get<1>(one);
      const Errc code = std::get<2>(one);
      CAPTURE(key);
      CAPTURE(yaml);
      std::uint32_t line = 0;
      const auto item = parse_item(key, value_node(yaml), line);
      REQUIRE_FALSE(item.has_value());
      CHECK(item.error().code == code);
      CHECK(line == 1);
    }
  }

  TEST_CASE("typed values are compared as what they are, and as text") {
    const auto ip = parse_ip("2001:db8::1");
    Value address, status, when;
    address.type = ValueType::Ip;
    address.ip = &*ip;
    status.type = ValueType::Integer;
    status.integer = 404;
    when.type = ValueType::Timestamp;
    when.integer = parse_rfc3339("2026-01-02T03:04:05Z")->time_since_epoch().count();
    std::uint32_t line = 0;
    const auto first = [&](std::string_view key, std::string_view yaml) {
      auto item = parse_item(key, value_node(yaml), line);
      REQUIRE(item.has_value());
      return std::move(item->groups[0][0]);
    };
    CHECK(matches(first("f", "404"), ValueText(status)));
    CHECK(matches(first("f", "'404'"), ValueText(status)));
    CHECK(matches(first("f|startswith", "4"), ValueText(status)));
    CHECK(matches(first("f|gte", "400"), ValueText(status)));
    CHECK_FALSE(matches(first("f", "40"), ValueText(status)));
    CHECK(matches(first("f", "'2001:DB8::1'"), ValueText(address)));
    CHECK(matches(first("f|startswith", "'2001:db8:'"), ValueText(address)));
    CHECK(matches(first("f|cidr", "'2001:db8::/64'"), ValueText(address)));
    CHECK(matches(first("f|hour", "3"), ValueText(when)));
  }

  TEST_CASE("a glob agrees with the obvious way to match one") {
    const auto naive = [](auto&& self, std::string_view glob, std::string_view text) -> bool {
      if (glob.empty()) return text.empty();
      if (glob[0] == '*') {
        return self(self, glob.substr(1), text) ||
               (!text.empty() && self(self, glob, text.substr(1)));
      }
      return !text.empty() && (glob[0] == '?' || glob[0] == text[0]) &&
             self(self, glob.substr(1), text.substr(1));
    };
    Random random(1);
    for (int round = 0; round < 20'000; ++round) {
      std::string glob, text;
      for (std::uint32_t i = random.below(7); i > 0; --i) glob += "ab*?"[random.below(4)];
      for (std::uint32_t i = random.below(9); i > 0; --i) text += "ab"[random.below(2)];
      CAPTURE(glob);
      CAPTURE(text);
      CHECK(text_matches("f", fmt::format("'{}'", glob), text) == naive(naive, glob, text));
    }
  }
}

}  // namespace vedette::sigma
