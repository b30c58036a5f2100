// TermSet: many words or phrases looked for at once in a folded text, as whole words. Frozen; any
// thread. One look at a small table for each byte, whatever the number of terms.
#pragma once

#include "prompt/span.h"

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::prompt {

class TermSet {
 public:
  /// Folded terms; those of less than kTermMin bytes are never found.
  explicit TermSet(std::vector<std::string> folded = {});
  static constexpr std::size_t kTermMin = 3;

  struct Found {
    std::size_t term;  ///< its place among those given
    Span span;
  };
  /// Appends what stands in the text, at most `limit` in all.
  void find(std::string_view folded, std::size_t limit, std::vector<Found>& found) const;
  bool empty() const { return by_start_.empty(); }

 private:
  static std::uint32_t start_of(const char* bytes);

  std::vector<std::string> terms_;
  std::bitset<1 << 16> starts_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_start_;
};

}  // namespace vedette::prompt
