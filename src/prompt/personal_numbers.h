// What a number, or a word with digits in it, says about a person: payment cards, bank accounts,
// phones, dates of birth, addresses in streets, and the ids of national_ids.h.
#pragma once

#include "prompt/leak.h"
#include "prompt/numbers.h"

#include <optional>
#include <string_view>

namespace vedette::prompt {

/// A number that stands alone: no letter or digit touches it.
std::optional<LeakHit> match_number(std::string_view text, const Number& number, Cues cues);

/// Letters, digits and underscores from `begin` to `end`, both letters and digits.
std::optional<LeakHit> match_word(std::string_view text, std::size_t begin, std::size_t end,
                                  Cues cues);

/// `12 Baker Street`, from the digits on. English only: a number, words with capitals, and a word
/// that names a street.
std::optional<LeakHit> match_street(std::string_view text, std::size_t begin, std::size_t end);

/// The bank account that begins at `at`, in one piece or in groups of four.
std::optional<LeakHit> match_iban(std::string_view text, std::size_t at);

}  // namespace vedette::prompt
