// Analyzer: what single events say at once, without anything that is remembered: which rules match,
// and whom they are about. For the API, whose events go through the pipeline besides. Any thread;
// one at a time works, the others wait for moments.
#pragma once

#include "base/mutex.h"
#include "engine/batch.h"
#include "engine/stats.h"
#include "engine/worker.h"
#include "model/threat.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::engine {

class Analyzer {
 public:
  /// More is cut off.
  static constexpr std::size_t kBytesMax = 64 * 1024;

  struct Subject {
    EntityType type;
    std::string value;
    std::uint64_t hash;
  };
  struct Analysis {
    std::optional<Subject> subject;     ///< of the first event that names one
    std::vector<FindingRule> findings;  ///< rules that report, each once
    std::vector<std::string> observed;  ///< titles of those that only feed correlations
    std::vector<std::string> events;    ///< as `decode` prints them
    double score = 0;                   ///< 0 to 1: of the findings alone
  };

  Analyzer(const FieldTable& fields, std::shared_ptr<const sigma::RuleSet> rules);

  /// `lines`: whole lines of log or JSON events.
  Analysis analyze(std::string_view lines, Time now) EXCLUDES(mutex_);

 private:
  const FieldTable& fields_;
  std::shared_ptr<const sigma::RuleSet> rules_;
  Mutex mutex_;
  Stats stats_;  // nobody looks at them
  Worker worker_ GUARDED_BY(mutex_);
  Batch batch_ GUARDED_BY(mutex_);
};

}  // namespace vedette::engine
