#include "base/text.h"
#include "base/utf8.h"
#include "prompt/encodings.h"
#include "prompt/patches.h"

#include <array>
#include <cstdint>
#include <utility>

namespace vedette::prompt {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;
constexpr std::size_t kNameMax = 8;

constexpr std::pair<std::string_view, char> kNames[] = {
    {"lt", '<'},     {"gt", '>'},     {"amp", '&'},      {"quot", '"'},   {"apos", '\''},
    {"nbsp", ' '},   {"Tab", '\t'},   {"NewLine", '\n'}, {"excl", '!'},   {"num", '#'},
    {"dollar", '$'}, {"percnt", '%'}, {"lpar", '('},     {"rpar", ')'},   {"ast", '*'},
    {"plus", '+'},   {"comma", ','},  {"period", '.'},   {"sol", '/'},    {"colon", ':'},
    {"semi", ';'},   {"equals", '='}, {"quest", '?'},    {"commat", '@'}, {"lbrack", '['},
    {"lsqb", '['},   {"bsol", '\\'},  {"rsqb", ']'},     {"rbrack", ']'}, {"lowbar", '_'},
    {"grave", '`'},  {"lcub", '{'},   {"vert", '|'},     {"rcub", '}'},   {"ensp", ' '},
    {"emsp", ' '},   {"thinsp", ' '}, {"ndash", '-'},    {"mdash", '-'},  {"hellip", '.'},
    {"rsquo", '\''}, {"lsquo", '\''}, {"rdquo", '"'},    {"ldquo", '"'},
};

/// Between `least` and `most` digits at `at`, which moves behind them; or kNone.
std::uint32_t number(std::string_view text, std::size_t& at, std::uint32_t base, std::size_t least,
                     std::size_t most) {
  std::uint32_t value = 0;
  std::size_t digits = 0;
  for (; digits < most && at + digits < text.size(); ++digits) {
    const int digit = hex_digit(text[at + digits]);
    if (digit < 0 || static_cast<std::uint32_t>(digit) >= base) break;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  if (digits < least) return kNone;
  at += digits;
  return value;
}

void put_code(Patches& patches, std::size_t begin, std::size_t end, std::uint32_t code) {
  char bytes[4];
  const bool valid = code < 0x110000 && (code < 0xD800 || code >= 0xE000);
  const char* const last = valid ? put_utf8(bytes, static_cast<int>(code)) : bytes;
  patches.replace(begin, end, {bytes, static_cast<std::size_t>(last - bytes)});
}

/// Four digits of UTF-16 at `at`, and four more behind `between` if they are the other half.
std::uint32_t utf16(std::string_view text, std::size_t& at, std::string_view between) {
  const std::uint32_t high = number(text, at, 16, 4, 4);
  if (high < 0xD800 || high >= 0xDC00 || !text.substr(at).starts_with(between)) return high;
  std::size_t next = at + between.size();
  const std::uint32_t low = number(text, next, 16, 4, 4);
  if (low < 0xDC00 || low >= 0xE000) return high;
  at = next;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/// The code that the escape whose kind is at `at` stands for; `at` moves behind it.
std::uint32_t escaped(std::string_view text, std::size_t& at) {
  const char kind = text[at++];
  switch (kind) {
    case 'u':
      if (at < text.size() && text[at] == '{') {
        const std::uint32_t code = number(text, ++at, 16, 1, 6);
        if (code == kNone || at >= text.size() || text[at++] != '}') return kNone;
        return code;
      }
      return utf16(text, at, "\\u");
    case 'U':
      return number(text, at, 16, 8, 8);
    case 'x':
      return number(text, at, 16, 2, 2);
    case 'n':
    case 'r':
      return '\n';
    case 't':
      return '\t';
    case '"':
    case '\'':
    case '/':
    case '\\':
      return static_cast<std::uint32_t>(kind);
    default:
      break;
  }
  const std::uint32_t octal = number(text, --at, 8, 3, 3);
  if (octal != kNone || std::string_view(" 0NLPfv").find(kind) == std::string_view::npos) {
    return octal;
  }
  ++at;
  return ' ';
}

/// Where the text goes on if `at` is the end of a line and a backslash before it joins it to the
/// next; else `at`. YAML drops what the next line is indented by.
std::size_t joined_line(std::string_view text, std::size_t at) {
  std::size_t next = at;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next == text.size() || text[next] != '\n') return at;
  ++next;
  while (next < text.size() && is_blank(text[next])) ++next;
  return next;
}

}  // namespace

void decode_percent(std::string_view text, MappedText& out) {
  Patches patches(text, out);
  bool in_word = false;  // this word has an escape, so + is a blank
  std::size_t word = 0;  // where it begins, or what of it is dealt with ends
  for (std::size_t at = 0; at < text.size();) {
    if (!in_word) {
      at = text.find('%', at);
      if (at == std::string_view::npos) break;
    }
    const char c = text[at];
    if (c == '%') {
      std::size_t end = at + 1;
      const bool wide = end < text.size() && (text[end] == 'u' || text[end] == 'U');
      const std::uint32_t code = wide ? utf16(text, ++end, "%u") : number(text, end, 16, 2, 2);
      if (code == kNone) {
        ++at;
        continue;
      }
      if (!in_word) {
        std::size_t begin = at;
        while (begin > word && static_cast<unsigned char>(text[begin - 1]) > ' ') --begin;
        for (; begin < at; ++begin) {
          if (text[begin] == '+') patches.replace(begin, begin + 1, " ");
        }
        in_word = true;
      }
      const char byte = static_cast<char>(code);
      wide ? put_code(patches, at, end, code) : patches.replace(at, end, {&byte, 1});
      word = at = end;
    } else {
      if (c == '+') patches.replace(at, at + 1, " ");
      if (static_cast<unsigned char>(c) <= ' ') in_word = false;
      word = ++at;
    }
  }
  patches.finish();
}

void decode_entities(std::string_view text, MappedText& out) {
  Patches patches(text, out);
  for (std::size_t at = text.find('&'); at < text.size(); at = text.find('&', at)) {
    std::size_t end = at + 1;
    std::uint32_t code = kNone;
    if (end < text.size() && text[end] == '#') {
      const bool hex = ++end < text.size() && (text[end] == 'x' || text[end] == 'X');
      if (hex) ++end;
      while (end + 1 < text.size() && text[end] == '0' && hex_digit(text[end + 1]) >= 0) ++end;
      code = number(text, end, hex ? 16 : 10, 1, 7);
      if (end < text.size() && text[end] == ';') ++end;
    } else {
      const std::size_t length = text.substr(end, kNameMax).find(';');
      const std::string_view name = length == text.npos ? "" : text.substr(end, length);
      for (const auto& [known, c] : kNames) {
        if (name == known) code = static_cast<std::uint32_t>(c);
      }
      end += name.size() + 1;
    }
    if (code != kNone) put_code(patches, at, end, code);
    at = code != kNone ? end : at + 1;
  }
  patches.finish();
}

void decode_escapes(std::string_view text, MappedText& out) {
  Patches patches(text, out);
  std::size_t sure = 0, blanks = 0;  // \n and its like are also how LaTeX and paths begin words
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    std::size_t end = at + 1;
    if (end == text.size()) break;
    if (const std::size_t next = joined_line(text, end); next > end) {
      // Between words it is how commands are written.
      if (at > 0 && !is_blank(text[at - 1]) && next < text.size()) ++sure;
      patches.replace(at, next, {});
      at = next;
      continue;
    }
    const bool quote = std::string_view("\"'/\\").find(text[end]) != std::string_view::npos;
    const std::uint32_t code = escaped(text, end);
    if (code == kNone) {
      ++at;
      continue;
    }
    ++(end == at + 2 && !quote ? blanks : sure);
    put_code(patches, at, end, code);
    at = end;
  }
  patches.finish();
  if (sure == 0 && blanks < 2) out.clear();
}

}  // namespace vedette::prompt
