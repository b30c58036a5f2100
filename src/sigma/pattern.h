// The values of a selection and what their modifiers make of them: patterns that one event value
// either matches or not. Second step of reading a rule, after the tree and before the rules are
// compiled.
#pragma once

#include "base/ip.h"
#include "base/result.h"
#include "base/yaml.h"
#include "model/event.h"
#include "sigma/regex.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::sigma {

/// A text with wildcards: bytes, and these.
using GlobToken = std::uint16_t;
inline constexpr GlobToken kMany = 256;  ///< `*`
inline constexpr GlobToken kOne = 257;   ///< `?`: one character
inline constexpr GlobToken kDash = 258;  ///< windash: - / or one of three Unicode dashes

enum class CompareOp : std::uint8_t { Equal, Less, LessEqual, Greater, GreaterEqual };
enum class TimePart : std::uint8_t { None, Minute, Hour, Day, Week, Month, Year };

/// One value of a rule. Everything but Null, Exists and Absent looks at one value of an event.
struct Pattern {
  enum class Kind : std::uint8_t {
    Exact,
    StartsWith,
    EndsWith,
    Contains,  ///< `text`
    Glob,      ///< `tokens`
    Any,       ///< `*`: any value
    Number,    ///< `op` and `number`, perhaps of a part of a time
    Network,
    Regex,
    FieldRef,  ///< the text of another field, `text` its name
    Null,
    Exists,
    Absent
  };
  Kind kind = Kind::Exact;
  Kind how = Kind::Exact;  ///< FieldRef: which of the first four
  CompareOp op = CompareOp::Equal;
  TimePart part = TimePart::None;
  bool cased = false;
  bool is_integer = false;      ///< Exact: `integer` says the same as `text`
  Field other = Field::kCount;  ///< FieldRef: set when the field names are known
  std::int64_t integer = 0;
  double number = 0;
  std::string text;  ///< lower case unless `cased`
  std::vector<GlobToken> tokens;
  IpNetwork network;
  std::optional<sigma::Regex> regex;
};

/// `field|modifiers: values` of a selection: every group must match, and in it any pattern.
struct Item {
  std::string field;  ///< empty: keywords, looked for in the whole line
  std::uint32_t line = 0;
  bool negated = false;
  std::vector<std::vector<Pattern>> groups;
};

/// `key`: field and modifiers, "" for a keyword. The error is without a place; `line` says where.
Result<Item> parse_item(std::string_view key, const YamlNode& value, std::uint32_t& error_line);

/// A value of an event as text, which is only made when it is asked for. Lives as long as the
/// value.
class ValueText {
 public:
  explicit ValueText(const Value& value) : value_(&value) {
    if (value.type == ValueType::String) text_ = value.string();
  }
  explicit ValueText(std::string_view text) : text_(text) {}
  ValueText(const ValueText&) = delete;
  ValueText& operator=(const ValueText&) = delete;
  std::string_view text() const {
    if (text_.data() == nullptr && value_ != nullptr) write();
    return text_;
  }
  const Value* value() const { return value_; }  ///< nullptr: a text of the event's head

 private:
  void write() const;

  const Value* value_ = nullptr;
  mutable std::string_view text_;
  mutable char buffer_[48];
};

/// Not for FieldRef, Null, Exists and Absent, which need the event.
bool matches(const Pattern& pattern, const ValueText& value);
/// Two texts compared the way of one of the first four kinds.
bool matches(Pattern::Kind how, std::string_view text, std::string_view wanted, bool cased);
std::int64_t time_part(Time time, TimePart part);

}  // namespace vedette::sigma
