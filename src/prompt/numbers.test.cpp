#include "prompt/numbers.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/numbers");

TEST_CASE("a number is read group by group") {
  const std::string text = "call +49 (0)30-1234567 now";
  const Number number = read_number(text, 6);
  CHECK(number.plus);
  CHECK(number.text() == "490301234567");
  CHECK(number.groups == 4);
  CHECK(text.substr(number.begin, number.end - number.begin) == "+49 (0)30-1234567");
  const Number head = number.cut(2);
  CHECK(head.text() == "490");
  CHECK(text.substr(head.begin, head.end - head.begin) == "+49 (0");
}

TEST_CASE("a bracket belongs to a number only if it closes in it") {
  CHECK(read_number("(212) 555-0123", 1).is({3, 3, 4}, '-') == false);
  CHECK(read_number("(212) 555-0123", 1).bracket);
  CHECK(read_number("(212) 555-0123", 1).begin == 0);
  CHECK(read_number("(212-555-0123)", 1).begin == 1);
  CHECK(read_number("212-555-0123", 0).is({3, 3, 4}, '-'));
}

TEST_CASE("more digits than any number has are none") {
  const std::string digits(30, '7');
  CHECK(read_number(digits, 0).groups == 0);
  CHECK(read_number(digits, 0).end == 30);
  CHECK(read_number("1 2 3 4 5 6 7 8 9 10", 0).groups == 8);
  CHECK(read_number("12 " + digits, 0).groups == 1);
}

TEST_CASE("cues are words, in any case, near the number") {
  CHECK(cue_of("Phone") == kPhoneCue);
  CHECK(cue_of("phon") == 0);
  CHECK(cue_of("F\xC3\xB8"
               "dselsnummer") == kNordicCue);
  CHECK(cue_of("") == 0);
  const std::string text = "born on 1 Phone: 555 (mobile) 12" + std::string(60, ' ') + "34 card5";
  CueReader cues(text);
  CHECK(cues.before(8) == kBirthCue);
  CHECK(cues.before(17) == (kBirthCue | kPhoneCue));
  CHECK((cues.before(30) & kPhoneCue) != 0);
  CHECK(cues.before(92) == 0);
  CHECK(cues.before(text.size() - 1) == kCardCue);
}

TEST_CASE("asking for places in order gives the same as asking afresh") {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += i % 3 == 0 ? "phone 12 " : i % 7 == 0 ? std::string(40, '1') : "x 1 2 card, ";
  }
  CueReader cues(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '1') continue;
    CHECK(cues.before(at) == CueReader(text).before(at));
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
