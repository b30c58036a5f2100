#include "anomaly/table.h"

#include "anomaly/table_builder.h"
#include "base/random.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>

namespace vedette::anomaly {
namespace {

Result<Table> parsed(std::string_view text, std::string_view label = {}) {
  return parse_table(text, "a.csv", label);
}
std::string wrong(std::string_view text, std::string_view label = {}) {
  const auto table = parsed(text, label);
  REQUIRE(!table);
  CHECK(table.error().code == Errc::TableSyntax);
  return table.error().detail;
}
using Names = std::vector<std::string>;
using Values = std::vector<float>;

}  // namespace

TEST_SUITE("anomaly/table") {
  TEST_CASE("a first row that is not all numbers names the columns") {
    const auto with = *parsed("a,b\n1,2\n3,4\n");
    CHECK(with.named);
    CHECK(with.names == Names{"a", "b"});
    CHECK(with.values == Values{1, 2, 3, 4});
    const auto without = *parsed("1,2\n3,4");
    CHECK(!without.named);
    CHECK(without.names == Names{"1", "2"});
    CHECK(without.values == Values{1, 2, 3, 4});
    CHECK(parsed("1,b\n3,4")->names == Names{"1", "b"});
  }

  TEST_CASE("quotes, blanks, carriage returns, byte order marks and empty lines") {
    const auto table =
        *parsed("\xEF\xBB\xBF\r\n\"a \"\"x\"\"\", b ,\"c,\nd\"\r\n\r\n\"1\", +2 ,3e1\r\n");
    CHECK(table.names == Names{"a \"x\"", "b", "c,\nd"});
    CHECK(table.values == Values{1, 2, 30});
    CHECK(wrong("\"a\nb\",c\n\n1,x\n") == "a.csv:4: 'x' in column 2 is no number");
  }

  TEST_CASE("cells that are empty or no finite number") {
    const auto table = *parsed("a,b,c\n,nan,\ninf,-inf,1e999\n-1e999,1e-999,-1e-999\n");
    for (int i = 0; i < 3; ++i) CHECK(std::isnan(table.values[static_cast<std::size_t>(i)]));
    constexpr float kMax = std::numeric_limits<float>::max();
    CHECK(Values(table.values.begin() + 3, table.values.end()) ==
          Values{kMax, -kMax, kMax, -kMax, 0, 0});
  }

  TEST_CASE("a column of labels is none of the columns") {
    const auto last = *parsed("a,b,label\n1,2,0\n3,4,1\n");
    CHECK(last.names == Names{"a", "b"});
    CHECK(last.values == Values{1, 2, 3, 4});
    CHECK(last.labels == std::vector<bool>{false, true});
    CHECK(parsed("a,Y\n1,2\n")->labels == std::vector<bool>{true});
    CHECK(parsed("y,a\n1,2\n")->labels.empty());
    const auto chosen = *parsed("a,bad,y\n1,0,2\n3,-1,4\n", "bad");
    CHECK(chosen.names == Names{"a", "y"});
    CHECK(chosen.values == Values{1, 2, 3, 4});
    CHECK(chosen.labels == std::vector<bool>{false, true});
    CHECK(wrong("a,b\n1,2\n", "c") == "a.csv:1: there is no column 'c'");
    CHECK(wrong("a,y\n1,\n") == "a.csv:2: the label is no number");
    CHECK(wrong("y\n1\n") == "a.csv:1: there is no column but that of the label");
  }

  TEST_CASE("JSON lines, in any order") {
    const auto table = *parsed(
        "{\"a\": 1, \"b\": -2.5e1, \"label\": 0}\n\n { \"b\":3 , \"a\":null,\"label\":true}\r\n"
        "{\"label\":false}\n");
    CHECK(table.names == Names{"a", "b"});
    CHECK(table.labels == std::vector<bool>{false, true, false});
    CHECK(table.values[0] == 1);
    CHECK(table.values[1] == -25);
    CHECK(std::isnan(table.values[2]));
    CHECK(table.values[3] == 3);
    CHECK(std::isnan(table.values[4]));
  }

  TEST_CASE("of lines that tell of behaviour the features are the columns") {
    const std::string before = R"({"time":"t","kind":"user","entity":"a,\"features\":{\"x\":9}",)";
    const auto table = *parsed(before +
                               R"("features":{"a":1,"b":2},"reasons":["c"]})"
                               "\n" +
                               before +
                               R"("features":{"b":4,"a":3},"reasons":[]})"
                               "\n");
    CHECK(table.names == Names{"a", "b"});
    CHECK(table.values == Values{1, 2, 3, 4});
    const std::string user = R"({"time":"t","kind":"user","features":{"a":1}})";
    const std::string host = R"({"time":"t","kind":"host","features":{"a":1}})";
    CHECK(wrong(user + "\n" + host).starts_with("a.csv:2: this is about a host, what is before"));
    CHECK(wrong("{\"a\":1}\n" + host).starts_with("a.csv:2: this is about a host"));
    CHECK(wrong(user + "\n{\"a\":1,\"features\":").starts_with("a.csv:2: "));
    CHECK(wrong(user + "\n{\"a\":1,\"features\":{").starts_with("a.csv:2: "));
  }

  TEST_CASE("what is no table is named with its line") {
    CHECK(wrong("") == "a.csv: there is no row");
    CHECK(wrong("a,b\n") == "a.csv: there is no row");
    CHECK(wrong("a,b\n1,2\n3\n") == "a.csv:3: 1 cells, where the first line has 2");
    CHECK(wrong("1,2\n3,4,5,6\n") == "a.csv:2: 4 cells, where the first line has 2");
    CHECK(wrong("1,2\n\"3,4\n") == "a.csv:2: a quote is never closed");
    CHECK(wrong("\"1") == "a.csv:1: a quote is never closed");
    CHECK(wrong("1\n0x10\n") == "a.csv:2: '0x10' in column 1 is no number");
    CHECK(wrong("1\n+-1\n") == "a.csv:2: '+-1' in column 1 is no number");
    CHECK(wrong("{\"a\":1}\n{\"b\":1}") == "a.csv:2: 'b' is not in the first line");
    CHECK(wrong("{\"a\":\"x\"}") == "a.csv:1: '\"x\"' of 'a' is no number");
    CHECK(wrong("{\"a\":1,\"a\":2}") ==
          "a.csv:1: the first object has no name, or one of them twice");
    for (const char* line : {"{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1}x", "{\"a\" 1}",
                             "{\"a\":1 \"b\":2}", "{\"a\":1,}", "{}", "{}x", "[1]", "1"}) {
      CHECK(wrong("{\"a\":1}\n" + std::string(line) + "x").starts_with("a.csv:2: "));
    }
    CHECK(wrong(std::string(5000, ',') + "\n1\n").starts_with("a.csv:1: 5001 columns; at most"));
  }

  TEST_CASE("every number that is written is read") {
    Random random(1);
    for (int i = 0; i < 20'000; ++i) {
      const auto value = std::bit_cast<float>(random.next());
      if (!std::isfinite(value)) continue;
      CHECK(parse_number(fmt::format(" {:.9g} ", value)) == value);
    }
  }
}

}  // namespace vedette::anomaly
