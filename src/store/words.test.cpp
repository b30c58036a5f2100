#include "store/words.h"

#include "base/hash.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace vedette::store {
namespace {

std::string filter_of(std::string_view lines) {
  WordSet words;
  words.clear(lines.size());
  words.add(lines);
  return words.filter();
}

/// Whether the line passes; then a filter over it must pass, too.
bool finds(std::string_view line, const WordTest& test) {
  const bool passed = passes(line, test);
  CHECK((!passed || filter_passes(filter_of(line), test)));
  return passed;
}
bool finds_phrase(std::string_view line, std::string_view phrase) {
  return finds(line, words_of_phrase(phrase));
}
bool finds_ip(std::string_view line, std::string_view ip) {
  return finds(line, words_of_address(*parse_ip(ip)));
}

TEST_SUITE("store/words") {
  TEST_CASE("a word is found in either case, a part of one is not") {
    const std::string_view line =
        "Mar  1 08:00:01 web-01 sshd[4242]: Failed password for web_admin";
    CHECK(finds_phrase(line, "failed"));
    CHECK(finds_phrase(line, "FAILED password"));
    CHECK(finds_phrase(line, "web_admin"));
    CHECK_FALSE(finds_phrase(line, "fail"));
    CHECK_FALSE(finds_phrase(line, "admin"));
    CHECK_FALSE(finds_phrase(line, "Accepted password"));
  }

  TEST_CASE("words are cut in the same places wherever they stand") {
    for (std::size_t before = 0; before < 140; ++before) {
      const std::string line =
          std::string(before, ' ') + "alpha=beta_gamma_delta_epsilon,\xC3\xA9t\xC3\xA9";
      CHECK(passes(line, words_of_phrase("alpha")));
      CHECK(passes(line, words_of_phrase("beta_gamma_delta_epsilon")));
      CHECK(passes(line, words_of_phrase("\xC3\xA9t\xC3\xA9")));
      CHECK_FALSE(passes(line, words_of_phrase("beta_gamma_delta_epsiloN1")));
    }
  }

  TEST_CASE("what stands in every line or in each line anew is not looked for") {
    for (const char* const text : {"", " - ", "x", "08:00:01", "22", "123456", "01T00",
                                   "2026-03-01", "789012Z", "123456789", "12:00:00.123456+01:00"}) {
      CAPTURE(text);
      CHECK(words_of_phrase(text).all.empty());
      CHECK(filter_of(text).empty());
    }
    for (const char* const text : {"xy", "1234567", "7c5f2a", "0x1f", "203.0.113.7"}) {
      CAPTURE(text);
      CHECK(words_of_phrase(text).all.size() == 1);
    }
  }

  TEST_CASE("an IPv4 address is found by its value wherever it stands") {
    for (const char* const line :
         {"203.0.113.7", "rhost=203.0.113.7 user=x", "from 203.0.113.7:2222",
          "\"ip\":\"203.0.113.7\"", "[203.0.113.7]", "203.000.113.007", "::ffff:203.0.113.7",
          "::ffff:cb00:7107", "ip-203.0.113.7-x.", "1.203.0.113.7"}) {
      CAPTURE(line);
      CHECK(finds_ip(line, "203.0.113.7"));
    }
    for (const char* const line : {"203.0.113.70", "203.0.113", "203.0.113.x", "203 0 113 7",
                                   "203.0.113..7", "203.0.113.256", "203.0.1130.7", ""}) {
      CAPTURE(line);
      CHECK_FALSE(finds_ip(line, "203.0.113.7"));
    }
    CHECK(finds_phrase("from 203.0.113.7:2222", "203.0.113.7"));
    CHECK_FALSE(finds_phrase("from 203.0.113.8:2222", "203.0.113.7"));
  }

  TEST_CASE("an IPv6 address is found in every spelling, and so is its /64") {
    const IpAddress ip = *parse_ip("2001:db8:0:7::42");
    for (const char* const line :
         {"2001:db8:0:7::42", "from 2001:db8:0:7::42 port 22", "[2001:db8:0:7::42]:22",
          "SRC=2001:0db8:0000:0007:0000:0000:0000:0042 DST=2001:db8::1",
          "rhost=2001:DB8:0:7:0::42.", "2001:db8:0:7::42: Bye", "\"2001:db8:0:7::42\"",
          "x:2001:db8:0:7::42", "2001:db8:0:7::42%eth0", "2001:db8:0:7::0.0.0.66"}) {
      CAPTURE(line);
      CHECK(finds(line, words_of_address(ip)));
      CHECK(finds(line, words_of_source(ip)));
    }
    CHECK(finds("from 2001:db8:0:7:1:2:3:4", words_of_source(ip)));
    CHECK_FALSE(finds("from 2001:db8:0:7:1:2:3:4", words_of_address(ip)));
    CHECK_FALSE(finds("from 2001:db8:0:8::42", words_of_source(ip)));
    CHECK_FALSE(finds("MAC=52:54:00:aa:bb:cc:52:54:00:dd:ee:ff:08:00", words_of_source(ip)));
    CHECK(finds_ip("::1", "::1"));
    CHECK(finds_ip("fe80:: is a network", "fe80::"));
    CHECK(words_of_address(IpAddress{}).all.empty());
  }

  TEST_CASE("a value is found behind the escapes of JSON") {
    CHECK(finds(R"({"m":"one\nroot"})", words_of_value("root")));
    CHECK(finds(R"({"u":"DOMAIN\\nina"})", words_of_value("DOMAIN\\nina")));
    CHECK(finds(R"({"m":"x\t203.0.113.7"})", words_of_address(*parse_ip("203.0.113.7"))));
    CHECK(finds(R"({"u":"\u0072oot"})", words_of_value("root")));
    CHECK(finds(R"({"MESSAGE":[114,111,111,116]})", words_of_value("root")));
    CHECK(finds("{\"u\":\"ro\xFFot\"}", words_of_value("ro?ot")));
    CHECK_FALSE(finds(R"({"u":"\u0072oot"})", words_of_phrase("root")));
    CHECK(finds_phrase(R"(C:\Temp\x1)", R"(c:\temp\x1)"));
    CHECK_FALSE(finds(R"({"u":"DOMAIN\\nina"})", words_of_value("root")));
    CHECK(words_of_value("caf\xEF\xBF\xBD").all.empty());
  }

  TEST_CASE("a phrase touches no longer word") {
    CHECK(find_phrase("for root from", "root", 0) == 4);
    CHECK(find_phrase("roots root", "root", 0) == 6);
    CHECK(find_phrase("user=root", "=root", 0) == 4);
    CHECK(find_phrase("a root", " root", 0) == 1);
    CHECK(find_phrase("xroot rootx", "root", 0) == std::string_view::npos);
    CHECK(find_phrase("- \xEF\xBB\xBFroot", "root", 0) == 5);
    CHECK(find_phrase("x\xEF\xBB\xBFroot", "root", 0) == std::string_view::npos);
    CHECK(finds_phrase("- \xEF\xBB\xBFroot", "root"));
    CHECK(find_phrase("root", "root", 1) == std::string_view::npos);
    CHECK(find_phrase("root", "", 0) == std::string_view::npos);
  }

  TEST_CASE("of words that are not there about one in a hundred seems to be") {
    std::string lines;
    for (int i = 0; i < 5000; ++i)
      lines += fmt::format("user{} ", mix64(static_cast<std::uint64_t>(i)));
    const std::string filter = filter_of(lines);
    CHECK(filter.size() == 5000 * 10 / 8);
    int seems = 0;
    for (int i = 0; i < 5000; ++i) {
      const auto number = static_cast<std::uint64_t>(i);
      CHECK(filter_passes(filter, words_of_phrase(fmt::format("user{}", mix64(number)))));
      seems +=
          filter_passes(filter, words_of_phrase(fmt::format("user{}", mix64(number + 10'000))));
    }
    CHECK(seems < 100);
  }

  TEST_CASE("a long run of colons costs no more than its length") {
    std::string line;
    while (line.size() < 64 * 1024) line += "1::";
    CHECK_FALSE(finds_ip(line, "1::1"));
    CHECK_FALSE(passes(std::string(64 * 1024, '\xFF'), words_of_phrase("x1")));
  }
}

}  // namespace
}  // namespace vedette::store
