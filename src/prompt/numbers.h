// Numbers as people write them: groups of digits with something between, and the words before them
// that tell what they are.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace vedette::prompt {

/// Digits in at most eight groups, which one blank, hyphen, dot or slash parts, or a bracket. All
/// of it is copied, so cut() can look at the first groups alone.
struct Number {
  std::size_t begin = 0, end = 0;  ///< with the plus or bracket that it begins with
  bool plus = false;
  bool bracket = false;
  std::uint8_t groups = 0;
  std::uint8_t count = 0;  ///< digits in all groups
  std::array<std::uint8_t, 8> sizes{};
  std::array<char, 8> marks{};        ///< what follows each group, 0 after the last
  std::array<std::size_t, 8> ends{};  ///< where each group ends in the text
  std::array<char, 24> digits{};

  std::string_view text() const { return {digits.data(), count}; }
  /// Whether the groups have these sizes and `mark` stands between all of them.
  bool is(std::initializer_list<int> group_sizes, char mark) const;
  /// The first `n` groups.
  Number cut(std::uint8_t n) const;
};

/// The number whose first digit stands at `at`. No groups: more digits in a row than any number
/// here has; `end` is then where they end.
Number read_number(std::string_view text, std::size_t at);

/// What the words before a number say that it is.
enum Cue : std::uint32_t {
  kPhoneCue = 1,
  kCardCue = 2,
  kSocialCue = 4,
  kBirthCue = 8,
  kVersionCue = 16,
  kNhsCue = 32,
  kTaxCue = 64,
  kBsnCue = 128,
  kPeselCue = 256,
  kCpfCue = 512,
  kCnpjCue = 1024,
  kAadhaarCue = 2048,
  kMedicareCue = 4096,
  kSinCue = 8192,
  kNordicCue = 16384,
  kIdentityCue = 32768,
  kDriverCue = 65536,
  kLicenceCue = 1u << 17,
  kPassportCue = 1u << 18,
  kPanCue = 1u << 19,
  kInsuranceCue = 1u << 20,
  kTcknCue = 1u << 21,
};
using Cues = std::uint32_t;

/// The cues of one word, in any case.
Cues cue_of(std::string_view word);

/// The cues in the words shortly before a place. Asked for places in order, it looks at each byte
/// about once, however many numbers there are.
class CueReader {
 public:
  explicit CueReader(std::string_view text) : text_(text) {}
  Cues before(std::size_t at);

 private:
  std::string_view text_;
  std::size_t seen_ = 0;      // up to here
  std::size_t word_end_ = 0;  // the last letter before seen_ ends here; 0: none
  Cues cues_ = 0;             // of the words before word_end_
};

}  // namespace vedette::prompt
