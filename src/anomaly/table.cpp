#include "anomaly/table.h"

#include "anomaly/table_builder.h"
#include "anomaly/trees.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace vedette::anomaly {

std::optional<float> parse_number(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::numeric_limits<float>::quiet_NaN();
  if (text.size() > 1 && text[1] != '-') take_char(text, '+');
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return {};
  if (error == std::errc::result_out_of_range) {
    // Too large or too small, which the library does not tell apart.
    const std::size_t exponent = text.find_first_of("eE");
    const bool small = exponent != std::string_view::npos && text.substr(exponent + 1, 1) == "-";
    if (small) return 0.0f;
    value = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  } else if (error != std::errc{}) {
    return {};
  }
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

Error TableBuilder::error_at(std::size_t line, std::string_view what) const {
  return Error{Errc::TableSyntax, fmt::format("{}:{}: {}", file_, line, what)};
}

Result<void> TableBuilder::begin(std::vector<std::string> names, bool named, std::size_t line) {
  columns_ = names.size();
  if (!label_.empty()) {
    const auto found = std::find(names.begin(), names.end(), label_);
    if (found == names.end()) {
      return error_at(line, fmt::format("there is no column '{}'", label_));
    }
    label_at_ = static_cast<std::size_t>(found - names.begin());
  } else if (named &&
             (equals_ignore_case(names.back(), "label") || equals_ignore_case(names.back(), "y"))) {
    label_at_ = names.size() - 1;
  }
  if (label_at_ != kNone) names.erase(names.begin() + static_cast<std::ptrdiff_t>(label_at_));
  if (names.empty()) return error_at(line, "there is no column but that of the label");
  if (names.size() > kColumnsMax) {
    return error_at(line, fmt::format("{} columns; at most {}", names.size(), kColumnsMax));
  }
  table_.names = std::move(names);
  table_.named = named;
  return {};
}

Result<void> TableBuilder::add(std::span<const float> row, std::size_t line) {
  if (label_at_ == kNone) {
    table_.values.insert(table_.values.end(), row.begin(), row.end());
  } else {
    if (std::isnan(row[label_at_])) return error_at(line, "the label is no number");
    const auto label = row.begin() + static_cast<std::ptrdiff_t>(label_at_);
    table_.values.insert(table_.values.end(), row.begin(), label);
    table_.values.insert(table_.values.end(), label + 1, row.end());
    table_.labels.push_back(*label != 0);
  }
  if (table_.values.size() > kTableValuesMax) {
    return error_at(line, fmt::format("more than {} numbers", kTableValuesMax));
  }
  return {};
}

Result<Table> TableBuilder::finish() {
  if (table_.values.empty()) {
    return Error{Errc::TableSyntax, fmt::format("{}: there is no row", file_)};
  }
  return std::move(table_);
}

Result<Table> parse_table(std::string_view text, const std::string& file, std::string_view label) {
  take_prefix(text, "\xEF\xBB\xBF");  // a byte order mark
  TableBuilder builder(file, label);
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && text[first] == '{';
  return json ? parse_json_lines(text, builder) : parse_csv(text, builder);
}

}  // namespace vedette::anomaly
