// What a scan says at its end: the ranked threats and where every line went.
#pragma once

#include "base/result.h"
#include "model/ledger.h"
#include "model/threat.h"
#include "model/threat_query.h"
#include "source/source_set.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vedette::cli {

enum class Format : std::uint8_t { Text, Json, Ndjson };

/// How well behaviour of one kind of entity is known.
struct LearningSummary {
  std::string_view kind;
  double progress = 0;   ///< of the baseline that a first model needs
  double threshold = 0;  ///< of its scores
  bool learned = false;
};

struct ScanSummary {
  Ledger ledger;
  double seconds = 0;
  Time as_of;  ///< of which scores are
  std::uint64_t entities_evicted = 0, groups_evicted = 0;
  std::vector<LearningSummary> learning;  ///< empty: it was not asked for
  std::vector<source::SourceReport> reports;
};

/// Threats in a store by rank, without holding them all: the ranks are kept, the threats read one
/// by one.
class Ranking {
 public:
  static Result<Ranking> make(store::Store& store, Level severity_min);
  std::size_t size() const { return order_.size(); }
  const std::array<std::uint64_t, kLevels>& by_level() const { return by_level_; }
  /// The first `limit` (0: all).
  Result<void> visit(std::size_t limit,
                     const std::function<void(const Threat&, std::size_t rank)>& visit) const;

 private:
  store::Store* store_ = nullptr;
  std::vector<RankKey> order_;
  std::array<std::uint64_t, kLevels> by_level_{};
};

/// Writes the report to standard output. `limit`: threats in text form; 0 for all.
Result<void> print_report(Format format, const Ranking& ranking, const ScanSummary& summary,
                          std::size_t limit);

}  // namespace vedette::cli
