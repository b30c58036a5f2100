// Tails: how far a vector lies beyond what its peers do, feature by feature, on the side that is
// suspicious: above. Beside a forest, which finds odd combinations: most attacks show as several
// things that are each a little too much, and a forest that picks its columns by chance dilutes
// them. The idea of ECOD (Li et al., TKDE 2022), one-sided, and of features that measure the same
// thing (how much, how many different, how new, when …) only the most surprising one counts.
#pragma once

#include "anomaly/matrix.h"
#include "anomaly/sorted_columns.h"
#include "anomaly/vector.h"
#include "base/codec.h"

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace vedette::anomaly {

class Tails {
 public:
  /// Of each feature, in orders of magnitude beyond 1 in 10: 0 for what one in ten of its peers
  /// does, 2 for one in a thousand; beyond the baseline's highest it goes on with the distance.
  using Surprise = std::array<float, kFeatures>;

  Tails() = default;
  /// `rows`: the baseline, kFeatures columns, at least one row; `sorted`: its columns.
  static Tails fit(const Matrix& rows, const SortedColumns& sorted, Kind kind);

  /// The sum over the groups of features of the most surprising one's surprise.
  float sum(std::span<const float, kFeatures> features, Surprise& surprise) const;
  /// How rare such a sum is in the baseline, in orders of magnitude: about -log10 of the share of
  /// its rows that have more; the tail beyond the highest 5 % is taken as exponential.
  double orders(float sum) const;

  void encode(Writer& out) const;
  bool decode(Reader& in);
  bool operator==(const Tails&) const = default;

 private:
  static constexpr std::size_t kLevels = 17;  // a quarter of an order each: 1 in 10 to 1 in 100,000

  /// The lowest value that so few of the rows reach; ascending, infinite behind the last level.
  /// `width`: a step beyond that.
  struct Tail {
    std::array<float, kLevels> value = infinite();
    float width = 1;
    std::uint8_t levels = 0;  // 0: the feature says nothing about this kind
    bool operator==(const Tail&) const = default;
  };
  static constexpr std::array<float, kLevels> infinite() {
    std::array<float, kLevels> value{};
    for (float& level : value) level = std::numeric_limits<float>::infinity();
    return value;
  }
  static Tail tail_of(std::span<const float> sorted);
  void fit_sums(const Matrix& rows);
  float surprise_of(const Tail& feature, float value) const;

  std::array<Tail, kFeatures> features_{};
  float usual_sum_ = 0;  // which 5 % of the baseline exceed
  float excess_ = 1;     // by how much those do, in the mean
};

/// Whether a high value means something about such an entity: not what merely grows with the age of
/// a profile.
bool is_evidence(Feature feature, Kind kind);

}  // namespace vedette::anomaly
