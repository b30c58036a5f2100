// Rows of numbers, all of the same length, one after the other in one array. A view: the numbers
// belong to somebody else.
#pragma once

#include "base/assert.h"

#include <cstddef>
#include <span>

namespace vedette::anomaly {

struct Matrix {
  std::span<const float> values;  ///< rows × columns
  std::size_t columns = 0;        ///< at least 1

  std::size_t rows() const { return values.size() / columns; }
  std::span<const float> row(std::size_t i) const { return values.subspan(i * columns, columns); }
  Matrix first(std::size_t rows) const { return {values.first(rows * columns), columns}; }
};

}  // namespace vedette::anomaly
