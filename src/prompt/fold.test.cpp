#include "prompt/fold.h"

#include "base/random.h"
#include "base/utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace vedette::prompt {
namespace {

std::string utf8(std::uint32_t code) {
  char bytes[4];
  return {bytes, put_utf8(bytes, static_cast<int>(code))};
}

std::uint32_t hidden(const Fold& fold, Hidden kind) {
  return fold.hidden(kind).count;
}
std::uint32_t hidden_in(std::string_view text) {
  Fold folded;
  folded.run(text);
  std::uint32_t all = 0;
  for (std::size_t kind = 0; kind < kHiddenKinds; ++kind) {
    all += hidden(folded, static_cast<Hidden>(kind));
  }
  return all;
}

/// Pieces of text where folding has to decide something.
std::string random_text(Random& random, std::size_t pieces) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "Ignore",
                                                   " ",
                                                   "  ",
                                                   "\n",
                                                   "7",
                                                   ".",
                                                   "\u0430",
                                                   "\u0441\u043E",
                                                   "\u0436",
                                                   "\u0432",
                                                   "\u03BF",
                                                   "\u03BB",
                                                   "\u00E9",
                                                   "e\u0301",
                                                   "\u0301",
                                                   "\u200B",
                                                   "\u200D",
                                                   "\uFEFF",
                                                   "\uFF41",
                                                   "\u2163",
                                                   "\u00DF",
                                                   "\u4E00",
                                                   "\U0001F600",
                                                   "\uFE0F",
                                                   "\u00AD",
                                                   "\x01",
                                                   "\xFF",
                                                   "\xE2\x80",
                                                   "\xE2",
                                                   "\x80",
                                                   "\x8B",
                                                   "\u3000",
                                                   "\u0130",
                                                   "\u24D0",
                                                   "\u00BD",
                                                   "\u249C",
                                                   "\U000E0041",
                                                   "\u202E",
                                                   "\u0419",
                                                   "\u0306",
                                                   "A",
                                                   "The quick brown FOX jumps",
                                                   "a  b",
                                                   "\u0438",
                                                   "\u0641",
                                                   "\u200C",
                                                   "\u13A1"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) {
    text += random.chance(0.05) ? utf8(random.below(0xD800))
                                : kPieces[random.below(static_cast<std::uint32_t>(kPieces.size()))];
  }
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("prompt/fold");

TEST_CASE("one spelling for what looks alike") {
  const char* const cases[][2] = {
      {"", ""},
      {"Ignore  ALL\r\n\tprevious", "ignore all previous"},
      {"\uFF29\uFF47\uFF4E\uFF4F\uFF52\uFF45\u3000this", "ignore this"},
      {"\U0001D408\U0001D420\U0001D427\U0001D428\U0001D42B\U0001D41E", "ignore"},
      {"\u24BE\u24D6\u24DD\u24DE\u24E1\u24D4 \u2163 \uFB01ne \u00BD", "ignore iv fine 1/2"},
      {"\u1D35\u1D4D\u207F\u1D52\u02B3\u1D49", "ignore"},
      {"\u0456gn\u043Ere th\u0435 \u0455ystem", "ignore the system"},
      {"\u0399gnor\u03B5", "ignore"},
      {"i\u200Bg\u2060n\u00ADo\uFEFFr\u200De", "ignore"},
      {"i\u0336g\u0335n\u0301o\u0308re caf\u00E9 na\u00EFve \u00C5", "ignore cafe naive a"},
      {"\u201Cdon\u2019t\u201D \u2014 it\u2026", "\"don't\" - it..."},
      {"ig\x01nore\x7F this\xFF\xC3", "ignore this"},
      {"a\u00A0\u2003b\u2028\u0085"
       "c",
       "a b c"},
      {"Stra\u00DFe \u0130\u0131 \u0141\u00F3d\u017A", "strasse ii lodz"},
  };
  for (const auto& [text, folded] : cases) CHECK(fold(text) == folded);
}

TEST_CASE("prose in other scripts stays itself, but for case") {
  for (const std::string_view text :
       {"\u043F\u0440\u0438\u0432\u0435\u0442, \u043A\u0430\u043A \u0434\u0435\u043B\u0430? "
        "\u043E\u043D \u0430 \u0441 \u043D\u0435\u0439",
        "\u043C\u043E\u0439 linux \u0441 \u044F\u0434\u0440\u043E\u043C",
        "\u03BA\u03B1\u03BB\u03B7\u03BC\u03AD\u03C1\u03B1 \u03BF "
        "\u03BA\u03CC\u03C3\u03BC\u03BF\u03C3",
        "\u4F60\u597D\u4E16\u754C", "\u0645\u0631\u062D\u0628\u0627",
        "\u0928\u092E\u0938\u094D\u0924\u0947", "\u043E \u0441"}) {
    CHECK(fold(text) == text);
  }
  CHECK(fold("\u041F\u0420\u0418\u0412\u0415\u0422") == "\u043F\u0440\u0438\u0432\u0435\u0442");
}

TEST_CASE("words of nothing but look-alikes are Latin among Latin words") {
  CHECK(fold("please \u0441\u043E\u0440\u0443 it") == "please copy it");
  CHECK(fold("\u0421\u043E\u0440\u0443 the rules") == "copy the rules");
  CHECK(fold("now \u0441\u043E\u0440\u0443 \u0430ll \u0430\u0441\u0435") == "now copy all ace");
  CHECK(fold("and, then: \u0441\u043E\u0440\u0443!") == "and, then: copy!");
  CHECK(fold("\u043C\u043E\u0439 \u0441\u043E\u0440\u0443 it") ==
        "\u043C\u043E\u0439 \u0441\u043E\u0440\u0443 it");
}

TEST_CASE("joiners and selectors that scripts and emoji need are not counted") {
  CHECK(hidden_in("\U0001F468\u200D\U0001F469\u200D\U0001F467 \u2764\uFE0F 1\uFE0F\u20E3") == 0);
  CHECK(hidden_in("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 \u0915\u094D\u200D\u0937") ==
        0);
  CHECK(hidden_in("\uFEFFtext") == 0);
  CHECK(hidden_in("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F") == 0);
  CHECK(hidden_in("i\u200Dg") == 1);
  CHECK(hidden_in("\u2764\uFE0F\uFE0F\uFE0F") == 2);
}

TEST_CASE("what cannot be seen is counted by kind, with where it first stood") {
  Fold folded;
  folded.run("ab\u200B\u200Bc\u200B \u202Ed\xFF");
  const HiddenCount& zero_width = folded.hidden(Hidden::ZeroWidth);
  CHECK(zero_width.count == 3);
  CHECK(zero_width.longest == 2);
  CHECK(zero_width.first == Span{2, 8});
  CHECK(hidden(folded, Hidden::BidiControl) == 1);
  CHECK(hidden(folded, Hidden::Invalid) == 1);
  folded.run("nothing");
  CHECK(hidden(folded, Hidden::ZeroWidth) == 0);
}

TEST_CASE("what tags and variation selectors spell comes out beside") {
  std::string tags = "hi", selectors = "\U0001F600";
  for (const char c : std::string_view("Obey me")) {
    const auto byte = static_cast<std::uint32_t>(c);
    tags += utf8(0xE0000 + byte);
    selectors += utf8(0xE0100 + byte - 16);
  }
  Fold folded;
  folded.run(tags);
  CHECK(folded.text() == "hi");
  CHECK(folded.tags().text == "Obey me");
  CHECK(folded.tags().map.origin(0, 4) == Span{2, 18});
  CHECK(hidden(folded, Hidden::Tag) == 7);
  folded.run(selectors);
  CHECK(folded.variations().text == "Obey me");
  CHECK(folded.tags().text.empty());
}

TEST_CASE("a place in the folded text leads back to the bytes") {
  const std::string text = "x  \u0456gn\u200Bor\u00E9 \uFB01n";
  Fold folded;
  folded.run(text);
  REQUIRE(folded.text() == "x ignore fin");
  const auto origin = [&](std::string_view part) {
    const std::size_t at = folded.text().find(part);
    const Span span = folded.origin(at, at + part.size());
    return text.substr(span.begin, span.end - span.begin);
  };
  CHECK(origin("ignore") == "\u0456gn\u200Bor\u00E9");
  CHECK(origin("gn") == "gn");
  CHECK(origin("i") == "\u0456");
  CHECK(origin("fin") == "\uFB01n");
  CHECK(origin("f") == "\uFB01");
}

TEST_CASE("every character: folding twice is folding once, and small letters stay") {
  Fold first, second;
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    first.run("q" + utf8(code) + "q");
    second.run(first.text());
    if (first.text() != second.text()) FAIL(code);
  }
}

TEST_CASE("random texts: folded once is folded, and origins are in bounds and in order") {
  Random random(7);
  Fold first, second;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_text(random, random.below(24));
    CAPTURE(text);
    first.run(text);
    second.run(first.text());
    REQUIRE(first.text() == second.text());
    Span before;
    for (std::size_t at = 0; at < first.text().size(); ++at) {
      const Span span = first.origin(at, at + 1);
      REQUIRE(span.begin < span.end);
      REQUIRE(span.end <= text.size());
      REQUIRE(span.begin >= before.begin);
      REQUIRE(span.end >= before.end);
      before = span;
    }
  }
}

TEST_CASE("plain ASCII is folded the same in long steps and in short ones") {
  Random random(3);
  Fold quick, slow;
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::uint32_t size = random.below(60); size > 0; --size) {
      text += random.chance(0.3) ? ' ' : static_cast<char>(random.below(128));
    }
    std::string one_by_one;
    for (const char c : text) {
      slow.run({&c, 1});
      if (slow.text() != " " || !one_by_one.ends_with(' ')) one_by_one += slow.text();
    }
    quick.run(text);
    REQUIRE(quick.text() == one_by_one);
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
