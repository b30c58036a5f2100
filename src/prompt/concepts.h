// Words that mean the same to somebody who gives orders to a model, in many languages: "ignore",
// "disregard" and "ignoriere" are one concept. What is learned of pairs of concepts in English
// texts holds for the others, and a single one means nothing: honest texts are full of them.
#pragma once

#include "prompt/symbols.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace vedette::prompt {

enum class Concept : std::uint8_t {
  None,
#define VD_CONCEPT(name, words) name,
#include "prompt/concepts.def"
#undef VD_CONCEPT
};

inline constexpr std::size_t kStemMin = 4, kStemMax = 8;  // symbols of "ignor*"

/// The concept of a word: itself, or the longest of its beginnings that is one. `prefixes[n]` is
/// the hash of its first n symbols, for n up to kStemMax.
Concept word_concept(std::uint64_t hash, std::size_t length,
                     std::span<const std::uint64_t, kStemMax + 1> prefixes);

/// The concept of the last 2 to 4 ideographs or syllables.
Concept wide_concept(std::uint64_t key, unsigned length);

}  // namespace vedette::prompt
