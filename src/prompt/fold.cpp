#include "prompt/fold.h"

#include "base/assert.h"
#include "base/text.h"
#include "base/utf8.h"

#include <cstring>

namespace vedette::prompt {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
constexpr std::size_t kRoom = 64;
constexpr std::uint32_t kInvalid = 0xFFFFFFFF, kBlackFlag = 0x1F3F4, kTagEnd = 0xE007F;
constexpr std::size_t kFlagTagsMax = 8;

/// What each character of ASCII folds to; 0 for those that go.
constexpr auto kAscii = [] {
  std::array<char, 128> folded{};
  for (std::size_t c = 0; c < folded.size(); ++c) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    const bool capital = c >= 'A' && c <= 'Z';
    folded[c] = static_cast<char>(blank ? ' ' : c < ' ' || c == 127 ? 0 : capital ? c | 0x20 : c);
  }
  return folded;
}();

bool is_small_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_ideograph(std::uint32_t code) {
  return (code >= 0x3400 && code < 0xA000) || (code >= 0x20000 && code < 0x40000);
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// memcpy for one to three bytes, mostly, without the call.
void copy_few(std::string_view bytes, char* out) {
  switch (bytes.size()) {
    case 1:
      *out = bytes[0];
      break;
    case 2:
      std::memcpy(out, bytes.data(), 2);
      break;
    case 3:
      std::memcpy(out, bytes.data(), 2);
      out[2] = bytes[2];
      break;
    default:
      std::memcpy(out, bytes.data(), bytes.size());
  }
}

/// Folds eight bytes where that is only a matter of case: all of them ASCII that can be seen, no
/// two blanks in a row. `blank` says whether there was one before, and then whether one is last.
bool fold_eight(const char* in, char* out, std::uint64_t& blank) {
  std::uint64_t x = 0;
  std::memcpy(&x, in, 8);
  const std::uint64_t other = x | ~(x + kOnes * 0x60) | (x + kOnes);  // above, below, delete
  const std::uint64_t blanks = ~(x + kOnes * 0x5F) & kHighs;
  if ((other & kHighs) != 0 || (blanks & (blanks << 8 | blank)) != 0) return false;
  const std::uint64_t capitals = (x + kOnes * 0x3F) & ~(x + kOnes * 0x25) & kHighs;
  x |= capitals >> 2;
  std::memcpy(out, &x, 8);
  blank = blanks >> 56;
  return true;
}

}  // namespace

std::string_view name_of(Hidden kind) {
  constexpr std::array<std::string_view, kHiddenKinds> kNames = {
      "control",        "zero-width",   "joiner", "soft-hyphen", "variation-selector",
      "direction-mark", "bidi-control", "tag",    "filler",      "stacked-mark",
      "invalid-utf8"};
  return kNames[static_cast<std::size_t>(kind)];
}

void Fold::run(std::string_view text) {
  start(text);
  while (in_ < source_.size()) {
    if (waiting_) settle_at_letter();
    ascii();
    if (in_ < source_.size()) word();
  }
  settle(Words::None);
  source_ = {};
}

void Fold::start(std::string_view text) {
  VD_ASSERT(text.size() < std::size_t{1} << 30);
  source_ = text;
  in_ = out_ = segment_ = marks_ = run_end_ = 0;
  run_ = 0;
  map_.clear();
  tags_.clear();
  variations_.clear();
  strips_ = counting_ = true;
  waiting_ = false;
  before_ = FoldClass::Blank;
  left_ = Words::None;
  hidden_ = {};
  if (text_.size() < text.size() + kRoom) text_.resize(text.size() + kRoom);
}

/// Copies plain ASCII, up to the next byte of something else.
void Fold::ascii() {
  const std::size_t size = source_.size();
  const char* const from = source_.data();
  std::size_t in = in_, out = out_;
  std::size_t run_in = in, run_out = out;
  std::uint64_t blank = out > 0 && text_[out - 1] == ' ' ? 0x80 : 0;
  const auto flush = [&] {
    if (out > run_out) map_.add(run_out, run_in, 1, 1, out - run_out);
  };
  for (bool more = true; more && in < size;) {
    while (size - in >= 8 && fold_eight(from + in, &text_[out], blank)) in += 8, out += 8;
    for (const std::size_t end = std::min(in + 8, size); in < end; ++in) {
      more = is_ascii(from[in]);
      if (!more) break;
      const char folded = kAscii[static_cast<std::size_t>(from[in])];
      if (folded == 0 || (folded == ' ' && blank != 0)) {
        flush();
        if (folded == 0) count(Hidden::Control, in, 1);
        run_in = in + 1;
        run_out = out;
      } else {
        text_[out++] = folded;
        blank = folded == ' ' ? 0x80 : 0;
      }
    }
  }
  flush();
  if (in > in_) {
    marks_ = 0;
    strips_ = strips_ || out > out_;
    if (out > out_) {
      before_ = text_[out - 1] == ' ' ? FoldClass::Blank : FoldClass::Plain;
      if (is_small_letter(text_[out - 1])) before_ = FoldClass::Latin;
      before_code_ = 0;
    }
  }
  in_ = in;
  out_ = out;
}

/// Whether the word at hand began with letters of ASCII. Notes, too, if there were any at all.
bool Fold::look_back() {
  std::size_t at = out_;
  while (at > segment_ && is_digit(text_[at - 1])) --at;
  const bool letter = at > segment_ && is_small_letter(text_[at - 1]);
  while (at > segment_ && !is_small_letter(text_[at - 1])) --at;
  if (at > segment_) left_ = Words::Latin;
  return letter;
}

/// Writes the rest of a word that has more than ASCII, and one character after it.
void Fold::word() {
  bool latin = look_back(), alike = false, distinct = false;
  const Place begin = here();
  bool loose = false;
  for (bool inside = true; inside && in_ < source_.size();) {
    switch (const FoldClass kind = step(Letters::AsTheyAre)) {
      case FoldClass::Latin:
        latin = true;
        break;
      case FoldClass::Alike:
        alike = true;
        break;
      case FoldClass::Loose:
        loose = true;
        break;
      case FoldClass::Distinct:
        distinct = true;
        break;
      default:
        inside = kind == FoldClass::Mark || kind >= FoldClass::Control ||
                 (kind == FoldClass::Plain && out_ > 0 && is_digit(text_[out_ - 1]));
    }
  }
  const std::size_t end = in_;
  const Letters letters = latin ? Letters::Latin : Letters::AsTheyAre;
  if (latin || distinct || loose) {
    const Words words = latin ? Words::Latin : Words::Distinct;
    if (waiting_) {
      again(begin, begin.in, letters);  // only the words that wait are looked at
      settle(words);
      again(here(), end, letters);
    } else if (latin && (alike || loose)) {
      again(begin, end, letters);
    }
    left_ = words;
  } else if (alike && !waiting_) {
    waiting_ = true;
    wait_ = begin;
    wait_left_ = left_;
  }
  segment_ = out_;
}

/// Goes back to `from` and writes the text up to `to` for the second time.
void Fold::again(const Place& from, std::size_t to, Letters letters) {
  in_ = from.in;
  out_ = from.out;
  strips_ = from.strips;
  map_.rewind(from.runs);
  counting_ = false;
  while (in_ < to) step(letters);
  counting_ = true;
}

/// The words that wait become Latin if no neighbour speaks against it and one speaks for it.
void Fold::settle(Words right) {
  if (!waiting_) return;
  waiting_ = false;
  const bool against = wait_left_ == Words::Distinct || right == Words::Distinct;
  if (!against && (wait_left_ == Words::Latin || right == Words::Latin)) {
    again(wait_, in_, Letters::Latin);
  }
  left_ = right;
  segment_ = out_;
}

void Fold::settle_at_letter() {
  for (std::size_t at = in_; at < source_.size() && is_ascii(source_[at]); ++at) {
    if (is_small_letter(lower(source_[at]))) return settle(Words::Latin);
  }
}

inline Fold::Char Fold::next() const {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(source_.data()) + in_;
  const std::size_t left = source_.size() - in_;
  const auto low = [&](std::size_t i) { return std::uint32_t{bytes[i]} & 0x3F; };
  const std::uint32_t first = bytes[0];
  if (first < 0x80) return {first, 1};
  if (first - 0xC2 < 0x1E && left > 1 && (bytes[1] & 0xC0) == 0x80) {
    return {(first & 0x1F) << 6 | low(1), 2};
  }
  switch (utf8_length(source_.substr(in_, 4))) {
    case 3:
      return {(first & 0x0F) << 12 | low(1) << 6 | low(2), 3};
    case 4:
      return {(first & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3), 4};
    default:
      return {kInvalid, 1};
  }
}

inline void Fold::write(std::string_view bytes, std::size_t in_bytes) {
  const std::size_t size = bytes.size();
  const bool same = size == in_bytes;
  map_.add(out_, in_, same ? 1 : size, same ? 1 : in_bytes, same ? size : 1);
  copy_few(bytes, &text_[out_]);
  out_ += size;
  in_ += in_bytes;
  if (size > in_bytes) make_room();
}

/// For what is left of the text, if that takes no more than its own size.
void Fold::make_room() {
  const std::size_t need = out_ + (source_.size() - in_) + kRoom;
  if (text_.size() < need) text_.resize(need + need / 2);
}

/// Folds one character. What cannot be seen is of a class from Control on.
FoldClass Fold::step(Letters letters) {
  const Char c = next();
  if (c.code == kInvalid) {
    count(Hidden::Invalid, in_, 1);
    ++in_;
    return FoldClass::Control;
  }
  const FoldEntry& entry = fold_entry(c.code);
  if (entry.kind >= FoldClass::Control) {
    hide(entry.kind, c);
    return entry.kind;
  }
  marks_ = entry.kind == FoldClass::Mark ? marks_ + 1 : 0;
  if (entry.kind == FoldClass::Blank) {
    blank(c.bytes);
  } else if (entry.kind == FoldClass::Mark && strips_) {
    if (marks_ > 2) count(Hidden::StackedMark, in_, c.bytes);
    in_ += c.bytes;
    return entry.kind;
  } else if (letters == Letters::Latin && entry.latin != 0) {
    write({&entry.latin, 1}, c.bytes);
    strips_ = true;
  } else {
    const char* const own = source_.data() + in_;
    write(entry.bytes == 0 ? std::string_view(own, c.bytes)
                           : std::string_view(kFoldTexts + entry.text, entry.bytes),
          c.bytes);
    if (entry.kind != FoldClass::Mark) strips_ = entry.strips_marks;
  }
  before_ = entry.kind;
  before_code_ = c.code;
  return entry.kind;
}

void Fold::blank(std::size_t bytes) {
  strips_ = true;
  if (out_ > 0 && text_[out_ - 1] == ' ') {
    in_ += bytes;
  } else {
    write(" ", bytes);
  }
}

/// Whether what cannot be seen has a purpose where it stands.
bool Fold::needed(FoldClass kind, Char c) const {
  bool after_other = before_ == FoldClass::Other || before_ == FoldClass::Mark;
  switch (kind) {
    case FoldClass::Joiner:
    case FoldClass::DirectionMark:
      return after_other && run_end_ != in_;
    case FoldClass::Variation:  // of an emoji, or a digit on a key; the others of letters
      if (c.code == 0xFE0E || c.code == 0xFE0F) after_other |= before_ == FoldClass::Plain;
      return run_end_ != in_ && after_other && (c.code < 0xE0100 || is_ideograph(before_code_));
    case FoldClass::ZeroWidth:
      return c.code == 0xFEFF && in_ == 0;
    default:
      return false;
  }
}

void Fold::hide(FoldClass kind, Char c) {
  const std::size_t begin = in_;
  if (kind == FoldClass::Tag && counting_) return collect_tags();
  in_ += c.bytes;
  if (!counting_) return;
  constexpr auto kFirst = static_cast<std::uint8_t>(FoldClass::Control);
  const auto hidden = static_cast<Hidden>(static_cast<std::uint8_t>(kind) - kFirst);
  in_ = begin;
  if (needed(kind, c)) {
    // A selector may stand here once; the next one beside it is one too many.
    if (kind == FoldClass::Variation) run_end_ = begin + c.bytes, run_ = 0, run_kind_ = hidden;
  } else {
    count(hidden, begin, c.bytes);
    if (kind == FoldClass::Variation) {
      const bool first = c.code < 0xFE10 && c.code >= 0xFE00;
      const auto byte = static_cast<char>(first ? c.code - 0xFE00 : c.code - 0xE0100 + 16);
      if (first || c.code >= 0xE0100) variations_.put({&byte, 1}, begin, c.bytes);
    }
  }
  in_ = begin + c.bytes;
}

/// A run of tags: a flag if they are few, end as one and stand on the black flag.
void Fold::collect_tags() {
  const std::size_t begin = in_;
  std::size_t tags = 0;
  std::uint32_t last = 0;
  for (; in_ < source_.size(); in_ += 4, ++tags) {
    const Char c = next();
    if (c.code == kInvalid || fold_entry(c.code).kind != FoldClass::Tag) break;
    last = c.code;
  }
  if (before_code_ == kBlackFlag && last == kTagEnd && tags <= kFlagTagsMax) return;
  for (std::size_t at = begin; at < in_; at += 4) {
    count(Hidden::Tag, at, 4);
    const auto byte = static_cast<char>((source_[at + 2] & 1) << 6 | (source_[at + 3] & 0x3F));
    if (byte >= ' ' && byte < 127) tags_.put({&byte, 1}, at, 4);
  }
}

void Fold::count(Hidden kind, std::size_t begin, std::size_t bytes) {
  if (!counting_) return;
  HiddenCount& all = hidden_[static_cast<std::size_t>(kind)];
  run_ = begin == run_end_ && run_kind_ == kind ? run_ + 1 : 1;
  run_kind_ = kind;
  run_end_ = begin + bytes;
  const auto end = static_cast<std::uint32_t>(run_end_);
  if (all.count == 0) all.first = {static_cast<std::uint32_t>(begin), end};
  if (all.first.end == begin) all.first.end = end;
  ++all.count;
  all.longest = std::max(all.longest, run_);
}

std::string fold(std::string_view text) {
  Fold folder;
  folder.run(text);
  return std::string(folder.text());
}

}  // namespace vedette::prompt
