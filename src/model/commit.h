// Commit: what one transaction makes durable. Of a barrier: how far the sources were read, the
// state of the lanes that follows from it, the threats, and the ledger. Of people: what they
// changed.
#pragma once

#include "model/audit.h"
#include "model/ledger.h"
#include "model/suppression.h"
#include "model/threat.h"
#include "model/threat_head.h"
#include "model/token.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vedette {

/// How far one source was read: `state` is the source's own (see source/), opaque to all others.
struct SourcePosition {
  std::string source;
  std::string state;
};

/// State of a lane under a key: what an entity or a correlation group remembers.
enum class StateKind : std::uint8_t {
  Entity,
  Group,
  Profile,   ///< how an entity behaves
  Sampled,   ///< a vector of the baseline
  Everyone,  ///< part of what is usual for all; every lane has it
  Learned,   ///< models and thresholds; every lane has them
  Peaks,     ///< how high scores go, of one lane
};
inline constexpr std::size_t kStateKinds = 7;
struct StateRow {
  StateKind kind;
  std::uint64_t key;
  std::uint64_t owner;  ///< hash of the entity whose lane owns the row, to find the lane again
  std::string value;    ///< empty: forget the row
};

/// Whole lines of one source, to be kept as they stood.
struct KeptLines {
  std::shared_ptr<const std::string> source;
  std::uint64_t offset = 0;
  Time written_by;
  std::string lines;
};

/// How many threats there are of each tier, severity and status.
using ThreatCounts = std::array<std::array<std::array<std::uint64_t, kStatuses>, kLevels>, kTiers>;

struct CountRow {
  Tier tier;
  Level severity;
  Status status;
  std::uint64_t n;
};

/// What was answered to a request that carried a key, so that the same one can be answered again.
struct StoredAnswer {
  std::string key;  ///< who asked and the key they gave
  std::uint64_t request_hash = 0;
  std::uint16_t status = 0;
  std::string body;
  Time at;
};

struct Commit {
  std::uint64_t barrier = 0;  ///< 0: none, only what people changed
  std::vector<SourcePosition> positions;
  std::vector<StateRow> state;   ///< only what changed since the barrier before
  std::vector<Threat> threats;   ///< only those that changed, whole
  Ledger ledger;                 ///< totals since the beginning
  std::vector<KeptLines> lines;  ///< read since the barrier before
  Time first_event = Time::max(), last_event = Time::min();  ///< as the lines say

  // Of threats: what else became of them.
  std::vector<ThreatHead> heads;     ///< only their workflow changed
  std::vector<ThreatHead> unlisted;  ///< as they stood in a lower tier, which they have left
  std::vector<ThreatHead> expired;   ///< as they stood: forgotten
  std::vector<CountRow> counts;      ///< those that changed

  std::vector<AuditEntry> audit;
  std::vector<Suppression> suppressions;
  std::vector<std::string> suppressions_ended;  ///< ids
  std::vector<Token> tokens;
  std::vector<std::string> tokens_revoked;  ///< ids
  std::vector<StoredAnswer> answers;
};

}  // namespace vedette
