// Takes leaks out of a text so that it can go to a model, and puts them back into what comes back:
// a@b.example becomes [EMAIL_1], the next address [EMAIL_2], the same one again [EMAIL_1].
//
// One Masker for one conversation; it holds the values in clear, so it should not outlive it. One
// thread at a time. Placeholders that stood in a text before are not told apart from ours.
#pragma once

#include "prompt/leak.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vedette::prompt {

class Masker {
 public:
  explicit Masker(std::size_t values_max = 10'000) : values_max_(values_max) {}

  /// `hits` in order and without overlaps: settle() what several scanners found. Beyond
  /// `values_max` values a placeholder has no number, and stays.
  std::string mask(std::string_view text, const LeakHits& hits);
  /// The text with every placeholder of mask() undone.
  std::string unmask(std::string_view text) const;

 private:
  const std::string& placeholder(LeakKind kind, std::string_view value);

  std::size_t values_max_;
  std::array<std::uint32_t, kLeakKinds> counts_{};
  std::unordered_map<std::string, std::string> placeholders_;  // kind and value to placeholder
  std::unordered_map<std::string, std::string> values_;        // and back
  std::string unnumbered_;
};

}  // namespace vedette::prompt
