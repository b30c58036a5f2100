// Canary: a text that must not leave, known by its word sequences, so that it is found whole, in
// part, and with some of its words changed. Short ones are found word for word. Frozen; any thread.
#pragma once

#include "prompt/span.h"

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace vedette::prompt {

class Canary {
 public:
  /// Of a folded text.
  explicit Canary(std::string_view folded);

  struct Found {
    float score = 0;  ///< 0 to 1: how much of the canary stands there
    Span span;        ///< from the first to the last of its words
  };
  Found find(std::string_view folded) const;

 private:
  std::size_t words_ = 0;                   // in a row that count: fewer in short canaries
  std::unordered_set<std::uint64_t> rows_;  // hashes of so many words in a row
};

}  // namespace vedette::prompt
