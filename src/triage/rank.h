// Rank: which threat a person should look at first. Severity, then score as of now, then how
// recent.
//
// RankKey is all that the order needs, 32 bytes: a caller that cannot hold a million threats ranks
// their keys and fetches those it shows by their hashes. Pure functions; any thread.
#pragma once

#include "base/time.h"
#include "model/threat.h"

#include <vector>

namespace vedette::triage {

struct RankKey {
  double score = 0;
  Time last_seen;
  std::uint64_t entity_hash = 0;
  Level severity = Level::Informational;
};

/// As the threat stands; `rescore` first if it comes from the store.
RankKey rank_key(const Threat& threat);
/// Whether `a` comes before `b`. A strict order of all keys: no two entities have one hash, and the
/// order of the hashes is the order of the ids.
bool ranks_before(const RankKey& a, const RankKey& b);

/// Score and severity as of `as_of`: what is stored is as of the threat's own last event.
void rescore(Threat& threat, Time as_of);
/// Rescores all and sorts them, worst first.
void rank(std::vector<Threat>& threats, Time as_of);

}  // namespace vedette::triage
