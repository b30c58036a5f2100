// Rows of a table as they are read, one cell after the other: a part of table.h.
#pragma once

#include "anomaly/table.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::anomaly {

/// The whole text as a number, blanks around it aside; NaN if it is empty, nothing if it is none.
std::optional<float> parse_number(std::string_view text);

class TableBuilder {
 public:
  TableBuilder(const std::string& file, std::string_view label) : file_(file), label_(label) {}

  Error error_at(std::size_t line, std::string_view what) const;

  /// Once, before the first row: the names of all columns, with that of the label.
  Result<void> begin(std::vector<std::string> names, bool named, std::size_t line);
  std::size_t columns() const { return columns_; }  ///< with that of the label
  /// A whole row, as many values as there are columns.
  Result<void> add(std::span<const float> row, std::size_t line);
  /// Errors: no row at all.
  Result<Table> finish();

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const std::string& file_;
  std::string_view label_;
  std::size_t columns_ = 0, label_at_ = kNone;
  Table table_;
};

Result<Table> parse_csv(std::string_view text, TableBuilder& builder);
Result<Table> parse_json_lines(std::string_view text, TableBuilder& builder);

}  // namespace vedette::anomaly
