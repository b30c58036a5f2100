#include "anomaly/text_shape.h"

#include "anomaly/log_scale.h"
#include "base/hash.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <bit>

namespace vedette::anomaly {
namespace {

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::uint32_t not_zero(std::uint64_t hash) {
  const auto low = static_cast<std::uint32_t>(hash);
  return low == 0 ? 1 : low;
}

// What c log2 c grows by when c does, in 1024ths.
constexpr auto kEntropySteps = [] {
  std::array<std::uint16_t, kShapeBytesMax> steps{};
  const auto product = [](std::size_t c) {
    double log2 = 0;
    auto rest = static_cast<double>(c);
    for (; rest >= 2; rest /= 2) log2 += 1;
    return c == 0 ? 0 : static_cast<double>(c) * (log2 + tables::log2_of(rest));
  };
  for (std::size_t c = 0; c < steps.size(); ++c) {
    steps[c] = static_cast<std::uint16_t>(tables::rounded((product(c + 1) - product(c)) * 1024));
  }
  return steps;
}();

/// Letters, digits and `others`.
constexpr std::array<bool, 256> bytes_of(std::string_view others) {
  std::array<bool, 256> of{};
  for (std::size_t c = 0; c < 128; ++c) {
    const auto byte = static_cast<char>(c);
    of[c] = is_letter(byte) || (byte >= '0' && byte <= '9');
  }
  for (const char c : others) of[static_cast<unsigned char>(c)] = true;
  return of;
}
constexpr auto kOrdinaryInQuery = bytes_of("&=_-.+,:;/@~");
constexpr auto kOrdinaryInWord = bytes_of("=_-.+,@~'\"");

constexpr std::uint8_t kLetter = 1, kDigit = 2, kHex = 4;
constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t i = 0; i < 128; ++i) {
    const auto c = static_cast<char>(i);
    const bool digit = c >= '0' && c <= '9';
    const bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    classes[i] = static_cast<std::uint8_t>((is_letter(c) ? kLetter : 0) | (digit ? kDigit : 0) |
                                           (hex ? kHex : 0));
  }
  return classes;
}();

constexpr std::uint32_t kIdFactor = 0x9E3779B1;  // odd, of bits by chance

/// How many hexadecimal digits stand at `at`, if they are 16 or more, else how many decimal ones.
std::size_t id_length(std::string_view text, std::size_t at) {
  std::size_t digits = 0;
  while (at + digits < text.size() && is_digit(text[at + digits])) ++digits;
  std::size_t hex = digits;
  while (at + hex < text.size() && hex_digit(text[at + hex]) >= 0) ++hex;
  return hex >= 16 ? hex : digits;
}

constexpr std::uint32_t kPipe = 1, kRow = 2, kRedirection = 4, kWithin = 8, kEscape = 16, kRun = 32,
                        kNetwork = 64;
static_assert(std::popcount(127u) == kCommandSigns);
constexpr std::size_t kRunMin = 24;

/// Reads a command line as a shell would split it, but for quotes: what is odd about a command is
/// often within them.
class CommandReader {
 public:
  explicit CommandReader(std::string_view command) : text_(command) {}

  CommandShape read() {
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (!kOrdinaryInWord[static_cast<unsigned char>(text_[at])]) take(at);
    }
    end_command(text_.size());
    CommandShape shape;
    shape.hash = not_zero(mix64(hash_));
    shape.oddness = static_cast<float>(std::popcount(signs_)) / kCommandSigns;
    return shape;
  }

 private:
  char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  bool stands(std::string_view what, std::size_t at) const {
    return text_.substr(at, what.size()) == what;
  }

  void take(std::size_t at) {
    const char c = text_[at], next = byte(at + 1), before = at > 0 ? text_[at - 1] : '\0';
    switch (c) {
      case '|':
      case '&':
      case ';':
      case '\n':
        if (c == '&' && (before == '>' || before == '<')) break;  // a part of the redirection
        if (c == '|' && next != '|' && before != '|') signs_ |= kPipe;
        if (c == ';' || c == '\n' || next == c) signs_ |= kRow;
        end_command(at);
        break;
      case '`':
      case '(':
        if (c == '`' || before == '$') signs_ |= kWithin;
        end_command(at);
        break;
      case '>':
      case '<':
        signs_ |= kRedirection;
        end_word(at);
        break;
      case ' ':
      case '\t':
        end_word(at);
        break;
      case '\\':
        if (next == 'x' || is_digit(next)) signs_ |= kEscape;
        break;
      case ':':
        if (stands("://", at)) signs_ |= kNetwork;
        break;
      case '/':
        if (stands("/dev/tcp/", at) || stands("/dev/udp/", at)) signs_ |= kNetwork;
        break;
      default:
        break;
    }
  }

  void end_word(std::size_t end) {
    const std::string_view word = text_.substr(begin_, end - begin_);
    begin_ = end + 1;
    if (word.empty()) return;
    if (word.size() >= kRunMin && has_run(word)) signs_ |= kRun;
    if (program_ == 0) {
      // What stands before a program is not it: sudo, or VARIABLE=value.
      if (word == "sudo" || word.find('=') != std::string_view::npos) return;
      program_ = hash64(word.substr(word.rfind('/') + 1)) | 1;
    } else if (word.starts_with("--")) {
      options_ += mix64(hash64(word.substr(0, word.find('='))));
    } else if (word[0] == '-') {
      for (const char c : word.substr(1)) {
        if (!is_letter(c)) break;
        letters_ |= std::uint64_t{1} << (c & 63);
      }
    }
  }

  static bool has_run(std::string_view word) {
    std::size_t run = 0, digits = 0;
    for (const char c : word) {
      const bool digit = is_digit(c);
      const bool in_run = digit || is_letter(c) || c == '+' || c == '=';
      run = in_run ? run + 1 : 0;
      digits = in_run ? digits + digit : 0;
      if (run >= kRunMin && digits > 0 && digits < run) return true;
    }
    return false;
  }

  void end_command(std::size_t end) {
    end_word(end);
    if (program_ != 0) {
      hash_ = hash_combine(hash_combine(hash_, program_), hash_combine(options_, letters_));
    }
    program_ = options_ = letters_ = 0;
  }

  std::string_view text_;
  std::size_t begin_ = 0;  // of the word that is being read
  std::uint64_t hash_ = 0;
  std::uint64_t program_ = 0;  // hash of its name; 0: it is still to come
  std::uint64_t options_ = 0;  // sum over the long ones, since their order does not matter
  std::uint64_t letters_ = 0;  // set of the short ones
  std::uint32_t signs_ = 0;
};

}  // namespace

PathShape path_shape(std::string_view path) {
  path = path.substr(0, kShapeBytesMax);
  PathShape shape;
  std::array<std::uint16_t, 64> counts{};
  std::array<char, kShapeBytesMax> without_ids;
  std::size_t size = 0;
  std::uint32_t logs = 0;
  char before = '/';
  std::uint8_t begins = kDigit | kHex;  // the classes that an id may begin with, here
  std::size_t id_end = 0;               // what was found of an id goes up to here
  std::uint32_t id = 0;                 // the last one's number
  std::uint32_t others = 0;             // those before it
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    const std::uint8_t its = kClasses[static_cast<unsigned char>(c)];
    logs += kEntropySteps[counts[static_cast<unsigned char>(c) & 63]++];
    shape.depth = static_cast<std::uint16_t>(shape.depth + (c != '/' && before == '/'));
    if (i >= id_end) {
      if ((its & begins) != 0) id_end = i + id_length(path, i);
      without_ids[size++] = i < id_end ? '0' : c;
      if (i < id_end) {
        others = (others + id) * kIdFactor;
        id = 0;
      }
    }
    if (i < id_end) id = id * 10 + static_cast<std::uint32_t>(static_cast<unsigned char>(c) - '0');
    // A hexadecimal run begins with a word: letters before it are none of it.
    begins = (its & (kLetter | kDigit)) != 0 ? kDigit : kDigit | kHex;
    before = c;
  }
  if (!path.empty()) {
    const auto bytes = static_cast<float>(path.size());
    shape.entropy = std::max(0.0f, log_scale(bytes - 1) - static_cast<float>(logs) / 1024 / bytes);
  }
  shape.hash = not_zero(hash64({without_ids.data(), size}));
  shape.place = shape.hash + others + id;
  return shape;
}

float query_oddness(std::string_view query) {
  query = query.substr(0, kShapeBytesMax);
  std::uint32_t bytes = 0, odd = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    auto byte = static_cast<unsigned char>(query[i]);
    if (byte == '%' && i + 2 < query.size()) {
      const int high = hex_digit(query[i + 1]), low = hex_digit(query[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = static_cast<unsigned char>(high * 16 + low);
        i += 2;
      }
    }
    ++bytes;
    odd += !kOrdinaryInQuery[byte];
  }
  return bytes == 0 ? 0 : static_cast<float>(odd) / static_cast<float>(bytes);
}

CommandShape command_shape(std::string_view command) {
  return CommandReader(command.substr(0, kShapeBytesMax)).read();
}

}  // namespace vedette::anomaly
