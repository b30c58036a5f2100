// Whether a compiled rule matches an event. Pure; no allocation.
#pragma once

#include "sigma/compile.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace vedette::sigma {

/// Which values of the head's enums an event has, in the order of the fields.
std::array<std::uint8_t, kHeadFields> head_of(const Event& event);

/// One event before the rules. With `fired`, tests that the index decides are looked up there (true
/// where it equals `epoch`); without, every pattern is compared: the oracle.
struct Evaluation {
  const RuleSet::Compiled& rules;
  const EventBatch& batch;
  const Event& event;
  bool own_words = true;  ///< the event may have an action, category… as a value besides its head's
  const std::uint32_t* fired = nullptr;
  std::uint32_t epoch = 0;
  std::array<std::uint8_t, kHeadFields> head = head_of(event);
};

bool holds(const Evaluation& evaluation, std::uint32_t node);

/// The text of a field that stands in the event's head; "" when it has none.
std::string_view head_text(const Event& event, Field field);
/// The test as asked of one text alone: for the words of the head's enums.
bool holds_for_head_text(const RuleSet::Compiled& rules, const Test& test, std::string_view text);

}  // namespace vedette::sigma
