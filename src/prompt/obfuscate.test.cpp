#include "prompt/obfuscate.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/obfuscate");

TEST_CASE("how a text is written") {
  Random random(1);
  const auto written = [&](Obfuscation how) { return obfuscate("Go at 5", how, random); };
  CHECK(written(Obfuscation::Base64) == "R28gYXQgNQ==");
  CHECK(written(Obfuscation::Hex) == "476f2061742035");
  CHECK(written(Obfuscation::Percent) == "%47%6F%20%61%74%20%35");
  CHECK(written(Obfuscation::Entities) == "&#71;&#111;&#32;&#97;&#116;&#32;&#53;");
  CHECK(written(Obfuscation::Escapes) == "\\u0047\\u006f\\u0020\\u0061\\u0074\\u0020\\u0035");
  CHECK(written(Obfuscation::Rot13) == "Tb ng 5");
  CHECK(written(Obfuscation::Backwards) == "5 ta oG");
  CHECK(written(Obfuscation::Leet) == "G0 47 5");
  CHECK(written(Obfuscation::Fullwidth) == "\uFF27\uFF4F \uFF41\uFF54 5");
  CHECK(written(Obfuscation::Tags) ==
        "\U0001F600\U000E0047\U000E006F\U000E0020\U000E0061\U000E0074\U000E0020\U000E0035");
  CHECK(obfuscate("\u00E9a", Obfuscation::Backwards, random) == "a\u00E9");
}

TEST_SUITE_END();

}  // namespace vedette::prompt
