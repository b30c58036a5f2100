#include "prompt/terms.h"

#include <doctest/doctest.h>

namespace vedette::prompt {
namespace {

std::vector<std::size_t> terms_in(const TermSet& set, std::string_view text) {
  std::vector<TermSet::Found> found;
  set.find(text, 100, found);
  std::vector<std::size_t> terms;
  for (const auto& one : found) terms.push_back(one.term);
  return terms;
}

TEST_SUITE("prompt/terms") {
  TEST_CASE("terms are found as whole words, wherever they stand") {
    const TermSet set({"kestrel", "project x", "kes", "机密", "ab"});
    CHECK(terms_in(set, "kestrel") == std::vector<std::size_t>{0});
    CHECK(terms_in(set, "the kestrel, and kes") == std::vector<std::size_t>{0, 2});
    CHECK(terms_in(set, "kestrels and akestrel").empty());
    CHECK(terms_in(set, "about project x.") == std::vector<std::size_t>{1});
    CHECK(terms_in(set, "project xy").empty());
    CHECK(terms_in(set, "这是机密文件") == std::vector<std::size_t>{3});
    CHECK(terms_in(set, "ab").empty());  // too short
    CHECK(terms_in(set, "").empty());
    CHECK(TermSet().empty());
  }

  TEST_CASE("a limit is kept, whatever the text") {
    const TermSet set({"aaa"});
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "aaa ";
    std::vector<TermSet::Found> found;
    set.find(text, 10, found);
    CHECK(found.size() == 10);
    CHECK(found[3].span == Span{12, 15});
  }
}

}  // namespace
}  // namespace vedette::prompt
