#include "anomaly/table_builder.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace vedette::anomaly {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// The members of one flat object, one after the other.
class ObjectReader {
 public:
  explicit ObjectReader(std::string_view line) : rest_(trim(line)) {}

  std::string_view name, value;  ///< of the member that next() found, as they stand

  /// False at the end; then wrong() says whether the object was one.
  bool next() {
    if (wrong_ || done_) return false;
    const bool begun = take_char(rest_, first_ ? '{' : ',');
    skip_blanks(rest_);
    if (begun && first_ && take_char(rest_, '}')) return end();
    first_ = false;
    wrong_ = !begun || !take_string(name);
    skip_blanks(rest_);
    wrong_ |= !take_char(rest_, ':');
    skip_blanks(rest_);
    const std::size_t size = std::min(rest_.find_first_of(",}"), rest_.size());
    value = trim(rest_.substr(0, size));
    rest_.remove_prefix(size);
    wrong_ |= value.empty() || rest_.empty();
    if (!wrong_ && take_char(rest_, '}')) done_ = true;
    wrong_ |= done_ && !trim(rest_).empty();
    return !wrong_;
  }
  bool wrong() const { return wrong_; }

 private:
  bool end() {
    done_ = true;
    wrong_ = !trim(rest_).empty();
    return false;
  }
  /// Names with escapes are not taken: no column has one.
  bool take_string(std::string_view& text) {
    if (!take_char(rest_, '"')) return false;
    const std::size_t size = rest_.find_first_of("\"\\");
    if (size == std::string_view::npos || rest_[size] != '"') return false;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return true;
  }

  std::string_view rest_;
  bool first_ = true, done_ = false, wrong_ = false;
};

/// A line that `vedette anomaly features` wrote has the numbers in one of its members. Within a
/// string no quote stands without a backslash before it, so this is where that member begins.
std::string_view numbers_in(std::string_view line) {
  constexpr std::string_view kBefore = R"(,"features":)";
  const std::size_t at = line.find(kBefore);
  if (at == std::string_view::npos) return line;
  line.remove_prefix(at + kBefore.size());
  const std::size_t end = line.find('}');
  return end == std::string_view::npos ? line : line.substr(0, end + 1);
}

/// Whose behaviour such a line is about: "user"; empty for any other line.
std::string_view kind_in(std::string_view line) {
  constexpr std::string_view kBefore = R"(,"kind":")";
  line = line.substr(0, line.find(R"(,"features":)"));
  const std::size_t at = line.find(kBefore);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + kBefore.size());
  return line.substr(0, line.find('"'));
}

std::optional<float> number_of(std::string_view value) {
  if (value == "null") return kNone;
  if (value == "true") return 1.0f;
  if (value == "false") return 0.0f;
  return parse_number(value);
}

/// Where each name stands. Objects mostly have the same order, so the next one is looked at first.
class Places {
 public:
  explicit Places(const std::vector<std::string>& names) : names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i) places_.emplace(names[i], i);
  }
  /// False for two columns of one name.
  bool distinct() const { return places_.size() == names_.size(); }
  std::optional<std::size_t> find(std::string_view name, std::size_t guess) const {
    if (guess < names_.size() && names_[guess] == name) return guess;
    const auto found = places_.find(name);
    if (found == places_.end()) return {};
    return found->second;
  }

 private:
  const std::vector<std::string>& names_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

Result<void> read_row(std::string_view text, std::size_t line, const Places& places,
                      const TableBuilder& builder, std::vector<float>& row) {
  std::fill(row.begin(), row.end(), kNone);
  ObjectReader reader(text);
  for (std::size_t guess = 0; reader.next(); ++guess) {
    const auto place = places.find(reader.name, guess);
    if (!place) {
      return builder.error_at(
          line, fmt::format("'{}' is not in the first line", clip_utf8(reader.name, 40)));
    }
    const auto number = number_of(reader.value);
    if (!number) {
      return builder.error_at(line,
                              fmt::format("'{}' of '{}' is no number", clip_utf8(reader.value, 40),
                                          clip_utf8(reader.name, 40)));
    }
    row[guess = *place] = *number;
  }
  if (reader.wrong()) return builder.error_at(line, "this is no flat JSON object of numbers");
  return {};
}

}  // namespace

Result<Table> parse_json_lines(std::string_view text, TableBuilder& builder) {
  std::vector<std::string> names;
  std::optional<Places> places;
  std::vector<float> row;
  std::string_view kind;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view whole = take_until(text, '\n');
    if (trim(whole).empty()) continue;
    const std::string_view object = numbers_in(whole);
    const bool features = object.data() != whole.data();
    if (!places) {
      if (features) kind = kind_in(whole);
      for (ObjectReader reader(object); reader.next();) names.emplace_back(reader.name);
      places.emplace(names);
      if (names.empty() || !places->distinct()) {
        return builder.error_at(line, "the first object has no name, or one of them twice");
      }
      VD_CHECK(builder.begin(names, true, line));
      row.resize(names.size());
    }
    if (features && kind_in(whole) != kind) {
      return builder.error_at(line,
                              fmt::format("this is about a {}, what is before about a {}; "
                                          "`anomaly features --kind` tells of one kind",
                                          clip_utf8(kind_in(whole), 40), clip_utf8(kind, 40)));
    }
    VD_CHECK(read_row(object, line, *places, builder, row));
    VD_CHECK(builder.add(row, line));
  }
  return builder.finish();
}

}  // namespace vedette::anomaly
