#include "base/yaml.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

namespace vedette {
namespace {

std::vector<YamlNode> read(std::string_view text) {
  std::vector<YamlNode> documents;
  const auto error = parse_yaml(Errc::RuleSyntax, "a.yml", text, documents);
  if (error) FAIL(error->detail);
  return documents;
}

std::string problem(std::string_view text, Errc code = Errc::RuleSyntax) {
  std::vector<YamlNode> documents;
  const auto error = parse_yaml(Errc::RuleSyntax, "a.yml", text, documents);
  REQUIRE(error.has_value());
  CHECK(error->code == code);
  return error->detail;
}

}  // namespace

TEST_SUITE("base/yaml") {
  TEST_CASE("maps, lists and scalars keep their lines") {
    const auto documents = read("a: 1\nb:\n  - x\n  - 'y'\n");
    REQUIRE(documents.size() == 1);
    const YamlNode* list = documents[0].find("b");
    REQUIRE(list != nullptr);
    CHECK(documents[0].find("a")->text == "1");
    CHECK(list->items[1].text == "y");
    CHECK(list->items[1].line == 4);
    CHECK(list->items[1].quoted);
    CHECK_FALSE(list->items[0].quoted);
    CHECK(documents[0].find("c") == nullptr);
  }

  TEST_CASE("null is something else than nothing") {
    const auto documents = read("a: null\nb:\nc: ~\nd: 'null'\ne: [null, ~]\nf: NULL # why\ng:");
    const YamlNode& map = documents[0];
    CHECK(map.find("a")->kind == YamlNode::Kind::Null);
    CHECK(map.find("b")->kind == YamlNode::Kind::Missing);
    CHECK(map.find("c")->kind == YamlNode::Kind::Null);
    CHECK(map.find("d")->kind == YamlNode::Kind::Scalar);
    CHECK(map.find("e")->items[0].kind == YamlNode::Kind::Null);
    CHECK(map.find("e")->items[1].kind == YamlNode::Kind::Null);
    CHECK(map.find("f")->kind == YamlNode::Kind::Null);
    CHECK(map.find("g")->kind == YamlNode::Kind::Missing);
  }

  TEST_CASE("null is found behind characters of several bytes and line ends of two") {
    const auto documents = read("x: 'ü€😀'\r\na: null\r\nb:\r\nc: ~\r\n");
    CHECK(documents[0].find("a")->kind == YamlNode::Kind::Null);
    CHECK(documents[0].find("b")->kind == YamlNode::Kind::Missing);
    CHECK(documents[0].find("c")->kind == YamlNode::Kind::Null);
  }

  TEST_CASE("one text may hold several documents, empty ones are skipped") {
    const auto documents = read("---\na: 1\n---\n---\nb: 2\n...\n");
    REQUIRE(documents.size() == 2);
    CHECK(documents[1].find("b")->line == 5);
  }

  TEST_CASE("documents before a broken one are kept") {
    std::vector<YamlNode> documents;
    const auto error = parse_yaml(Errc::RuleSyntax, "a.yml", "a: 1\n---\nb: [\n", documents);
    REQUIRE(error.has_value());
    CHECK(documents.size() == 1);
  }

  TEST_CASE("an alias stands for its anchor") {
    const auto documents = read("a: &x [1, 2]\nb: *x\n");
    CHECK(documents[0].find("b")->items.size() == 2);
  }

  TEST_CASE("what is wrong is said with its line") {
    CHECK(problem("a: 1\nb: [x\n").starts_with("a.yml:"));
    CHECK(problem("a: 1\n b: 2\n").starts_with("a.yml:2: "));
    CHECK(problem("a: 1\nc: 3\na: 2\n") == "a.yml:3: the key 'a' stands twice in one map");
    CHECK(problem(std::string("a: \0", 4)) == "a.yml:1: control characters are not allowed");
    CHECK(problem("a: *nobody\n").starts_with("a.yml:1: "));
  }

  TEST_CASE("nesting, size and aliases that multiply are limited") {
    CHECK(problem(std::string(200, '[')).find("deeper than 32") != std::string::npos);
    CHECK(problem(std::string(kYamlBytesMax + 1, ' ')).find("bytes") != std::string::npos);
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
      bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n",
                          i, i - 1);
    }
    CHECK(problem(bomb).find("counting aliases") != std::string::npos);
  }
}

}  // namespace vedette
