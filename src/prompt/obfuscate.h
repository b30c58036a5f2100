// Writes a text as attackers do who hope that a scanner does not read it: for training on such
// copies, and for proving that the views lead back to the text.
#pragma once

#include "base/random.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::prompt {

enum class Obfuscation : std::uint8_t {
  MixedCase,
  ZeroWidth,   // something invisible between letters
  Homoglyphs,  // about half of the letters that have a Cyrillic or Greek twin
  Fullwidth,
  Mathematical,
  Accents,  // combining marks
  Tags,
  Variations,
  Leet,
  Spaced,
  Base64,
  Hex,
  Percent,
  Entities,
  Escapes,
  Rot13,
  Backwards,
};
inline constexpr std::size_t kObfuscations = 17;

/// `text`, written so. What an obfuscation cannot write, it leaves as it is.
std::string obfuscate(std::string_view text, Obfuscation how, Random& random);

}  // namespace vedette::prompt
