// Commit: everything one barrier makes durable, in one transaction: how far the sources were read,
// the state of the lanes that follows from it, the threats, and the ledger.
#pragma once

#include "model/ledger.h"
#include "model/threat.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vedette {

/// How far one source was read: `state` is the source's own (see source/), opaque to all others.
struct SourcePosition {
  std::string source;
  std::string state;
};

/// State of a lane under a key: what an entity or a correlation group remembers.
enum class StateKind : std::uint8_t { Entity, Group };
struct StateRow {
  StateKind kind;
  std::uint64_t key;
  std::uint64_t owner;  ///< hash of the entity whose lane owns the row, to find the lane again
  std::string value;    ///< empty: forget the row
};

struct Commit {
  std::uint64_t barrier = 0;
  std::vector<SourcePosition> positions;
  std::vector<StateRow> state;  ///< only what changed since the barrier before
  std::vector<Threat> threats;  ///< only those that changed, whole
  Ledger ledger;                ///< totals since the beginning
};

}  // namespace vedette
