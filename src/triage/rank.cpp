#include "triage/rank.h"

#include "triage/score.h"

#include <algorithm>

namespace vedette::triage {

RankKey rank_key(const Threat& threat) {
  return {.score = threat.score,
          .last_seen = threat.last_seen,
          .entity_hash = threat.entity_hash,
          .severity = threat.severity};
}

bool ranks_before(const RankKey& a, const RankKey& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  if (a.score != b.score) return a.score > b.score;
  if (a.last_seen != b.last_seen) return a.last_seen > b.last_seen;
  return a.entity_hash < b.entity_hash;
}

void rescore(Threat& threat, Time as_of) {
  threat.score = score(threat.findings, as_of);
  threat.severity = severity(threat.findings);
}

void rank(std::vector<Threat>& threats, Time as_of) {
  for (Threat& threat : threats) rescore(threat, as_of);
  std::sort(threats.begin(), threats.end(), [](const Threat& a, const Threat& b) {
    return ranks_before(rank_key(a), rank_key(b));
  });
}

}  // namespace vedette::triage
