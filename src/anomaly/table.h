// Tables of numbers from files: CSV (RFC 4180) and JSON lines, told apart by the first character.
// A table of 567,000 rows of three columns takes 0.1 s. Any bytes may come: what is no table is
// named with file, line and reason, and the memory is bounded.
#pragma once

#include "anomaly/matrix.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::anomaly {

inline constexpr std::size_t kTableBytesMax = std::size_t{1} << 30;
inline constexpr std::size_t kTableValuesMax = std::size_t{1} << 27;

struct Table {
  std::vector<std::string> names;  ///< "1", "2", … where the file names none
  bool named = false;
  std::vector<float> values;  ///< row after row; NaN where a cell is empty
  std::vector<bool> labels;   ///< of each row, true for an anomaly; empty without such a column

  Matrix matrix() const { return {.values = values, .columns = names.size()}; }
};

/// CSV: a first row that is not all numbers names the columns; cells may be empty, quoted, `nan` or
/// `inf`; numbers larger than any float are the largest one.
/// JSON lines: an object of numbers each, null for an empty cell; the first one names the columns,
/// others may lack some and have them in any order. Or the lines of `vedette anomaly features`, all
/// about entities of one kind.
///
/// The column named `label`, or where that is empty a last one named `label` or `y`, says what is
/// known of each row: 0 is normal, all else an anomaly. It is none of the columns.
///
/// `file` is for messages. Errors: TableSyntax.
Result<Table> parse_table(std::string_view text, const std::string& file, std::string_view label);

}  // namespace vedette::anomaly
