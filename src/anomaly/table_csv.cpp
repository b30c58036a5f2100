#include "anomaly/table_builder.h"
#include "base/text.h"

#include <fmt/core.h>

#include <cmath>

namespace vedette::anomaly {
namespace {

/// Cells one after the other, and where lines end.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }
  bool unclosed() const { return unclosed_; }

  /// Skips lines in which nothing stands.
  void skip_empty_lines() {
    while (!rest_.empty() && (rest_[0] == '\n' || rest_.starts_with("\r\n"))) {
      rest_.remove_prefix(rest_[0] == '\n' ? 1 : 2);
      ++line_;
    }
  }
  /// The next cell; false in `more` when it is the last of its line. Lives until the next one.
  std::string_view next(bool& more) {
    if (rest_.starts_with('"')) return quoted(more);
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != ',' && rest_[end] != '\n') ++end;
    const auto cell = rest_.substr(0, end);
    leave(end, more);
    return cell;
  }

 private:
  std::string_view quoted(bool& more) {
    cell_.clear();
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t quote = rest_.find('"');
      unclosed_ = quote == std::string_view::npos;
      for (const char c : rest_.substr(0, quote)) line_ += c == '\n' ? 1 : 0;
      cell_ += rest_.substr(0, quote);
      if (unclosed_) {
        rest_ = {};
        more = false;
        return cell_;
      }
      rest_.remove_prefix(quote + 1);
      if (!take_char(rest_, '"')) break;
      cell_ += '"';
    }
    const std::size_t end = rest_.find_first_of(",\n");
    cell_ += trim(rest_.substr(0, end));
    leave(end == std::string_view::npos ? rest_.size() : end, more);
    return cell_;
  }
  void leave(std::size_t end, bool& more) {
    more = end < rest_.size() && rest_[end] == ',';
    if (end < rest_.size() && !more) ++line_;
    rest_.remove_prefix(end < rest_.size() ? end + 1 : end);
  }

  std::string_view rest_;
  std::string cell_;
  std::size_t line_ = 1;
  bool unclosed_ = false;
};

/// The first row: names, or numbers already.
Result<void> begin(CsvReader& reader, TableBuilder& builder) {
  std::vector<std::string> names;
  std::vector<float> row;
  bool numbers = true, some = false;
  const std::size_t line = reader.line();
  for (bool more = true; more;) {
    const auto cell = reader.next(more);
    const auto number = parse_number(cell);
    numbers &= number.has_value();
    some |= number && !std::isnan(*number);
    row.push_back(number.value_or(0));
    names.emplace_back(trim(cell));
  }
  if (reader.unclosed()) return builder.error_at(line, "a quote is never closed");
  if (!numbers || !some) return builder.begin(std::move(names), true, line);
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = std::to_string(i + 1);
  VD_CHECK(builder.begin(std::move(names), false, line));
  return builder.add(row, line);
}

Error wrong_cell(const TableBuilder& builder, std::size_t line, std::size_t column,
                 std::string_view cell) {
  return builder.error_at(
      line, fmt::format("'{}' in column {} is no number", clip_utf8(cell, 40), column + 1));
}

}  // namespace

Result<Table> parse_csv(std::string_view text, TableBuilder& builder) {
  CsvReader reader(text);
  reader.skip_empty_lines();
  if (reader.at_end()) return builder.finish();
  VD_CHECK(begin(reader, builder));
  std::vector<float> row(builder.columns());
  for (reader.skip_empty_lines(); !reader.at_end(); reader.skip_empty_lines()) {
    const std::size_t line = reader.line();
    std::size_t cells = 0;
    for (bool more = true; more; ++cells) {
      const auto cell = reader.next(more);
      if (reader.unclosed()) return builder.error_at(line, "a quote is never closed");
      if (cells >= row.size()) continue;
      const auto number = parse_number(cell);
      if (!number) return wrong_cell(builder, line, cells, cell);
      row[cells] = *number;
    }
    if (cells != row.size()) {
      return builder.error_at(
          line, fmt::format("{} cells, where the first line has {}", cells, row.size()));
    }
    VD_CHECK(builder.add(row, line));
  }
  return builder.finish();
}

}  // namespace vedette::anomaly
