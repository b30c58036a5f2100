// For tests and benches: rows with a shape that is known.
#pragma once

#include "anomaly/matrix.h"
#include "base/random.h"

#include <vector>

namespace vedette::anomaly {

struct Rows {
  std::vector<float> values;
  std::size_t columns = 0;

  Matrix matrix() const { return {.values = values, .columns = columns}; }
};

/// Around the origin, each column about normal with deviation 1.
inline Rows cloud(std::size_t rows, std::size_t columns, std::uint64_t seed = 1) {
  Random random(seed);
  Rows made{.values = {}, .columns = columns};
  made.values.reserve(rows * columns);
  for (std::size_t i = 0; i < rows * columns; ++i) {
    double sum = -6;
    for (int j = 0; j < 12; ++j) sum += random.unit();
    made.values.push_back(static_cast<float>(sum));
  }
  return made;
}

}  // namespace vedette::anomaly
