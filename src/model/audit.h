// The audit: who changed what, when and why. Entries are only ever added.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <string>

namespace vedette {

struct AuditEntry {
  std::uint64_t id = 0;  ///< given by the store: the later, the larger
  Time at;
  std::string who;                ///< the name of a token, a user of this machine, or "vedette"
  std::string action;             ///< "status", "assign", "note", "suppress", "token-create", …
  std::uint64_t entity_hash = 0;  ///< the threat it is about; 0: none
  std::string reason;             ///< as given; the text of a note
  std::string before, after;      ///< JSON of what changed; empty: nothing
};

/// What asks for entries: the latest first.
struct AuditQuery {
  std::uint64_t entity_hash = 0;  ///< 0: of all
  std::uint64_t before_id = 0;    ///< 0: from the latest
  std::size_t limit = 100;
};

}  // namespace vedette
