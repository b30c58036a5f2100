#include "prompt/numbers.h"

#include "base/text.h"
#include "prompt/leak_bytes.h"

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::size_t kWindow = 48;  ///< how far before a number its words may stand
constexpr std::size_t kGap = 16;     ///< between the last of them and the number
constexpr std::size_t kWordMax = 20;
constexpr ByteSet kWordBytes = kLetter | kHigh;

struct CueWord {
  std::string_view word;
  Cues cues;
};

/// Sorted.
constexpr CueWord kWords[] = {
    {"aadhaar", kAadhaarCue},
    {"aadhar", kAadhaarCue},
    {"amex", kCardCue},
    {"answering", kPhoneCue},
    {"birth", kBirthCue},
    {"birthdate", kBirthCue},
    {"birthday", kBirthCue},
    {"birthnumber", kNordicCue},
    {"born", kBirthCue},
    {"bsn", kBsnCue},
    {"build", kVersionCue},
    {"burgerservicenummer", kBsnCue},
    {"call", kPhoneCue},
    {"card", kCardCue},
    {"cc", kCardCue},
    {"cell", kPhoneCue},
    {"cellphone", kPhoneCue},
    {"cnpj", kCnpjCue},
    {"contact", kPhoneCue},
    {"cpf", kCpfCue},
    {"credit", kCardCue},
    {"debit", kCardCue},
    {"desk", kPhoneCue},
    {"dial", kPhoneCue},
    {"dob", kBirthCue},
    {"driver", kDriverCue},
    {"drivers", kDriverCue},
    {"driving", kDriverCue},
    {"fax", kPhoneCue},
    {"firmware", kVersionCue},
    {"fnr", kNordicCue},
    {"fodselsnummer", kNordicCue},
    {"f\xC3\xB8"
     "dselsnummer",
     kNordicCue},
    {"geboren", kBirthCue},
    {"handy", kPhoneCue},
    {"home", kPhoneCue},
    {"id", kIdentityCue},
    {"identification", kIdentityCue},
    {"identity", kIdentityCue},
    {"idnr", kTaxCue},
    {"insurance", kInsuranceCue},
    {"kimlik", kTcknCue},
    {"licence", kLicenceCue},
    {"license", kLicenceCue},
    {"mastercard", kCardCue},
    {"medicare", kMedicareCue},
    {"messages", kPhoneCue},
    {"mobile", kPhoneCue},
    {"national", kInsuranceCue},
    {"nhs", kNhsCue},
    {"office", kPhoneCue},
    {"pan", kPanCue},
    {"passport", kPassportCue},
    {"personnummer", kNordicCue},
    {"pesel", kPeselCue},
    {"phone", kPhoneCue},
    {"phones", kPhoneCue},
    {"reach", kPhoneCue},
    {"release", kVersionCue},
    {"sin", kSinCue},
    {"sms", kPhoneCue},
    {"social", kSocialCue | kSinCue},
    {"sofinummer", kBsnCue},
    {"ssn", kSocialCue},
    {"steuer", kTaxCue},
    {"steuerid", kTaxCue},
    {"tax", kTaxCue},
    {"tckn", kTcknCue},
    {"tel", kPhoneCue},
    {"telefon", kPhoneCue},
    {"telefone", kPhoneCue},
    {"telefono", kPhoneCue},
    {"telephone", kPhoneCue},
    {"tfn", kTaxCue},
    {"tin", kTaxCue},
    {"uidai", kAadhaarCue},
    {"v", kVersionCue},
    {"ver", kVersionCue},
    {"version", kVersionCue},
    {"visa", kCardCue},
    {"whatsapp", kPhoneCue},
    {"work", kPhoneCue},
};

/// What may part two groups at `at`, and how many bytes of it; 0: nothing does.
std::size_t mark_size(std::string_view text, std::size_t at, char& mark) {
  const auto digit = [&](std::size_t i) { return in(text, i, kDigit); };
  if (at >= text.size()) return 0;
  mark = text[at];
  if (mark == ' ' || mark == '-' || mark == '.' || mark == '/') {
    if (digit(at + 1)) return 1;
    return mark == ' ' && at + 2 < text.size() && text[at + 1] == '(' && digit(at + 2) ? 2 : 0;
  }
  if (mark == '(') return digit(at + 1) ? 1 : 0;
  if (mark != ')') return 0;
  if (digit(at + 1)) return 1;
  const bool wide = at + 2 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '-');
  return wide && digit(at + 2) ? 2 : 0;
}

}  // namespace

bool Number::is(std::initializer_list<int> group_sizes, char mark) const {
  if (groups != group_sizes.size()) return false;
  std::size_t i = 0;
  for (const int size : group_sizes) {
    if (sizes[i] != size || (i > 0 && marks[i - 1] != mark)) return false;
    ++i;
  }
  return true;
}

Number Number::cut(std::uint8_t n) const {
  Number head = *this;
  head.groups = n;
  head.count = 0;
  for (std::size_t i = 0; i < n; ++i) head.count = static_cast<std::uint8_t>(head.count + sizes[i]);
  head.marks[n - 1u] = 0;
  head.end = ends[n - 1u];
  return head;
}

Number read_number(std::string_view text, std::size_t at) {
  Number number;
  number.begin = at;
  if (number.begin > 0 && text[number.begin - 1] == '+') {
    --number.begin;
    number.plus = true;
  }
  if (number.begin > 0 && text[number.begin - 1] == '(') {
    --number.begin;
    number.bracket = true;
  }
  while (number.groups < number.sizes.size()) {
    const std::size_t end = run_end(text, at, kDigit);
    const std::size_t size = end - at;
    if (number.count + size > number.digits.size()) {
      if (number.groups == 0) number.end = end;
      break;
    }
    std::copy_n(text.data() + at, size, number.digits.data() + number.count);
    number.count = static_cast<std::uint8_t>(number.count + size);
    number.sizes[number.groups] = static_cast<std::uint8_t>(size);
    number.ends[number.groups] = number.end = end;
    char mark = 0;
    const std::size_t skip = mark_size(text, end, mark);
    number.marks[number.groups++] = skip > 0 ? mark : '\0';
    if (skip == 0) break;
    at = end + skip;
  }
  if (number.groups > 0) number.marks[number.groups - 1u] = 0;
  const auto last = number.marks.begin() + number.groups;
  if (number.bracket && std::find(number.marks.begin(), last, ')') == last) {
    ++number.begin;  // it closes behind the number, or never
    number.bracket = false;
  }
  return number;
}

Cues cue_of(std::string_view word) {
  if (word.empty() || word.size() > kWordMax) return 0;
  char buffer[kWordMax];
  std::transform(word.begin(), word.end(), buffer, lower);
  const std::string_view lowered(buffer, word.size());
  static_assert(std::is_sorted(std::begin(kWords), std::end(kWords),
                               [](const auto& a, const auto& b) { return a.word < b.word; }));
  const auto found = std::lower_bound(std::begin(kWords), std::end(kWords), lowered,
                                      [](const CueWord& a, auto b) { return a.word < b; });
  return found != std::end(kWords) && found->word == lowered ? found->cues : 0;
}

Cues CueReader::before(std::size_t at) {
  const std::size_t old_end = word_end_;
  std::size_t letter = at;
  const std::size_t stop = std::max(seen_, at > kGap ? at - kGap : 0);
  while (letter > stop && !in(text_[letter - 1], kWordBytes)) --letter;
  if (letter > stop) word_end_ = letter;
  seen_ = std::max(seen_, at);
  if (word_end_ + kGap <= at || word_end_ == 0) return 0;
  if (word_end_ == old_end) return cues_;
  cues_ = 0;
  const std::size_t from = word_end_ > kWindow ? word_end_ - kWindow : 0;
  for (std::size_t end = word_end_; end > from;) {
    const std::size_t begin = run_begin(text_, end, kWordBytes, end - from);
    cues_ |= cue_of(text_.substr(begin, end - begin));
    end = begin;
    while (end > from && !in(text_[end - 1], kWordBytes)) --end;
  }
  return cues_;
}

}  // namespace vedette::prompt
