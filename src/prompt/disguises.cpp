#include "prompt/disguises.h"

#include "base/text.h"
#include "prompt/patches.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace vedette::prompt {
namespace {

#include "prompt/letter_pairs.inc"

constexpr std::size_t kBlank = 26, kLetters = 27;
constexpr int kNoise = -76;            // 8 * log2(1 / 729): what a pair has where all are as likely
constexpr int kDisguisedMin = 8 * 36;  // bits by which the other reading has to be likelier
constexpr std::size_t kLeetWordMax = 40, kLeetNear = 64;
constexpr std::size_t kSpacedLettersMin = 5, kGapMax = 4;
constexpr std::size_t kCompoundMin = 15, kCompoundMax = 128, kCompoundWordsMin = 3;
constexpr std::uint32_t kMore = 32;
constexpr std::size_t kBlock = 16;  // what disguised pieces are measured in
constexpr int kUsual = 16;          // by how much i goes before l as what 1 means

/// Which letter each byte is; everything else is as good as a blank.
constexpr auto kIndex = [] {
  std::array<std::uint8_t, 256> index{};
  index.fill(kBlank);
  for (std::size_t i = 0; i < 26; ++i) {
    index['a' + i] = index['A' + i] = static_cast<std::uint8_t>(i);
  }
  return index;
}();

constexpr std::size_t index_of(char c) {
  return kIndex[static_cast<unsigned char>(c)];
}
constexpr bool is_letter(char c) {
  return index_of(c) != kBlank;
}
constexpr std::size_t moved_by_13(std::size_t letter) {
  return letter == kBlank ? kBlank : (letter + 13) % 26;
}

/// By how many eighths of a bit each pair is likelier moved by 13 places (the lower half, signed)
/// and backwards (the upper half). Sums of them are sums of both.
using Gains = std::int64_t;
constexpr int rot13_of(Gains sum) {
  return static_cast<std::int32_t>(sum);
}
constexpr int backwards_of(Gains sum) {
  return static_cast<int>((sum - rot13_of(sum)) >> 32);
}
constexpr auto kGains = [] {
  std::array<std::array<Gains, 32>, kLetters> gains{};
  for (std::size_t a = 0; a < kLetters; ++a) {
    for (std::size_t b = 0; b < kLetters; ++b) {
      const int plain = kLetterPairs[a][b];
      const int moved = kLetterPairs[moved_by_13(a)][moved_by_13(b)];
      gains[a][b] = Gains{kLetterPairs[b][a] - plain} * (Gains{1} << 32) + moved - plain;
    }
  }
  return gains;
}();

/// Finds where a sum of gains that starts anew whenever it would be negative rises high enough.
class Rise {
 public:
  /// What the bytes `begin` to `end` gain.
  void add(int gain, std::size_t begin, std::size_t end) {
    if (sum_ <= 0) {
      settle();
      sum_ = 0;
      begin_ = begin;
    }
    sum_ += gain;
    if (sum_ > peak_) {
      peak_ = sum_;
      end_ = end;
    }
  }
  /// Notes the piece that ends here, if it was one.
  void settle() {
    if (peak_ >= kDisguisedMin) {
      if (found_.end == 0) found_.begin = static_cast<std::uint32_t>(begin_);
      found_.end = static_cast<std::uint32_t>(end_);
    }
    peak_ = 0;
  }
  Span found() const { return found_; }

 private:
  int sum_ = 0, peak_ = 0;
  std::size_t begin_ = 0, end_ = 0;
  Span found_;
};

/// The piece and, as its first and last words may say little, some more on both sides.
Span with_more(std::string_view text, Span piece) {
  if (piece.end == 0) return {};
  const auto size = static_cast<std::uint32_t>(text.size());
  piece.begin -= std::min(piece.begin, kMore);
  piece.end += std::min(size - piece.end, kMore);
  while (piece.begin > 0 && text[piece.begin - 1] != ' ') --piece.begin;
  while (piece.end < size && text[piece.end] != ' ') ++piece.end;
  return piece;
}

/// The letter that each digit or sign stands for among letters; 0 for what is none.
constexpr auto kMeant = [] {
  std::array<char, 256> meant{};
  constexpr std::string_view kSigns = "013456789@$!|", kFor = "oieasgtbgasii";
  for (std::size_t i = 0; i < kSigns.size(); ++i) {
    meant[static_cast<unsigned char>(kSigns[i])] = kFor[i];
  }
  return meant;
}();
char meant(char c) {
  return kMeant[static_cast<unsigned char>(c)];
}

/// What stands at `at` or is meant there, after the letter `before`. 1 is i or l: what goes better
/// with both sides.
char choose(std::string_view word, std::size_t at, char before) {
  const char letter = meant(word[at]);
  if (letter == 0) return word[at];
  if (word[at] != '1') return letter;
  const char next = at + 1 < word.size() ? word[at + 1] : ' ';
  const std::size_t after = index_of(meant(next) == 0 ? next : meant(next));
  const auto score = [&](char c) {
    return kLetterPairs[index_of(before)][index_of(c)] + kLetterPairs[index_of(c)][after];
  };
  return score('l') > score('i') + kUsual ? 'l' : 'i';
}

/// Maybe: there are digits or signs, but they need a neighbour to say that they are letters.
enum class LeetWord { No, Maybe, Yes };

/// Whether a word has digits or signs among its letters and reads better with letters there.
LeetWord leet_word(std::string_view word) {
  std::size_t letters = 0, signs = 0;
  bool at_sign = false, dot = false, among = false;
  int score = 0;
  char before = ' ';
  if (word.size() > kLeetWordMax) return LeetWord::No;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const char c = word[at], next = at + 1 < word.size() ? word[at + 1] : ' ';
    const bool sign = meant(c) != 0;
    signs += sign ? 1 : 0;
    letters += is_letter(c) ? 1 : 0;
    at_sign |= c == '@';
    dot |= c == '.' || c == '/';
    among |= sign && (is_letter(next) || meant(next) != 0) &&
             (at == 0 ? word.size() > 3 && is_letter(next) : is_letter(word[at - 1]));
    const char letter = choose(word, at, before);
    score += kLetterPairs[index_of(before)][index_of(letter)] - kNoise;
    before = letter;
  }
  if (signs == 0 || (at_sign && dot)) return LeetWord::No;
  const bool likely = among && letters >= 2 && signs <= letters && score > 0;
  return likely ? LeetWord::Yes : LeetWord::Maybe;
}

/// Letters and digits of a word; what ends it, such as "!" or ",", stays.
std::string_view without_end(std::string_view word) {
  while (!word.empty() && !is_letter(word.back()) && !is_digit(word.back())) word.remove_suffix(1);
  return word;
}

/// Replaces digits and signs in the words from `begin` to `end`.
void replace_words(std::string_view text, std::size_t begin, std::size_t end, Patches& patches) {
  while (begin < end) {
    const std::size_t next = std::min(text.find(' ', begin), end);
    const std::string_view word = without_end(text.substr(begin, next - begin));
    char before = ' ';
    const std::size_t size = leet_word(word) == LeetWord::No ? 0 : word.size();
    for (std::size_t at = 0; at < size; ++at) {
      const char letter = choose(word, at, before);
      if (letter != word[at]) patches.replace(begin + at, begin + at + 1, {&letter, 1});
      before = letter;
    }
    begin = next + 1;
  }
}

/// A letter, digit or mark of punctuation that is no part of something longer.
bool is_alone(std::string_view text, std::size_t at) {
  const auto in_word = [&](std::size_t i) {
    return i < text.size() && (is_letter(text[i]) || is_digit(text[i]));
  };
  return at < text.size() && text[at] > ' ' && !in_word(at + 1);
}

/// Two letters with one character between them that is none.
bool is_apart(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && is_letter(text[at]) && is_letter(text[at + 2]) &&
         !is_letter(text[at + 1]) && !is_digit(text[at + 1]);
}

bool separates(char c) {
  return std::string_view(" \t.-_*/|,+~:;=#").find(c) != std::string_view::npos;
}

/// The next character that stands alone, a separator or the gap between words further; or npos.
std::size_t next_alone(std::string_view text, std::size_t at, char separator) {
  std::size_t next = at + 1;
  while (next < text.size() && next <= at + kGapMax &&
         (text[next] == separator || text[next] == ' ')) {
    ++next;
  }
  return next > at + 1 && is_alone(text, next) ? next : std::string_view::npos;
}

/// Joins letters from `begin` on that its separator sets apart; returns where they end.
std::size_t join_letters(std::string_view text, std::size_t begin, Patches& patches) {
  const char separator = text[begin + 1];
  std::size_t letters = 0;
  for (std::size_t at = begin; at != text.npos && letters < kSpacedLettersMin; ++letters) {
    at = next_alone(text, at, separator);
  }
  if (letters < kSpacedLettersMin) return begin + 1;
  for (std::size_t at = begin;;) {
    const std::size_t next = next_alone(text, at, separator);
    if (next == text.npos) return at + 1;
    const bool gap = next > at + 2 || text[at + 1] != separator;
    patches.replace(at + 1, next, gap ? " " : "");
    at = next;
  }
}

/// Where letters set apart begin, at `at` or one further, or as far back as `done`; or npos.
std::size_t spaced_begin(std::string_view text, std::size_t at, std::size_t done) {
  if (!is_apart(text, at)) ++at;
  if (!is_apart(text, at) || !is_apart(text, at + 2) || text[at + 1] != text[at + 3] ||
      !separates(text[at + 1])) {
    return text.npos;
  }
  while (at >= done + 2 && is_apart(text, at - 2) && text[at - 1] == text[at + 1]) at -= 2;
  if (at > 0 && (is_letter(text[at - 1]) || is_digit(text[at - 1]))) at += 2;
  return at;
}

/// The first place from `at` on, in steps of eight, where eight bytes may be letters; every run of
/// 15 letters has one.
std::size_t eight_letters(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data() + at, 8);
    if ((x & 0xC0C0C0C0C0C0C0C0) == 0x4040404040404040) return at;
  }
  return text.size();
}

/// Whether there may be a capital among eight bytes, those before them and those behind: if not,
/// they are of a long word and no compound.
bool may_have_capital(std::string_view text, std::size_t at) {
  unsigned all = 0x20;
  for (const char c : text.substr(at - std::min<std::size_t>(at, 8), 24)) {
    all &= static_cast<unsigned char>(c);
  }
  return all == 0;
}

void add_compound(std::string_view text, std::size_t begin, std::size_t end, MappedText& out) {
  const auto starts_word = [&](std::size_t at) {
    return (text[at] & 0x20) == 0 && (text[at - 1] & 0x20) != 0;
  };
  std::size_t words = 1;
  for (std::size_t at = begin + 1; at < end; ++at) words += starts_word(at) ? 1 : 0;
  if (words < kCompoundWordsMin) return;
  for (std::size_t at = begin + 1; at < end; ++at) {
    if (!starts_word(at)) continue;
    out.copy(text, begin, at);
    out.put(" ", at, 1);
    begin = at;
  }
  out.copy(text, begin, end);
  out.put("\n", end - 1, 1);
}

}  // namespace

void undo_leet(std::string_view folded, MappedText& out) {
  Patches patches(folded, out);
  std::size_t done = 0;  // words before are dealt with
  std::size_t near = 0;  // words that begin before are near one that is leet for sure
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (meant(folded[at]) == 0) continue;
    std::size_t begin = at;
    while (begin > done && folded[begin - 1] != ' ') --begin;
    const std::size_t end = std::min(folded.find(' ', at), folded.size());
    const LeetWord kind = leet_word(without_end(folded.substr(begin, end - begin)));
    if (kind == LeetWord::Yes) {
      std::size_t from = std::max(done, begin - std::min(begin, kLeetNear));
      if (from > done) from = folded.find(' ', from) + 1;
      replace_words(folded, std::min(from, begin), end, patches);
      near = end + kLeetNear;
    } else if (begin < near) {
      replace_words(folded, begin, end, patches);
    }
    if (kind == LeetWord::Yes || begin < near) done = end;
    at = end;
  }
  patches.finish();
}

void undo_spacing(std::string_view text, MappedText& out) {
  Patches patches(text, out);
  std::size_t done = 0;
  // Five letters set apart take nine bytes, so one of every four places shows three of them.
  for (std::size_t at = 0; at + 4 < text.size();) {
    const unsigned letters = (is_letter(text[at]) ? 1u : 0u) | (is_letter(text[at + 1]) ? 2u : 0u) |
                             (is_letter(text[at + 2]) ? 4u : 0u) |
                             (is_letter(text[at + 3]) ? 8u : 0u);
    if (letters != 0b0101 && letters != 0b1010) {
      at += 4;
      continue;
    }
    const std::size_t begin = spaced_begin(text, at, done);
    if (begin != text.npos) done = join_letters(text, begin, patches);
    at = std::max(at + 4, done);
  }
  patches.finish();
}

void split_compounds(std::string_view text, MappedText& out) {
  out.clear();
  std::size_t done = 0;
  for (std::size_t at = eight_letters(text, 0); at < text.size(); at = eight_letters(text, at)) {
    if (!may_have_capital(text, at)) {
      at += 8;
      continue;
    }
    std::size_t begin = at, end = at;
    while (begin > done && is_letter(text[begin - 1])) --begin;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end - begin >= kCompoundMin && end - begin <= kCompoundMax) {
      add_compound(text, begin, end, out);
    }
    done = end;
    at += std::max<std::size_t>((end - at) / 8 * 8, 8);
  }
}

Disguised find_disguised(std::string_view folded) {
  Rise rot13, backwards;
  std::size_t before = kBlank;
  for (std::size_t begin = 0; begin < folded.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, folded.size());
    Gains sum = 0;
    for (std::size_t at = begin; at < end; ++at) {
      const std::size_t letter = index_of(folded[at]);
      sum += kGains[before][letter];
      before = letter;
    }
    rot13.add(rot13_of(sum), begin, end);
    backwards.add(backwards_of(sum), begin, end);
  }
  rot13.settle();
  backwards.settle();
  return {with_more(folded, rot13.found()), with_more(folded, backwards.found())};
}

void undo_rot13(std::string_view folded, Span piece, MappedText& out) {
  out.clear();
  out.copy(folded, piece.begin, piece.end);
  for (char& c : out.text) {
    if (is_letter(c)) c = static_cast<char>('a' + moved_by_13(index_of(c)));
  }
}

void undo_backwards(std::string_view folded, Span piece, MappedText& out) {
  out.clear();
  out.text.reserve(piece.end - piece.begin);
  for (std::size_t end = piece.end; end > piece.begin;) {
    std::size_t begin = end - 1;
    while (begin > piece.begin && (static_cast<unsigned char>(folded[begin]) & 0xC0) == 0x80) {
      --begin;
    }
    out.text.append(folded.substr(begin, end - begin));
    end = begin;
  }
}

}  // namespace vedette::prompt
