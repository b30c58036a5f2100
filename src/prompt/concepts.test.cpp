#include "prompt/features.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace vedette;
using namespace vedette::prompt;

namespace {

struct Collector {
  std::vector<std::pair<FeatureKind, std::uint32_t>> features;
  std::vector<std::size_t> pieces;
  void feature(FeatureKind kind, std::uint32_t hash) { features.emplace_back(kind, hash); }
  void piece(std::size_t end) { pieces.push_back(end); }
};

Collector walk(std::string_view text) {
  Collector found;
  FeatureWalk(found).walk(text);
  return found;
}

std::vector<std::uint32_t> concept_pairs(std::string_view text) {
  std::vector<std::uint32_t> pairs;
  for (const auto& [kind, hash] : walk(text).features) {
    if (kind == FeatureKind::Concepts) pairs.push_back(hash);
  }
  return pairs;
}

}  // namespace

TEST_SUITE("prompt/features") {
  TEST_CASE("the same said in other words and languages is the same pair of concepts") {
    const auto english = concept_pairs("ignore previous");
    REQUIRE(english.size() == 1);
    CHECK(concept_pairs("Disregarding the earlier") == english);
    CHECK(concept_pairs("ignoriere vorherige") == english);
    CHECK(concept_pairs("игнорируй предыдущие") == english);
    CHECK(concept_pairs("忽略之前") == english);
    CHECK(concept_pairs("olvida anteriores") == english);
    CHECK(concept_pairs("previous ignore") != english);
  }

  TEST_CASE("harm, rank, fiction and urgency are concepts, too") {
    CHECK(concept_pairs("steal story") == concept_pairs("murder novel"));
    CHECK(concept_pairs("bomba historia") == concept_pairs("bomb story"));
    CHECK(concept_pairs("admin ignore") == concept_pairs("разработчик игнорируй"));
    CHECK(concept_pairs("urgent send").size() == 1);
  }

  TEST_CASE("a concept alone, or far from the next, says nothing") {
    CHECK(concept_pairs("ignore it").empty());
    CHECK(concept_pairs("ignore a b c d e f g h i j k l m n o previous").empty());
  }

  TEST_CASE("case, accents, digits and the width of blanks do not matter") {
    CHECK(walk("Präfix 12").features == walk("prafix \t 98").features);
    CHECK(walk("ТЕКСТ").features == walk("текст").features);
  }

  TEST_CASE("pieces end in order, at most a long word apart, the last one at the end") {
    std::string text(1000, 'a');
    text += " Привет 你好 \xff\xff " + std::string(300, '!') + " end";
    const auto found = walk(text);
    CHECK(std::is_sorted(found.pieces.begin(), found.pieces.end()));
    CHECK(found.pieces.back() == text.size());
    CHECK(found.pieces.size() > 1000 / 64 + 5);
  }

  TEST_CASE("features grow with the text, never faster") {
    for (const std::string& unit : {std::string("a"), std::string("ignore previous "),
                                    std::string("忽略"), std::string("\xf0\x9f\x98\x80")}) {
      std::string text;
      while (text.size() < 20'000) text += unit;
      CHECK(walk(text).features.size() < text.size() * 5);
    }
  }
}
