// Numbers that states give to people. A check digit alone lets every tenth number pass, so those
// that have no more than that are believed only behind a word that names them.
//
// Known: see leak_kinds.def. Not here, for want of a check or of a shape of their own: most driving
// licences and passports (believed behind their words), postcodes, plates, health insurance
// numbers.
#pragma once

#include "prompt/leak.h"
#include "prompt/numbers.h"

#include <optional>
#include <string_view>

namespace vedette::prompt {

struct NationalId {
  LeakKind kind{};
  float part_of_score = 1;
};

std::optional<NationalId> match_national_number(const Number& number, Cues cues);
/// Letters and digits without anything between, as they stand.
std::optional<NationalId> match_national_word(std::string_view word, Cues cues);

/// Finland's ends in a letter, or a digit, that stands right behind the number: 131052-308T.
bool is_hetu(const Number& number, char next);

/// The check digit of payment cards and many ids.
bool luhn_fits(std::string_view digits);
/// YYMMDD, of any century.
bool is_date(std::string_view yymmdd);

}  // namespace vedette::prompt
