#include "prompt/personal_numbers.h"

#include "base/text.h"
#include "prompt/crypto_address.h"
#include "prompt/leak_bytes.h"
#include "prompt/national_ids.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

using Found = std::optional<LeakHit>;

constexpr bool has(Cues cues, Cues wanted) {
  return (cues & wanted) == wanted;
}

LeakHit hit_of(LeakKind kind, const Number& number, float part = 1) {
  return make_hit(kind, number.begin, number.end, part);
}

/// A range of beginnings of card numbers, four digits of them, and the lengths that go with it.
struct Issuer {
  int first, last;
  std::uint8_t size_min, size_max;
};
constexpr Issuer kIssuers[] = {
    {4000, 4999, 16, 16}, {4000, 4999, 13, 13}, {4000, 4999, 19, 19},  // Visa
    {5100, 5599, 16, 16}, {2221, 2720, 16, 16},                        // Mastercard
    {3400, 3499, 15, 15}, {3700, 3799, 15, 15},                        // American Express
    {3000, 3059, 14, 14}, {3600, 3699, 14, 16}, {3800, 3999, 14, 16},  // Diners Club
    {6011, 6011, 16, 19}, {6440, 6599, 16, 19},                        // Discover
    {3528, 3589, 16, 19}, {1800, 1800, 15, 15}, {2131, 2131, 15, 15},  // JCB
    {6200, 6299, 16, 19},                                              // UnionPay
    {2200, 2204, 16, 19},                                              // Mir
    {5018, 5038, 16, 19}, {5893, 5893, 16, 19}, {6304, 6304, 16, 19},  // Maestro
    {6759, 6763, 16, 19},
};

Found match_card(const Number& number, Cues cues) {
  const std::string_view d = number.text();
  if (d.size() < 12 || d.size() > 19 || number.plus) return {};
  const bool grouped = number.is({4, 4, 4, 4}, ' ') || number.is({4, 4, 4, 4}, '-') ||
                       number.is({4, 6, 5}, ' ') || number.is({4, 6, 5}, '-') ||
                       number.is({4, 6, 4}, ' ') || number.is({4, 6, 4}, '-') ||
                       number.is({4, 4, 4, 4, 3}, ' ');
  if (number.groups > 1 && !grouped) return {};
  const bool named = has(cues, kCardCue);
  const int head = parse_int<int>(d.substr(0, 4)).value_or(0);
  const bool issued = std::any_of(std::begin(kIssuers), std::end(kIssuers), [&](const Issuer& i) {
    return head >= i.first && head <= i.last && d.size() >= i.size_min && d.size() <= i.size_max;
  });
  if (!issued && !named) return {};  // many small issuers are of no list
  if (!luhn_fits(d) || d.find_first_not_of(d[0]) == std::string_view::npos) return {};
  return hit_of(LeakKind::PaymentCard, number, issued && (grouped || named) ? 1 : 0.85F);
}

/// Day, month and year in any order that people use; the year has four digits or stands last.
bool is_full_date(const Number& number) {
  if (number.groups != 3 || number.marks[0] != number.marks[1] || number.marks[0] == ' ') {
    return false;
  }
  const auto part = [&](std::size_t from, std::size_t size) {
    return parse_int<int>(number.text().substr(from, size)).value_or(0);
  };
  const auto [a, b, c] = std::array{number.sizes[0], number.sizes[1], number.sizes[2]};
  const auto plausible = [](int year, int x, int y) {
    return x >= 1 && y >= 1 && std::max(x, y) <= 31 && std::min(x, y) <= 12 &&
           (year < 100 || (year >= 1900 && year <= 2099));
  };
  const auto size_a = std::size_t{a}, size_b = std::size_t{b};
  if (a == 4)
    return b <= 2 && c <= 2 && plausible(part(0, 4), part(4, size_b), part(4 + size_b, c));
  return a <= 2 && b <= 2 && (c == 4 || c == 2) &&
         plausible(part(size_a + size_b, c), part(0, size_a), part(size_a, size_b));
}

/// `number` followed by the word for what it is: "… office", "… (mobile)".
bool phone_word_follows(std::string_view text, std::size_t at) {
  for (int n = 0;
       n < 2 && at < text.size() && (text[at] == ' ' || text[at] == '(' || text[at] == '-'); ++n) {
    ++at;
  }
  const std::size_t end = run_end(text, at, kLetter, 12);
  return has(cue_of(text.substr(at, end - at)), kPhoneCue);
}

/// How sure a number is a phone's by its shape alone: 0 where it takes a word to tell.
float phone_shape(const Number& number) {
  const std::string_view d = number.text();
  if (number.plus) return d.size() >= 8 && d.size() <= 15 && d[0] != '0' ? 1 : 0;
  if (d.starts_with("00") && d[2] != '0' && d.size() >= 11 && d.size() <= 16 && number.groups >= 3)
    return 0.9F;
  const bool one = number.groups == 4 && number.sizes[0] == 1 && d[0] == '1';
  const std::size_t at = one ? 1 : 0;
  if (number.groups == at + 3 && number.sizes[at] == 3 && number.sizes[at + 1] == 3 &&
      number.sizes[at + 2] == 4 && d[at] >= '2' && number.marks[at] != ' ' &&
      number.marks[at] != '/') {
    return 0.9F;
  }
  const bool pairs = number.is({2, 2, 2, 2, 2}, ' ') || number.is({2, 2, 2, 2, 2}, '.');
  if (pairs && d[0] == '0' && d[1] != '0') return 0.9F;
  const bool british = d.size() == 11 && d.starts_with("07") && number.groups >= 2 &&
                       number.groups <= 3 && number.sizes[0] >= 3;
  return british ? 0.9F : 0;
}

Found match_phone(std::string_view text, const Number& number, Cues cues) {
  const std::string_view d = number.text();
  float part = phone_shape(number);
  const bool years =
      number.is({4, 4}, '-') && (d[0] == '1' || d[0] == '2') && (d[4] == '1' || d[4] == '2');
  const bool possible = d.size() >= 7 && d.size() <= 14 && (d.size() >= 9 || number.groups >= 2) &&
                        d.find_first_not_of("01") != std::string_view::npos && !years &&
                        !is_full_date(number);
  if (part == 0 && possible && (has(cues, kPhoneCue) || phone_word_follows(text, number.end))) {
    part = 0.9F;
  }
  if (part == 0) return {};
  LeakHit found = hit_of(LeakKind::Phone, number, part);
  if (number.end < text.size() && text[number.end] == 'x') {  // an extension
    const std::size_t end = run_end(text, number.end + 1, kDigit, 6);
    if (end > number.end + 1) found.span.end = static_cast<std::uint32_t>(end);
  }
  return found;
}

/// AB 12 34 56 C
Found match_spaced_nino(std::string_view text, const Number& number, Cues cues) {
  if (!number.is({2, 2, 2}, ' ') || number.begin < 3 || number.end + 2 > text.size()) return {};
  if (text[number.begin - 1] != ' ' || text[number.end] != ' ') return {};
  char word[9] = {text[number.begin - 3], text[number.begin - 2]};
  std::copy_n(number.digits.data(), 6, word + 2);
  word[8] = text[number.end + 1];
  const auto id = match_national_word({word, 9}, cues);
  if (!id || in(text, number.end + 2, kWord)) return {};
  return make_hit(id->kind, number.begin - 3, number.end + 2);
}

/// What must follow the country, and the length of the whole.
constexpr std::string_view kIbanSizes =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18"
    "FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21"
    "MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25"
    "SV28TL23TN24TR26UA29VA22VG24XK20";

char upper(char c) {
  return in(c, kLow) ? static_cast<char>(c & ~0x20) : c;
}

std::size_t iban_size(char first, char second) {
  for (std::size_t i = 0; i < kIbanSizes.size(); i += 4) {
    if (kIbanSizes[i] == upper(first) && kIbanSizes[i + 1] == upper(second)) {
      return two_digits(&kIbanSizes[i + 2]);
    }
  }
  return 0;
}

/// The remainder by 97 of the digits that a letter (two) or a digit stands for, behind others.
int append_mod_97(int remainder, char c) {
  const int value = in(c, kDigit) ? c - '0' : upper(c) - 'A' + 10;
  return (remainder * (value > 9 ? 100 : 10) + value) % 97;
}

}  // namespace

Found match_number(std::string_view text, const Number& number, Cues cues) {
  const std::size_t count = number.count;
  if (count < 5 || count < 2 * std::size_t{number.groups}) return {};
  if (has(cues, kBirthCue) && count <= 8 && is_full_date(number)) {
    return hit_of(LeakKind::DateOfBirth, number);
  }
  if (auto found = match_spaced_nino(text, number, cues)) return found;
  if (count < 7) return {};
  if (auto found = match_card(number, cues)) return found;
  if (!number.plus) {
    if (const auto id = match_national_number(number, cues)) {
      return hit_of(id->kind, number, id->part_of_score);
    }
    if (has(cues, kDriverCue | kLicenceCue) && count <= 14) {
      return hit_of(LeakKind::DriverLicence, number);
    }
    if (has(cues, kPassportCue) && count <= 9) return hit_of(LeakKind::Passport, number);
  }
  return match_phone(text, number, cues);
}

Found match_iban(std::string_view text, std::size_t at) {
  if (at + 15 > text.size() || !in(text[at], kLetter) || !in(text[at + 1], kLetter) ||
      !in(text[at + 2], kDigit) || !in(text[at + 3], kDigit)) {
    return {};
  }
  const std::size_t size = iban_size(text[at], text[at + 1]);
  std::size_t read = 0, end = at;
  int remainder = 0;
  for (; read < size && end < text.size(); ++end) {
    const char c = text[end];
    const bool blank = (c == ' ' || c == '-') && read > 0 && read % 4 == 0 && text[end - 1] != c;
    if (blank) continue;
    if (!in(c, kAlnum)) return {};
    if (++read > 4) remainder = append_mod_97(remainder, c);
  }
  if (size == 0 || read < size || in(text, end, kWord)) return {};
  for (std::size_t i = 0; i < 4; ++i) remainder = append_mod_97(remainder, text[at + i]);
  return remainder == 1 ? Found(make_hit(LeakKind::Iban, at, end)) : Found{};
}

Found match_word(std::string_view text, std::size_t begin, std::size_t end, Cues cues) {
  const std::string_view word = text.substr(begin, end - begin);
  if (auto found = match_iban(text, begin)) return found;
  if (word.size() < 6) return {};
  if (const auto id = match_national_word(word, cues)) {
    return make_hit(id->kind, begin, end, id->part_of_score);
  }
  if (is_bitcoin_address(word)) return make_hit(LeakKind::BitcoinAddress, begin, end);
  const EthereumAddress ethereum = ethereum_address(word);
  if (ethereum != EthereumAddress::No) {
    return make_hit(LeakKind::EthereumAddress, begin, end,
                    ethereum == EthereumAddress::Checked ? 1 : 0.6F);
  }
  const auto digits = std::count_if(word.begin(), word.end(), is_digit);
  if (word.size() > 16 || digits < 4) return {};
  if (has(cues, kDriverCue | kLicenceCue)) return make_hit(LeakKind::DriverLicence, begin, end);
  if (has(cues, kPassportCue) && word.size() <= 10) return make_hit(LeakKind::Passport, begin, end);
  return {};
}

Found match_street(std::string_view text, std::size_t number, std::size_t end) {
  constexpr std::array<std::string_view, 24> kStreets = {
      "Street", "St", "Avenue", "Ave", "Road",    "Rd",      "Lane",    "Ln",
      "Drive",  "Dr", "Blvd",   "Way", "Court",   "Ct",      "Place",   "Boulevard",
      "Square", "Sq", "Pkwy",   "Hwy", "Terrace", "Parkway", "Highway", "Crescent"};
  if (end - number > 5) return {};
  std::size_t at = end;
  for (int words = 0; words < 5; ++words) {
    if (at >= text.size() || text[at] != ' ' || !in(text, at + 1, kUp)) return {};
    const std::size_t begin = at + 1;
    at = run_end(text, begin, kLetter, 20);
    const std::string_view word = text.substr(begin, at - begin);
    const bool street = std::find(kStreets.begin(), kStreets.end(), word) != kStreets.end();
    const bool saint = in(text, at, kDot) && in(text, at + 2, kUp);  // Mount St. Helens
    if (street && words > 0 && !saint) return make_hit(LeakKind::StreetAddress, number, at);
    if (in(text, at, kDot)) ++at;
  }
  return {};
}

}  // namespace vedette::prompt
