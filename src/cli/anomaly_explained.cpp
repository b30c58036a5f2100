#include "cli/anomaly_explained.h"

#include "cli/terminal.h"

#include <algorithm>
#include <numeric>

namespace vedette::cli {

Scores scores_of(const anomaly::Model& model, const Rows& rows) {
  Scores scores;
  scores.score.resize(rows.table.matrix().rows());
  model.score(rows.table.matrix(), scores.score);
  for (const float score : scores.score) scores.rarity.push_back(model.rarity(score));
  return scores;
}

Explained explain(const anomaly::Model& model, const anomaly::Table& table, std::size_t row) {
  std::vector<double> changes(model.columns());
  model.attribute(table.matrix().row(row), changes);
  Explained found{.row = row, .drivers = {}};
  double sum = 0;
  for (std::size_t c = 0; c < changes.size(); ++c) {
    if (changes[c] >= 0) continue;
    sum += changes[c];
    found.drivers.push_back({.column = c, .change = changes[c], .share = 0});
  }
  std::stable_sort(found.drivers.begin(), found.drivers.end(),
                   [](const auto& a, const auto& b) { return a.change < b.change; });
  for (auto& driver : found.drivers) driver.share = driver.change / sum;
  return found;
}

std::vector<std::size_t> most_unusual(std::span<const float> scores, std::size_t count) {
  std::vector<std::size_t> rows(scores.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  count = std::min(count, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                    [&](std::size_t a, std::size_t b) {
                      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                    });
  rows.resize(count);
  return rows;
}

std::string once_in_text(double rarity) {
  const double once_in = std::min(1 / rarity, 1e15);
  return "1 in " + grouped(static_cast<std::uint64_t>(once_in));
}

}  // namespace vedette::cli
