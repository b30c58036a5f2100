// Numbers under which the words of the vocabularies are stored: made from the words themselves, so
// that a new entry in actions.def or counters.def changes the meaning of nothing that was stored
// before.
#pragma once

#include "model/action.h"

#include <cstdint>
#include <optional>

namespace vedette {

/// Below 2^21: three bytes at most in base/codec.h. Different for each word (a test keeps it true).
std::uint32_t stored_id(Action action);
std::uint32_t stored_id(Counter counter);
/// Nothing for a word that this version does not have.
std::optional<Action> action_of_stored_id(std::uint64_t id);
std::optional<Counter> counter_of_stored_id(std::uint64_t id);

}  // namespace vedette
