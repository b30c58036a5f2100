#include "prompt/leak_bytes.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

std::string random_bytes(Random& random, std::size_t size, std::string_view alphabet) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
  }
  return text;
}

bool is_digit_or_mark(char c) {
  return c >= '0' && c <= '@';
}

std::size_t find_slowly(std::string_view text, std::size_t from, bool (*wanted)(char)) {
  while (from < text.size() && !wanted(text[from])) ++from;
  return from;
}

std::size_t long_run_slowly(std::string_view text, std::size_t from) {
  for (std::size_t end = from; from < text.size(); from = end + 1) {
    end = run_end(text, from, kUnreserved);
    if (end - from >= 16) return from;
  }
  return text.size();
}

}  // namespace

TEST_SUITE_BEGIN("prompt/leak_bytes");

TEST_CASE("the searches by words find what a search by bytes finds") {
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    const std::string_view alphabet = round % 2 == 0
                                          ? std::string_view("ab/A@Z1:;=>? \n\x80\xBA\xB0", 18)
                                          : std::string_view("ab~. -_9\x7F\x00\xFF", 11);
    const std::string text = random_bytes(random, random.below(60), alphabet);
    for (std::size_t from = 0; from <= text.size(); ++from) {
      CHECK(find_digit_or_mark(text, from) == find_slowly(text, from, is_digit_or_mark));
      CHECK(find_assignment(text, from) ==
            find_slowly(text, from, [](char c) { return c == ':' || c == '='; }));
    }
  }
}

TEST_CASE("a long run is found wherever it lies, and from its beginning") {
  Random random(2);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    while (text.size() < 100) {
      text += std::string(random.below(24), "a.~-"[random.below(4)]);
      text += " \n/\xC3\""[random.below(5)];
    }
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t found = find_long_run(text, at);
      REQUIRE(found == long_run_slowly(text, at));
      at = found < text.size() ? run_end(text, found, kUnreserved) : found;
    }
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
