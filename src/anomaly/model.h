// A model: what was learned from a baseline of feature vectors of one kind. Forests, how their
// scores are spread over the baseline, and what is usual in each column. Frozen; any number of
// threads may use it.
#pragma once

#include "anomaly/forest.h"
#include "anomaly/matrix.h"
#include "anomaly/ranks.h"
#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::anomaly {

inline constexpr std::size_t kBaselineMax = 100'000;

struct ModelOptions {
  /// False: one isolation forest with cuts along columns, of `samples`. True: four, with cuts along
  /// columns and with planes, each of `samples` and of `samples_large`, joined by rank.
  bool ensemble = true;
  std::size_t trees = 100;    ///< of each forest
  std::size_t samples = 256;  ///< see ForestOptions
  std::size_t samples_large = 1024;
  std::size_t baseline_max = 10'000;  ///< rows, 1 to kBaselineMax; of more a random sample is taken
  std::uint64_t seed = 0;
};

/// When the rows of a baseline were seen; the epoch where nobody told.
struct TimeRange {
  Time from{}, to{};
};

/// What is usual in one column of the baseline. All the median where nothing in it is a number.
struct Usual {
  float low = 0, q25 = 0, median = 0, q75 = 0, q95 = 0, q99 = 0, high = 0;
};

class Model {
 public:
  /// `names`: of the columns, as many as there are, each at most kNameBytesMax long (longer ones
  /// are cut); `features_version`: of the list they come from, 0 for none. Errors as Forest::fit.
  static Result<Model> train(const Matrix& rows, std::vector<std::string> names,
                             std::uint32_t features_version, const ModelOptions& options,
                             TimeRange when = {});
  /// Of all these rows, up to kBaselineMax. `sorted`: their columns, or those of more rows of the
  /// same baseline, which what is usual is then taken from.
  static Result<Model> train(const Matrix& rows, const SortedColumns& sorted,
                             std::vector<std::string> names, std::uint32_t features_version,
                             const ModelOptions& options, TimeRange when = {});

  /// How unusual each row is, for ranking, in [0, 1]: the forest's own score, or the mean over the
  /// forests of its rank among the baseline's (ranks.h).
  void score(const Matrix& rows, std::span<float> scores) const;
  /// How rare scores like this are in the baseline, in (0, 1]: the share of its rows that score at
  /// least as high; beyond its highest, where a share would be 0, the tail goes on as an
  /// exponential one fitted to the highest 5 %.
  double rarity(float score) const { return ranks_.rarity(score); }
  /// False for most: more than a tenth of the baseline score at least as high. Takes no search.
  bool may_be_rare(float score) const { return ranks_.may_be_rare(score); }

  /// What each column did for the score: the mean over the forests of Forest::attribute, in parts
  /// of the length that is usual. The sum over the columns is E[h]/c − 1: −0.3 where a row stands
  /// alone after 30 % fewer cuts than usual.
  void attribute(std::span<const float> row, std::span<double> columns) const;

  std::size_t columns() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::uint32_t features_version() const { return features_version_; }
  std::span<const Usual> usual() const { return usual_; }
  std::span<const Forest> forests() const { return forests_; }
  const ModelOptions& options() const { return options_; }
  const TimeRange& when() const { return when_; }
  std::uint64_t rows() const { return rows_; }  ///< that there were to learn from
  std::uint64_t baseline_rows() const { return ranks_.size(); }

  /// The bytes of a model file: magic, version, what it is about, forests, and a checksum of all.
  std::string encode() const;
  /// Refuses what is damaged, of another version, or not a model at all, and says which
  /// (AnomalyModelDamaged). Takes nothing on trust: any bytes may come.
  static Result<Model> decode(std::string_view bytes);

  static constexpr std::size_t kNameBytesMax = 256;

 private:
  Model() = default;

  std::vector<std::string> names_;
  std::uint32_t features_version_ = 0;
  ModelOptions options_;
  TimeRange when_;
  std::uint64_t rows_ = 0;
  std::vector<Usual> usual_;
  std::vector<Forest> forests_;
  std::vector<Ranks> forest_ranks_;  ///< of each forest, where there are several
  Ranks ranks_;                      ///< of the scores
};

}  // namespace vedette::anomaly
