// Which rows of a table are the most unusual, and what made them so.
#pragma once

#include "anomaly/model.h"
#include "cli/anomaly_input.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace vedette::cli {

/// How unusual each row is, and how rare a score like that is in the baseline.
struct Scores {
  std::vector<float> score;
  std::vector<double> rarity;
};
Scores scores_of(const anomaly::Model& model, const Rows& rows);

/// One row, and the columns that made it score high, the one that did most first.
struct Explained {
  std::size_t row = 0;
  struct Driver {
    std::size_t column = 0;
    double change = 0;  ///< see Model::attribute
    double share = 0;   ///< of all that made it score high
  };
  std::vector<Driver> drivers;
};

Explained explain(const anomaly::Model& model, const anomaly::Table& table, std::size_t row);

/// The rows that score highest, the highest first, at most `count`.
std::vector<std::size_t> most_unusual(std::span<const float> scores, std::size_t count);

/// "1 in 1,234" for a rarity.
std::string once_in_text(double rarity);

}  // namespace vedette::cli
