#include "store/words.h"

#include "base/hash.h"
#include "base/text.h"
#include "base/utf8.h"
#include "model/entity.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace vedette::store {
namespace {

constexpr std::uint64_t kEscaped = 0x45736361'70656421;
constexpr std::size_t kBitsPerWord = 10;
constexpr unsigned kProbes = 6;
constexpr std::uint64_t kAddressSeed = 0x6970, kNetworkSeed = 0x6E6574;
constexpr std::size_t kAddressBytesMax = 64;
constexpr std::string_view kMark = "\xEF\xBB\xBF";  // of UTF-8

constexpr std::uint64_t repeat(unsigned char byte) {
  return 0x0101'0101'0101'0101u * byte;
}

std::uint64_t load(const void* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

constexpr std::size_t kWindow = 64;

/// A bit for each of kWindow bytes: whether it belongs to words.
std::uint64_t word_mask(const char* window) {
  // Compilers make vector code of a loop like this one: no branch, and so often.
  std::array<unsigned char, kWindow> belongs;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const auto c = static_cast<unsigned char>(window[i]);
    const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
    const auto digit = static_cast<unsigned char>(c - '0');
    belongs[i] = static_cast<unsigned char>((letter < 26) | (digit < 10) | (c == '_') | (c >> 7));
  }
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kWindow; i += 8) {  // one bit of each byte, in a row
    mask |= (load(belongs.data() + i) * 0x0102'0408'1020'4080u >> 56) << i;
  }
  return mask;
}

std::uint64_t word_mask(std::string_view window) {
  if (window.size() >= kWindow) return word_mask(window.data());
  std::array<char, kWindow> padded{};
  std::memcpy(padded.data(), window.data(), window.size());
  return word_mask(padded.data());
}

bool is_word_byte(char c) {
  return is_digit(c) || c == '_' || (lower(c) >= 'a' && lower(c) <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Bit 5 tells upper from lower case; bytes that it confuses besides are not told apart here.
std::uint64_t mix(std::uint64_t hash, std::uint64_t bytes) {
  hash = (hash ^ (bytes | repeat(0x20))) * 0x9E37'79B9'7F4A'7C15u;
  return hash ^ hash >> 32;
}

std::uint64_t finish(std::uint64_t hash) {
  hash *= 0xBF58'476D'1CE4'E5B9u;
  return hash ^ hash >> 29;
}

constexpr auto kFirstBytes = [] {
  std::array<std::uint64_t, 9> masks{};
  for (std::size_t size = 1; size <= 8; ++size) masks[size] = ~std::uint64_t{0} >> (64 - 8 * size);
  return masks;
}();

/// A word of up to 8 bytes, the rest zero; `readable` from its first on may be read.
std::uint64_t load_short(const char* at, std::size_t size, std::size_t readable) {
  static_assert(std::endian::native == std::endian::little, "stored filters depend on it");
  if (readable >= 8) return load(at) & kFirstBytes[size];
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, size);
  return bytes;
}

std::uint64_t hash_of_short(std::uint64_t bytes, std::size_t size) {
  return finish(mix(size, bytes));
}

std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = word.size();
  const char* at = word.data();
  std::size_t left = word.size();
  for (; left > 8; left -= 8, at += 8) hash = mix(hash, load(at));
  // Overlaps what is hashed already, so that nothing behind the word is read.
  const std::uint64_t last = word.size() > 8 ? load(at + left - 8) : load_short(at, left, left);
  return finish(mix(hash, last));
}

const std::uint64_t kMessage = hash_of("message");

/// Of up to eight bytes as load_short() gives them.
bool are_digits(std::uint64_t bytes, std::size_t size) {
  const std::uint64_t x = bytes ^ (repeat('0') & kFirstBytes[size]);
  return ((x | (x + repeat(0x76))) & repeat(0x80)) == 0;
}

std::uint64_t hash_of(const IpAddress& ip, std::uint64_t seed) {
  return hash64({reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()}, seed);
}

std::uint64_t hash_of_v4(std::uint32_t address) {
  return mix64(kAddressSeed << 32 | address);
}

constexpr auto kAddressBytes = [] {
  std::array<bool, 256> is{};
  for (unsigned char c = '0'; c <= '9'; ++c) is[c] = true;
  for (unsigned char c = 'a'; c <= 'f'; ++c) is[c] = is[c - 0x20] = true;
  is[':'] = is['.'] = true;
  return is;
}();

bool is_address_byte(char c) {
  return kAddressBytes[static_cast<unsigned char>(c)];
}

std::optional<IpAddress> parse_token(std::string_view token) {
  // A sentence's or list's own point or colon may follow; a colon may be before.
  if (token.size() > 2 && token[0] == ':' && token[1] != ':') token.remove_prefix(1);
  while (token.ends_with('.')) token.remove_suffix(1);
  if (const auto ip = parse_ip(token)) return ip;
  return token.ends_with(':') ? parse_ip(token.substr(0, token.size() - 1)) : std::nullopt;
}

/// Calls `sink.word(hash)` for the words of `text`, some of them more than once, and
/// `sink.also(hash)` for those that only the value of a field may have, not the line as it stands.
template <typename Sink>
class Scan {
 public:
  Scan(std::string_view text, Sink& sink) : text_(text), sink_(sink) {}

  void run() {
    std::uint64_t before = 0;  // whether a word has begun
    std::size_t begin = 0;
    // Up to a window behind the last byte, for a word that ends there.
    for (std::size_t at = 0; at <= text_.size(); at += kWindow) {
      const std::uint64_t mask = word_mask(text_.substr(at, kWindow));
      const std::uint64_t moved = mask << 1 | before;
      std::uint64_t begins = mask & ~moved;
      for (std::uint64_t ends = moved & ~mask; ends != 0; ends &= ends - 1) {
        if (before == 0) {
          begin = at + static_cast<unsigned>(std::countr_zero(begins));
          begins &= begins - 1;
        }
        before = 0;
        word(begin, at + static_cast<unsigned>(std::countr_zero(ends)));
      }
      if (begins != 0) begin = at + static_cast<unsigned>(std::countr_zero(begins));
      before = mask >> 63;
    }
  }

 private:
  char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }

  void word(std::size_t begin, std::size_t end) {
    while (text_[begin] == kMark[0] && text_.substr(begin, end - begin).starts_with(kMark)) {
      begin += kMark.size();
      if (begin == end) return;
    }
    const char front = begin > 0 ? text_[begin - 1] : '\0';
    if (front == ':' || at(end) == ':') colon(begin, end, front);
    const std::size_t size = end - begin;
    if (front == '\\') escape(text_.substr(begin, size));
    if (size > 8) return long_word(begin, end);
    const std::uint64_t bytes = load_short(text_.data() + begin, size, text_.size() - begin);
    if (is_digit(text_[begin])) {
      if (are_digits(bytes, size)) {
        if (size <= 3 && (front == '.' || at(end) == '.')) return part(begin, end, front);
        if (size <= 6) return;
      } else if (is_time(text_.substr(begin, size))) {
        return;
      }
    }
    if (size < 2) return;
    const std::uint64_t hash = hash_of_short(bytes, size);
    sink_.word(hash);
    if ((bytes & repeat(0x80)) != 0) check_utf8(text_.substr(begin, size));
    if (hash == kMessage && lists_bytes(end)) sink_.escaped();
  }

  void long_word(std::size_t begin, std::size_t end) {
    const std::string_view word = text_.substr(begin, end - begin);
    if (is_digit(word[0]) && is_time(word)) return;
    sink_.word(hash_of(word));
    check_utf8(word);
  }

  /// Up to three digits: perhaps a part of an IPv4 address.
  void part(std::size_t begin, std::size_t end, char front) {
    unsigned value = 0;
    for (std::size_t i = begin; i < end; ++i) {
      value = value * 10 + static_cast<unsigned>(text_[i] - '0');
    }
    const bool goes_on = front == '.' && parts_end_ + 1 == begin;
    parts_ = value > 255 ? 0 : goes_on ? parts_ + 1 : 1;
    quad_ = quad_ << 8 | value;
    parts_end_ = end;
    if (parts_ >= 4) sink_.word(hash_of_v4(quad_));
  }

  /// Up to six digits, or nine, and perhaps 'T' and 'Z'.
  static bool is_time(std::string_view word) {
    std::size_t digits = 0;
    for (const char c : word) {
      if (is_digit(c)) {
        ++digits;
      } else if (lower(c) != 't' && lower(c) != 'z') {
        return false;
      }
    }
    return digits <= 6 || digits == 9;
  }

  void check_utf8(std::string_view word) {
    while (!word.empty()) {
      const std::size_t length = static_cast<unsigned char>(word[0]) < 0x80 ? 1 : utf8_length(word);
      if (length == 0) return sink_.escaped();
      word.remove_prefix(length);
    }
  }

  /// Two colons, or the sixth in a row with a word between each: perhaps IPv6.
  void colon(std::size_t begin, std::size_t end, char front) {
    const bool after = at(end) == ':';
    colons_ = front == ':' && colons_end_ + 1 == begin ? colons_ + 1 : 0;
    colons_end_ = end;
    const bool doubled =
        (after && at(end + 1) == ':') || (front == ':' && begin >= 2 && text_[begin - 2] == ':');
    if ((doubled || colons_ >= 6) && begin >= token_end_) address(after ? end : begin - 1);
  }

  /// What the colon there may be a part of.
  void address(std::size_t begin) {
    std::size_t end = begin;
    const std::size_t least = begin > kAddressBytesMax ? begin - kAddressBytesMax : 0;
    const std::size_t most = std::min(end + kAddressBytesMax, text_.size());
    while (begin > least && is_address_byte(text_[begin - 1])) --begin;
    while (end < most && is_address_byte(text_[end])) ++end;
    token_end_ = end;
    const auto ip = parse_token(text_.substr(begin, end - begin));
    if (!ip) return;
    if (ip->is_v4()) return sink_.also(hash_of_v4(ip->v4()));
    sink_.also(hash_of(*ip, kAddressSeed));
    sink_.also(hash_of(source_block(*ip), kNetworkSeed));
  }

  /// `\nroot` may be the word nroot, or root on a new line. `\u006e` may be anything.
  void escape(std::string_view word) {
    switch (word[0]) {
      case 'n':
      case 'r':
      case 't':
        if (word.size() > 2) again(word.substr(1));
        return;
      case 'b':  // these two may also begin an IPv6 address
      case 'f':
      case 'u':
      case 'x':
        return sink_.escaped();
      default:
        return;
    }
  }

  /// A word within another one. That it may be a number, or the first of an address, is not
  /// followed.
  void again(std::string_view word) {
    sink_.also(hash_of(word));
    if (is_digit(word[0])) sink_.escaped();
  }

  /// `"MESSAGE": [72,105]`: how journald exports texts that are not UTF-8.
  bool lists_bytes(std::size_t end) const {
    // The decoder takes control characters for blanks.
    while (end < text_.size() && (text_[end] == '"' || text_[end] == ':' ||
                                  static_cast<unsigned char>(text_[end]) <= ' ')) {
      ++end;
    }
    return at(end) == '[';
  }

  std::string_view text_;
  Sink& sink_;
  unsigned parts_ = 0;  // numbers in a row with dots between them
  std::uint32_t quad_ = 0;
  std::size_t parts_end_ = 0;
  unsigned colons_ = 0;
  std::size_t colons_end_ = 0;
  std::size_t token_end_ = 0;  // of the last address
};

template <typename Sink>
void scan(std::string_view text, Sink& sink) {
  Scan<Sink>(text, sink).run();
}

/// Whether a word goes on at `at`: what is before it belongs to it.
bool goes_on(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word_byte(text[at])) return false;
  while (text.substr(0, at).ends_with(kMark)) at -= kMark.size();
  return at > 0 && is_word_byte(text[at - 1]);
}

/// Takes the words that are sure to stand in a line that has the text.
struct TestSink {
  WordTest& test;
  void word(std::uint64_t hash) {
    if (test.all.size() < kTestWordsMax) test.all.push_back(hash);
  }
  void also(std::uint64_t) {}
  void escaped() {}
};

struct LineSink {
  const WordTest& test;
  std::uint64_t found = 0;  // a bit for each word of the test
  bool is_escaped = false;
  void word(std::uint64_t hash) {
    for (std::size_t i = 0; i < test.all.size(); ++i) {
      if (test.all[i] == hash) found |= std::uint64_t{1} << i;
    }
  }
  void also(std::uint64_t hash) { word(hash); }
  void escaped() { is_escaped = true; }
};

bool has(std::string_view filter, std::uint64_t word) {
  const std::uint64_t bits = filter.size() * 8;
  std::uint64_t probe = word & 0xFFFF'FFFF;
  const std::uint64_t step = word >> 32 | 1;
  for (unsigned i = 0; i < kProbes; ++i, probe = (probe + step) & 0xFFFF'FFFF) {
    const std::uint64_t bit = probe * bits >> 32;
    if ((static_cast<unsigned char>(filter[bit / 8]) >> (bit % 8) & 1) == 0) return false;
  }
  return true;
}

}  // namespace

WordTest words_of_phrase(std::string_view phrase) {
  WordTest test;
  TestSink sink{test};
  scan(phrase, sink);
  return test;
}

WordTest words_of_value(std::string_view value) {
  // What is shown as U+FFFD is another byte in the line.
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  WordTest test = words_of_phrase(value);
  test.or_escaped = true;
  return test;
}

WordTest words_of_address(const IpAddress& ip) {
  if (ip == IpAddress{}) return {};  // `::` is beside no word
  return {{ip.is_v4() ? hash_of_v4(ip.v4()) : hash_of(ip, kAddressSeed)}, true};
}

WordTest words_of_source(const IpAddress& ip) {
  if (ip.is_v4()) return words_of_address(ip);
  const IpAddress block = source_block(ip);
  if (block == IpAddress{}) return {};
  return {{hash_of(block, kNetworkSeed)}, true};
}

std::size_t find_phrase(std::string_view text, std::string_view phrase, std::size_t from) {
  if (phrase.empty()) return std::string_view::npos;
  for (;;) {
    const std::size_t at = text.find(phrase, from);
    if (at == std::string_view::npos) return at;
    const std::size_t end = at + phrase.size();
    const bool cut_behind =
        end < text.size() && is_word_byte(text[end - 1]) && is_word_byte(text[end]);
    if (!goes_on(text, at) && !cut_behind) return at;
    from = at + 1;
  }
}

bool passes(std::string_view line, const WordTest& test) {
  if (test.all.empty()) return true;
  LineSink sink{test};
  scan(line, sink);
  return (sink.is_escaped && test.or_escaped) ||
         sink.found == ~std::uint64_t{0} >> (64 - test.all.size());
}

bool filter_passes(std::string_view filter, const WordTest& test) {
  if (test.all.empty()) return true;
  if (filter.empty()) return false;
  if (test.or_escaped && has(filter, kEscaped)) return true;
  return std::all_of(test.all.begin(), test.all.end(),
                     [&](std::uint64_t word) { return has(filter, word); });
}

void WordSet::clear(std::size_t bytes) {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(bytes / 16, 64)), 0);
  size_ = 0;
}

void WordSet::insert(std::uint64_t word) {
  word += word == 0;
  const std::size_t last = slots_.size() - 1;
  for (std::size_t i = word & last;; i = (i + 1) & last) {
    if (slots_[i] == word) return;
    if (slots_[i] != 0) continue;
    slots_[i] = word;
    if (++size_ * 2 > slots_.size()) grow();
    return;
  }
}

void WordSet::grow() {
  std::vector<std::uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  size_ = 0;
  for (const std::uint64_t word : old) {
    if (word != 0) insert(word);
  }
}

bool WordSet::has(std::uint64_t word) const {
  word += word == 0;
  const std::size_t last = slots_.size() - 1;
  for (std::size_t i = word & last; !slots_.empty(); i = (i + 1) & last) {
    if (slots_[i] == word) return true;
    if (slots_[i] == 0) return false;
  }
  return false;
}

void WordSet::add(std::string_view lines) {
  struct Sink {
    WordSet& set;
    void word(std::uint64_t hash) { set.insert(hash); }
    void also(std::uint64_t hash) { set.insert(hash); }
    void escaped() { set.insert(kEscaped); }
  } sink{*this};
  if (slots_.empty()) clear(lines.size());
  scan(lines, sink);
}

std::string WordSet::filter() const {
  std::string filter((size_ * kBitsPerWord + 7) / 8, '\0');
  const std::uint64_t bits = filter.size() * 8;
  for (const std::uint64_t word : slots_) {
    if (word == 0) continue;
    std::uint64_t probe = word & 0xFFFF'FFFF;
    const std::uint64_t step = word >> 32 | 1;
    for (unsigned i = 0; i < kProbes; ++i, probe = (probe + step) & 0xFFFF'FFFF) {
      const std::uint64_t bit = probe * bits >> 32;
      auto& byte = filter[bit / 8];
      byte = static_cast<char>(static_cast<unsigned char>(byte) | 1u << (bit % 8));
    }
  }
  return filter;
}

}  // namespace vedette::store
