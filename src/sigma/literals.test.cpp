#include "sigma/literals.h"

#include "base/random.h"
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

using Found = std::set<std::pair<unsigned, std::size_t>>;  // literal, where it ends

int note(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  static_cast<Found*>(context)->emplace(id, to);
  return 0;
}

Found scan(const LiteralSet& set, std::string_view text) {
  LiteralScratch scratch;
  scratch.fit(set);
  Found found;
  set.scan(text, scratch, note, &found);
  return found;
}

Found scan_one_by_one(const LiteralSet& set, std::string_view text) {
  Found found;
  set.scan_one_by_one(text, note, &found);
  return found;
}

Found naive(const std::vector<Literal>& literals, std::string_view text) {
  Found found;
  for (unsigned id = 0; id < literals.size(); ++id) {
    const std::string& literal = literals[id].text;
    for (std::size_t at = 0; at + literal.size() <= text.size(); ++at) {
      const auto part = text.substr(at, literal.size());
      const bool same =
          literals[id].ignore_case ? equals_ignore_case(part, literal) : part == literal;
      if (same) found.emplace(id, at + literal.size());
    }
  }
  return found;
}

}  // namespace

TEST_SUITE("sigma/literals") {
  TEST_CASE("every place of every literal is found, overlapping ones too") {
    Random random(1);
    for (int round = 0; round < 60; ++round) {
      std::vector<Literal> literals;
      const std::uint32_t count = random.chance(0.2) ? 300 : random.between(1, 20);
      while (literals.size() < count) {
        std::string text(1, "aAbB\xFF"[random.below(5)]);
        for (std::uint32_t i = random.below(6); i > 0; --i) text += "aAbB\0\xFF.*"[random.below(8)];
        literals.push_back({text, random.chance(0.5)});
      }
      const LiteralSet set(literals);
      for (int i = 0; i < 20; ++i) {
        std::string text;
        for (std::uint32_t k = random.below(80); k > 0; --k)
          text += "aAbB\0\xFF.*"[random.below(8)];
        CHECK(scan(set, text) == naive(literals, text));
        CHECK(scan_one_by_one(set, text) == naive(literals, text));
      }
    }
  }

  TEST_CASE("a literal that is to be told once is told once") {
    const std::vector<Literal> literals{{"ab", true, true}, {"b", false, false}};
    const LiteralSet set(literals);
    for (const Found& found : {scan(set, "abABab"), scan_one_by_one(set, "abABab")}) {
      CHECK(std::ranges::count_if(found, [](const auto& hit) { return hit.first == 0; }) == 1);
      CHECK(std::ranges::count_if(found, [](const auto& hit) { return hit.first == 1; }) == 2);
    }
  }

  TEST_CASE("nothing is found in nothing") {
    const std::vector<Literal> literals{{"a"}};
    CHECK(scan(LiteralSet(literals), "").empty());
  }
}

}  // namespace vedette::sigma
