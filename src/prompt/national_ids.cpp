#include "prompt/national_ids.h"

#include "base/text.h"
#include "prompt/leak_bytes.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace vedette::prompt {
namespace {

int digit(char c) {
  return c - '0';
}

/// The sum of the first digits, each times its weight.
int weighted(std::string_view digits, std::initializer_list<int> weights) {
  int sum = 0;
  std::size_t i = 0;
  for (const int weight : weights) sum += weight * digit(digits[i++]);
  return sum;
}

std::uint64_t value_of(std::string_view digits) {
  return parse_int<std::uint64_t>(digits).value_or(0);
}

bool all_same(std::string_view digits) {
  return digits.find_first_not_of(digits[0]) == std::string_view::npos;
}

bool nhs_fits(std::string_view d) {
  const int check = 11 - weighted(d, {10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return check != 10 && check % 11 == digit(d[9]);
}

/// ISO 7064, mod 11,10. Of the first ten digits one or two occur more than once.
bool de_tax_id_fits(std::string_view d) {
  if (d[0] == '0') return false;
  std::array<int, 10> counts{};
  int product = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    ++counts[static_cast<std::size_t>(digit(d[i]))];
    const int sum = (digit(d[i]) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  if (std::count_if(counts.begin(), counts.end(), [](int n) { return n > 1; }) != 1) return false;
  return (11 - product) % 10 == digit(d[10]);
}

bool fr_nir_fits(std::string_view d) {
  const auto month = value_of(d.substr(3, 2));
  const bool plausible = (d[0] == '1' || d[0] == '2') && month >= 1 && (month <= 12 || month >= 20);
  return plausible && 97 - value_of(d.substr(0, 13)) % 97 == value_of(d.substr(13));
}

bool nl_bsn_fits(std::string_view d) {
  const int sum = weighted(d, {9, 8, 7, 6, 5, 4, 3, 2, -1});
  return sum > 0 && sum % 11 == 0;
}

bool pl_pesel_fits(std::string_view d) {
  const auto month = value_of(d.substr(2, 2)) % 20, day = value_of(d.substr(4, 2));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return (10 - weighted(d, {1, 3, 7, 9, 1, 3, 7, 9, 1, 3}) % 10) % 10 == digit(d[10]);
}

int mod_11_check(int sum) {
  return sum % 11 < 2 ? 0 : 11 - sum % 11;
}

bool br_cpf_fits(std::string_view d) {
  return !all_same(d) && mod_11_check(weighted(d, {10, 9, 8, 7, 6, 5, 4, 3, 2})) == digit(d[9]) &&
         mod_11_check(weighted(d, {11, 10, 9, 8, 7, 6, 5, 4, 3, 2})) == digit(d[10]);
}

bool br_cnpj_fits(std::string_view d) {
  return !all_same(d) &&
         mod_11_check(weighted(d, {5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2})) == digit(d[12]) &&
         mod_11_check(weighted(d, {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2})) == digit(d[13]);
}

/// Verhoeff's: the product in the group of symmetries of a pentagon.
bool verhoeff_fits(std::string_view d) {
  constexpr std::array<std::string_view, 10> kProduct = {
      "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
      "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"};
  constexpr std::array<std::string_view, 8> kTurn = {"0123456789", "1576283094", "5803796142",
                                                     "8916043527", "9453126870", "4286573901",
                                                     "2793806415", "7046913258"};
  std::size_t check = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    const auto next = static_cast<std::size_t>(digit(d[d.size() - 1 - i]));
    check = static_cast<std::size_t>(
        digit(kProduct[check][static_cast<std::size_t>(digit(kTurn[i % 8][next]))]));
  }
  return check == 0;
}

/// GB 11643: area, date of birth, sequence, ISO 7064 mod 11-2; the last may be X for ten.
bool cn_resident_fits(std::string_view d, char check) {
  const auto century = value_of(d.substr(6, 2));
  if (d[0] == '0' || (century != 19 && century != 20) || !is_date(d.substr(8, 6))) return false;
  const int sum = weighted(d, {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return "10X98765432"[sum % 11] == check;
}

bool kr_resident_fits(std::string_view d) {
  const int sum = weighted(d, {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5});
  return is_date(d.substr(0, 6)) && d[6] >= '1' && d[6] <= '8' &&
         (11 - sum % 11) % 10 == digit(d[12]);
}

bool au_tax_file_fits(std::string_view d) {
  return !all_same(d) && weighted(d, {1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
}

bool au_medicare_fits(std::string_view d) {
  return d[0] >= '2' && d[0] <= '6' && weighted(d, {1, 3, 7, 9, 1, 3, 7, 9}) % 10 == digit(d[8]);
}

bool ca_sin_fits(std::string_view d) {
  return d[0] != '0' && d[0] != '8' && !all_same(d) && luhn_fits(d);
}

bool no_birth_number_fits(std::string_view d) {
  const auto day = value_of(d.substr(0, 2)) % 40, month = value_of(d.substr(2, 2)) % 40;
  if (day < 1 || day > 31 || month < 1 || month > 12) return false;
  return weighted(d, {3, 7, 6, 1, 8, 9, 4, 5, 2, 1}) % 11 == 0 &&
         weighted(d, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

bool be_number_fits(std::string_view d) {
  const auto head = value_of(d.substr(0, 9)), check = value_of(d.substr(9));
  return check == 97 - head % 97 || check == 97 - (2'000'000'000u + head) % 97;
}

bool ch_ahv_fits(std::string_view d) {
  const int sum = weighted(d, {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3});
  return d.starts_with("756") && (10 - sum % 10) % 10 == digit(d[12]);
}

bool tr_identity_fits(std::string_view d) {
  if (d[0] == '0') return false;
  const int odd = weighted(d, {1, 0, 1, 0, 1, 0, 1, 0, 1});
  const int even = weighted(d, {0, 1, 0, 1, 0, 1, 0, 1});
  return ((odd * 7 - even) % 10 + 10) % 10 == digit(d[9]) &&
         weighted(d, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) % 10 == digit(d[10]);
}

bool za_identity_fits(std::string_view d) {
  return is_date(d.substr(0, 6)) && d[10] <= '1' && luhn_fits(d);
}

/// Without a shape of their own: `cues` has to name them.
struct CuedId {
  LeakKind kind;
  std::uint8_t count;
  Cues cues;
  bool (*fits)(std::string_view digits);
};
constexpr CuedId kCuedIds[] = {
    {LeakKind::UkNhs, 10, kNhsCue, nhs_fits},
    {LeakKind::DeTaxId, 11, kTaxCue, de_tax_id_fits},
    {LeakKind::NlBsn, 9, kBsnCue, nl_bsn_fits},
    {LeakKind::PlPesel, 11, kPeselCue, pl_pesel_fits},
    {LeakKind::BrCpf, 11, kCpfCue, br_cpf_fits},
    {LeakKind::BrCnpj, 14, kCnpjCue, br_cnpj_fits},
    {LeakKind::InAadhaar, 12, kAadhaarCue, verhoeff_fits},
    {LeakKind::AuTaxFile, 9, kTaxCue, au_tax_file_fits},
    {LeakKind::AuMedicare, 10, kMedicareCue, au_medicare_fits},
    {LeakKind::AuMedicare, 11, kMedicareCue, au_medicare_fits},
    {LeakKind::CaSin, 9, kSinCue, ca_sin_fits},
    {LeakKind::NoBirthNumber, 11, kNordicCue, no_birth_number_fits},
    {LeakKind::TrIdentity, 11, kTcknCue | kIdentityCue, tr_identity_fits},
    {LeakKind::ZaIdentity, 13, kIdentityCue, za_identity_fits},
};

constexpr bool has(Cues cues, Cues wanted) {
  return (cues & wanted) != 0;
}

bool it_fiscal_code_fits(std::string_view word) {
  constexpr std::array<int, 36> kOdd = {1,  0, 5, 7,  9,  13, 15, 17, 19, 21, 1,  0,
                                        5,  7, 9, 13, 15, 17, 19, 21, 2,  4,  18, 20,
                                        11, 3, 6, 8,  12, 14, 16, 10, 22, 25, 24, 23};
  constexpr std::string_view kShape = "LLLLLLDDLDDLDDDL";
  int sum = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const char c = lower(word[i]);
    if (in(c, kDigit) != (kShape[i] == 'D')) return false;  // rare substitutes are left out
    if (i == 15) return c - 'a' == sum % 26;
    const int value = in(c, kDigit) ? c - '0' : c - 'a' + 10;
    sum += i % 2 == 0 ? kOdd[static_cast<std::size_t>(value)] : value < 10 ? value : value - 10;
  }
  return false;
}

bool es_dni_fits(std::string_view word) {
  constexpr std::string_view kLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
  std::uint64_t number = 0;
  if (in(word[0], kDigit)) {
    number = value_of(word.substr(0, 8));
  } else {
    number = value_of(word.substr(1, 7)) + static_cast<std::uint64_t>(word[0] - 'X') * 10'000'000;
  }
  return kLetters[number % 23] == word[8];
}

/// As L for letters and D for digits.
bool has_shape(std::string_view word, std::string_view shape) {
  if (word.size() != shape.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (!in(word[i], shape[i] == 'D' ? kDigit : kUp)) return false;
  }
  return true;
}

bool uk_nino_fits(std::string_view word) {
  constexpr std::string_view kNever = "DFIQUV";
  constexpr std::string_view kNoPrefixes = "BG GB KN NK NT TN ZZ";
  return kNever.find(word[0]) == std::string_view::npos &&
         kNever.find(word[1]) == std::string_view::npos && word[1] != 'O' && word[8] <= 'D' &&
         kNoPrefixes.find(word.substr(0, 2)) == std::string_view::npos;
}

}  // namespace

bool luhn_fits(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int value = digit(digits[i]) << twice;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

bool is_date(std::string_view yymmdd) {
  const auto month = value_of(yymmdd.substr(2, 2)), day = value_of(yymmdd.substr(4, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

std::optional<NationalId> match_national_number(const Number& number, Cues cues) {
  const std::string_view d = number.text();
  const auto found = [](LeakKind kind, float part = 1) { return NationalId{kind, part}; };
  if (number.is({3, 2, 4}, '-') || (d.size() == 9 && has(cues, kSocialCue))) {
    const auto area = value_of(d.substr(0, 3)), group = value_of(d.substr(3, 2));
    if (area == 0 || area == 666 || group == 0 || d.ends_with("0000")) return {};
    const bool sample = d == "123456789" || d == "078051120" || d == "987654321";
    if (area < 900) return found(LeakKind::UsSsn, sample ? 0.3F : 1);
    const bool itin = group >= 50 && group != 89 && group != 93;
    return itin ? std::optional(found(LeakKind::UsItin)) : std::nullopt;
  }
  for (const CuedId& id : kCuedIds) {
    if (d.size() == id.count && has(cues, id.cues) && id.fits(d)) return found(id.kind);
  }
  switch (d.size()) {
    case 10:
    case 12: {  // 850709-9805 and 19850709-9805
      const std::string_view tail = d.substr(d.size() - 10);
      const bool shape = number.is({6, 4}, '-') || number.is({8, 4}, '-');
      if (shape && is_date(tail) && luhn_fits(tail)) return found(LeakKind::SePersonnummer);
      break;
    }
    case 11:
      if (number.groups == 4 && number.marks[2] == '-' && br_cpf_fits(d) && number.sizes[3] == 2 &&
          number.sizes[0] == 3) {
        return found(LeakKind::BrCpf);
      }
      if (number.groups == 5 && number.sizes[3] == 3 && is_date(d) && be_number_fits(d)) {
        return found(LeakKind::BeNationalNumber);
      }
      break;
    case 13:
      if (number.is({3, 4, 4, 2}, '.') && ch_ahv_fits(d)) return found(LeakKind::ChAhv);
      if (number.is({6, 7}, '-') && kr_resident_fits(d)) return found(LeakKind::KrResidentId);
      break;
    case 14:
      if (number.groups == 5 && number.marks[2] == '/' && br_cnpj_fits(d)) {
        return found(LeakKind::BrCnpj);
      }
      break;
    case 15:
      if (fr_nir_fits(d)) return found(LeakKind::FrNir);
      break;
    case 18:
      if (number.groups == 1 && cn_resident_fits(d, d[17])) return found(LeakKind::CnResidentId);
      break;
    default:
      break;
  }
  return {};
}

bool is_hetu(const Number& number, char next) {
  constexpr std::string_view kCheck = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  if (!number.is({6, 3}, '-')) return false;
  const auto day = value_of(number.text().substr(0, 2)),
             month = value_of(number.text().substr(2, 2));
  return day >= 1 && day <= 31 && month >= 1 && month <= 12 &&
         kCheck[value_of(number.text()) % 31] == next;
}

std::optional<NationalId> match_national_word(std::string_view word, Cues cues) {
  const auto found = [](LeakKind kind, float part = 1) { return NationalId{kind, part}; };
  if (word.size() == 9 && has_shape(word, "LLDDDDDDL") && uk_nino_fits(word)) {
    return found(LeakKind::UkNino, has(cues, kInsuranceCue) ? 1 : 0.6F);
  }
  const bool dni = has_shape(word, "DDDDDDDDL");
  if (dni || (has_shape(word, "LDDDDDDDL") && word[0] >= 'X' && word[0] <= 'Z')) {
    if (es_dni_fits(word)) return found(LeakKind::EsDni);
  }
  if (has_shape(word, "LLLLLDDDDL") &&
      std::string_view("ABCFGHLJPT").find(word[3]) != std::string_view::npos) {
    return found(LeakKind::InPan, has(cues, kPanCue) ? 1 : 0.5F);
  }
  if (word.size() == 16 && it_fiscal_code_fits(word)) return found(LeakKind::ItFiscalCode);
  if (word.size() == 18 && (word[17] == 'X' || word[17] == 'x') && run_end(word, 0, kDigit) == 17 &&
      cn_resident_fits(word, 'X')) {
    return found(LeakKind::CnResidentId);
  }
  return {};
}

}  // namespace vedette::prompt
