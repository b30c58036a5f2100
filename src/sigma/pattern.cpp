#include "sigma/pattern.h"

#include "base/text.h"
#include "base/utf8.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace vedette::sigma {
namespace {

constexpr std::size_t kValueBytesMax = 8 * 1024;

using Tokens = std::vector<GlobToken>;
enum class Transform : std::uint8_t { WinDash, Utf16Le, Utf16Be, Utf16Bom, Base64, Base64Offset };

struct Modifiers {
  enum class Kind : std::uint8_t { Text, Regex, Cidr, Compare, Exists, FieldRef };
  Kind kind = Kind::Text;
  Pattern::Kind where = Pattern::Kind::Exact;
  bool all = false, cased = false, negated = false;
  CompareOp op = CompareOp::Equal;
  TimePart part = TimePart::None;
  RegexOptions regex;
  std::vector<Transform> transforms;
};

Error unsupported(std::string what) {
  return Error{Errc::RuleUnsupported, std::move(what)};
}
Error bad_value(std::string what) {
  return Error{Errc::RuleValue, std::move(what)};
}

template <typename T, std::size_t N>
std::optional<T> find_named(const std::array<std::pair<std::string_view, T>, N>& table,
                            std::string_view name) {
  for (const auto& [key, value] : table) {
    if (key == name) return value;
  }
  return {};
}

template <typename T>
using Named = std::pair<std::string_view, T>;
using PatternKind = Pattern::Kind;

constexpr std::array<Named<PatternKind>, 3> kWhere{{{"contains", PatternKind::Contains},
                                                    {"startswith", PatternKind::StartsWith},
                                                    {"endswith", PatternKind::EndsWith}}};
constexpr std::array<Named<Transform>, 7> kTransforms{{{"windash", Transform::WinDash},
                                                       {"utf16le", Transform::Utf16Le},
                                                       {"wide", Transform::Utf16Le},
                                                       {"utf16be", Transform::Utf16Be},
                                                       {"utf16", Transform::Utf16Bom},
                                                       {"base64", Transform::Base64},
                                                       {"base64offset", Transform::Base64Offset}}};
constexpr std::array<Named<CompareOp>, 4> kCompare{{{"lt", CompareOp::Less},
                                                    {"lte", CompareOp::LessEqual},
                                                    {"gt", CompareOp::Greater},
                                                    {"gte", CompareOp::GreaterEqual}}};
constexpr std::array<Named<TimePart>, 6> kTimeParts{{{"minute", TimePart::Minute},
                                                     {"hour", TimePart::Hour},
                                                     {"day", TimePart::Day},
                                                     {"week", TimePart::Week},
                                                     {"month", TimePart::Month},
                                                     {"year", TimePart::Year}}};
constexpr std::array<Named<Modifiers::Kind>, 4> kKinds{{{"re", Modifiers::Kind::Regex},
                                                        {"cidr", Modifiers::Kind::Cidr},
                                                        {"exists", Modifiers::Kind::Exists},
                                                        {"fieldref", Modifiers::Kind::FieldRef}}};

/// Takes one modifier in; false if there is none of this name.
bool add_modifier(std::string_view name, Modifiers& modifiers) {
  if (const auto where = find_named(kWhere, name)) {
    modifiers.where = *where;
  } else if (const auto transform = find_named(kTransforms, name)) {
    modifiers.transforms.push_back(*transform);
  } else if (const auto op = find_named(kCompare, name)) {
    modifiers.op = *op;
    modifiers.kind = Modifiers::Kind::Compare;
  } else if (const auto part = find_named(kTimeParts, name)) {
    modifiers.part = *part;
    modifiers.kind = Modifiers::Kind::Compare;
  } else if (const auto kind = find_named(kKinds, name)) {
    modifiers.kind = *kind;
  } else if (name == "all") {
    modifiers.all = true;
  } else if (name == "cased") {
    modifiers.cased = true;
  } else if (name == "neq") {
    modifiers.negated = true;
  } else if (modifiers.kind == Modifiers::Kind::Regex && name == "i") {
    modifiers.regex.ignore_case = true;
  } else if (modifiers.kind == Modifiers::Kind::Regex && name == "m") {
    modifiers.regex.multi_line = true;
  } else if (modifiers.kind == Modifiers::Kind::Regex && name == "s") {
    modifiers.regex.dot_all = true;
  } else {
    return false;
  }
  return true;
}

Result<Modifiers> parse_modifiers(std::string_view names) {
  Modifiers modifiers;
  while (!names.empty()) {
    const auto name = take_until(names, '|');
    if (name == "expand") {
      return unsupported("the modifier 'expand' needs placeholders, and none are defined");
    }
    if (!add_modifier(name, modifiers)) {
      return unsupported(fmt::format("the modifier '{}' is not known", name));
    }
  }
  const bool text_only = modifiers.where != Pattern::Kind::Exact || !modifiers.transforms.empty();
  const bool text = modifiers.kind == Modifiers::Kind::Text ||
                    (modifiers.kind == Modifiers::Kind::FieldRef && modifiers.transforms.empty());
  // `re|contains` says nothing new: an expression matches anywhere.
  if (modifiers.kind == Modifiers::Kind::Regex && modifiers.transforms.empty()) {
    modifiers.where = Pattern::Kind::Exact;
  } else if (text_only && !text) {
    return unsupported("these modifiers cannot be combined");
  }
  return modifiers;
}

/// Bytes and wildcards of a text. A backslash takes the meaning from `*`, `?` and another
/// backslash; before anything else it is itself.
Tokens tokenize(std::string_view text) {
  Tokens tokens;
  tokens.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
      tokens.push_back(static_cast<unsigned char>(next));
      ++i;
    } else if (c == '*') {
      if (tokens.empty() || tokens.back() != kMany) tokens.push_back(kMany);
    } else if (c == '?') {
      tokens.push_back(kOne);
    } else {
      tokens.push_back(static_cast<unsigned char>(c));
    }
  }
  return tokens;
}

bool is_word(GlobToken token) {
  if (token >= 128) return false;
  const char c = lower(static_cast<char>(token));
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

/// Every - or / that begins a word may be any dash that Windows takes for one.
Tokens with_any_dash(Tokens tokens) {
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool dash = tokens[i] == '-' || tokens[i] == '/';
    if (dash && is_word(tokens[i + 1]) && (i == 0 || !is_word(tokens[i - 1]))) tokens[i] = kDash;
  }
  return tokens;
}

std::optional<std::string> plain_text(const Tokens& tokens) {
  std::string text;
  for (const GlobToken token : tokens) {
    if (token >= 256) return {};
    text += static_cast<char>(token);
  }
  return text;
}

std::string to_utf16(std::string_view text, Transform form) {
  std::string out;
  const auto put = [&](unsigned unit) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    out += form == Transform::Utf16Be ? high : low;
    out += form == Transform::Utf16Be ? low : high;
  };
  if (form == Transform::Utf16Bom) put(0xFEFF);
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    unsigned point = static_cast<unsigned char>(text[0]);
    if (length > 1) {
      point &= 0xFFu >> (length + 1);
      for (std::size_t i = 1; i < length; ++i) {
        point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
      }
    }
    if (point >= 0x10000) {
      put(0xD800 + ((point - 0x10000) >> 10));
      put(0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      put(point);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

/// What base64 makes of the bytes wherever they stand in a longer text: without the digits at both
/// ends that also depend on the neighbours.
std::array<std::string, 3> base64_offsets(const std::string& bytes) {
  constexpr std::array<std::size_t, 3> kStart{0, 2, 3}, kEnd{0, 3, 2};
  std::array<std::string, 3> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string encoded = to_base64(std::string(offset, ' ') + bytes);
    const std::size_t end = encoded.size() - kEnd[(bytes.size() + offset) % 3];
    out[offset] = encoded.substr(kStart[offset], end - kStart[offset]);
  }
  return out;
}

Result<std::vector<Tokens>> transform(Tokens tokens, const std::vector<Transform>& transforms) {
  std::vector<Tokens> forms{std::move(tokens)};
  for (const Transform step : transforms) {
    std::vector<Tokens> next;
    for (Tokens& form : forms) {
      if (step == Transform::WinDash) {
        next.push_back(with_any_dash(std::move(form)));
        continue;
      }
      const auto text = plain_text(form);
      if (!text) return bad_value("a value to be encoded cannot have wildcards");
      if (step == Transform::Base64Offset && text->size() < 2) {
        return bad_value("a value for base64offset needs at least two bytes");
      }
      const auto add = [&](const std::string& bytes) {
        Tokens encoded;
        for (const char c : bytes) encoded.push_back(static_cast<unsigned char>(c));
        next.push_back(std::move(encoded));
      };
      if (step == Transform::Base64) {
        add(to_base64(*text));
      } else if (step == Transform::Base64Offset) {
        for (const std::string& bytes : base64_offsets(*text)) add(bytes);
      } else {
        add(to_utf16(*text, step));
      }
    }
    forms = std::move(next);
  }
  return forms;
}

/// Names the shape of the tokens: the common ones are plain comparisons of a text.
Pattern shape(Tokens tokens, bool cased) {
  Pattern pattern;
  pattern.cased = cased;
  tokens.erase(std::unique(tokens.begin(), tokens.end(),
                           [](GlobToken a, GlobToken b) { return a == kMany && b == kMany; }),
               tokens.end());
  if (tokens.size() == 1 && tokens[0] == kMany) {
    pattern.kind = Pattern::Kind::Any;
    return pattern;
  }
  const bool open_front = !tokens.empty() && tokens.front() == kMany;
  const bool open_back = !tokens.empty() && tokens.back() == kMany;
  const Tokens inner(tokens.begin() + open_front, tokens.end() - open_back);
  if (auto text = plain_text(inner)) {
    pattern.text = cased ? std::move(*text) : to_lower(*text);
    pattern.kind = open_front ? (open_back ? Pattern::Kind::Contains : Pattern::Kind::EndsWith)
                              : (open_back ? Pattern::Kind::StartsWith : Pattern::Kind::Exact);
    return pattern;
  }
  pattern.kind = Pattern::Kind::Glob;
  pattern.tokens = std::move(tokens);
  return pattern;
}

Result<void> add_text(const YamlNode& node, const Modifiers& modifiers, bool keyword,
                      std::vector<Pattern>& out) {
  VD_TRY(auto forms, transform(tokenize(node.text), modifiers.transforms));
  for (Tokens& form : forms) {
    using Kind = Pattern::Kind;
    const bool anywhere = modifiers.where == Kind::Contains || keyword;
    if (anywhere || modifiers.where == Kind::EndsWith) form.insert(form.begin(), kMany);
    if (anywhere || modifiers.where == Kind::StartsWith) form.push_back(kMany);
    Pattern pattern = shape(std::move(form), modifiers.cased);
    if (pattern.kind == Kind::Exact && !node.quoted) {
      const auto integer = parse_int(pattern.text);
      double number = 0;
      const char* end = pattern.text.data() + pattern.text.size();
      if (integer && fmt::format("{}", *integer) == pattern.text) {
        pattern.is_integer = true;
        pattern.integer = *integer;
      } else if (const auto read = std::from_chars(pattern.text.data(), end, number);
                 read.ec == std::errc{} && read.ptr == end && !pattern.text.empty()) {
        Pattern same;  // 4.50 is also 4.5: as a number besides as a text
        same.kind = Kind::Number;
        same.number = number;
        out.push_back(std::move(same));
      }
    }
    out.push_back(std::move(pattern));
  }
  return {};
}

Result<Pattern> parse_special(const YamlNode& node, const Modifiers& modifiers) {
  Pattern pattern;
  pattern.cased = modifiers.cased;
  switch (modifiers.kind) {
    case Modifiers::Kind::Regex: {
      VD_TRY(pattern.regex, sigma::Regex::compile(node.text, modifiers.regex));
      pattern.kind = Pattern::Kind::Regex;
      return pattern;
    }
    case Modifiers::Kind::Cidr: {
      const auto network = parse_network(node.text);
      if (!network) return bad_value(fmt::format("'{}' is not a network", node.text));
      pattern.kind = Pattern::Kind::Network;
      pattern.network = *network;
      return pattern;
    }
    case Modifiers::Kind::Compare: {
      const char* end = node.text.data() + node.text.size();
      const auto read = std::from_chars(node.text.data(), end, pattern.number);
      if (read.ec != std::errc{} || read.ptr != end) {
        return bad_value(fmt::format("'{}' is not a number", node.text));
      }
      pattern.kind = Pattern::Kind::Number;
      pattern.op = modifiers.op;
      pattern.part = modifiers.part;
      return pattern;
    }
    case Modifiers::Kind::Exists: {
      const bool yes =
          equals_ignore_case(node.text, "true") || equals_ignore_case(node.text, "yes");
      const bool no = equals_ignore_case(node.text, "false") || equals_ignore_case(node.text, "no");
      if (!yes && !no) return bad_value(fmt::format("'{}' is neither true nor false", node.text));
      pattern.kind = yes ? Pattern::Kind::Exists : Pattern::Kind::Absent;
      return pattern;
    }
    default:
      pattern.kind = Pattern::Kind::FieldRef;
      pattern.how = modifiers.where;
      pattern.text = node.text;
      return pattern;
  }
}

}  // namespace

Result<Item> parse_item(std::string_view key, const YamlNode& value, std::uint32_t& error_line) {
  Item item;
  item.line = error_line = value.line;
  item.field = std::string(take_until(key, '|'));
  VD_TRY(const auto modifiers, parse_modifiers(key));
  item.negated = modifiers.negated;
  const bool keyword = item.field.empty();
  if (keyword && modifiers.kind != Modifiers::Kind::Text &&
      modifiers.kind != Modifiers::Kind::Regex) {
    return unsupported("this modifier needs a field");
  }
  const auto values = value.is_list() ? std::span(value.items) : std::span(&value, 1);
  for (const YamlNode& node : values) {
    error_line = node.line;
    if (node.kind == YamlNode::Kind::Missing)
      return Error{Errc::RuleFieldEmpty, "no value is given"};
    if (node.text.size() > kValueBytesMax) {
      return bad_value(fmt::format("a value has {} bytes, at most {} are allowed", node.text.size(),
                                   kValueBytesMax));
    }
    if (item.groups.empty() || modifiers.all) item.groups.emplace_back();
    std::vector<Pattern>& group = item.groups.back();
    if (node.kind == YamlNode::Kind::Null) {
      if (keyword || modifiers.kind != Modifiers::Kind::Text ||
          modifiers.where != Pattern::Kind::Exact) {
        return bad_value("null cannot be combined with this modifier");
      }
      group.emplace_back().kind = Pattern::Kind::Null;
    } else if (!node.is_scalar()) {
      return bad_value("a value must be a text, a number or null");
    } else if (modifiers.kind == Modifiers::Kind::Text) {
      VD_CHECK(add_text(node, modifiers, keyword, group));
    } else {
      VD_TRY(auto pattern, parse_special(node, modifiers));
      group.push_back(std::move(pattern));
    }
  }
  if (item.groups.empty()) return Error{Errc::RuleFieldEmpty, "the list of values is empty"};
  return item;
}

}  // namespace vedette::sigma
