// Which rows of a table are the most unusual, and what made them so.
#pragma once

#include "anomaly/model.h"
#include "anomaly/table.h"

#include <cstddef>
#include <span>
#include <vector>

namespace vedette::cli {

/// One row, and the columns that made it score high, the one that did most first.
struct Explained {
  std::size_t row = 0;
  float score = 0;
  double rarity = 1;
  struct Driver {
    std::size_t column = 0;
    double change = 0;  ///< see Model::attribute
    double share = 0;   ///< of all that made it score high
  };
  std::vector<Driver> drivers;
};

Explained explain(const anomaly::Model& model, const anomaly::Table& table, std::size_t row,
                  float score);

/// The rows that score highest, the highest first, at most `count`.
std::vector<std::size_t> most_unusual(std::span<const float> scores, std::size_t count);

/// "1 in 1,234" for a rarity.
std::string once_in_text(double rarity);

}  // namespace vedette::cli
