// Memory: what an entity did before any finding was about it, in a fixed 288 bytes at most, so that
// 65,536 of them fit beside everything else. When a finding comes it all moves into the threat;
// what stays is the connections whose attempts are being counted.
#pragma once

#include "base/time.h"
#include "model/threat.h"
#include "triage/attempts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::triage {

/// A honeypot session whose beginning was not seen (it lies before the log) counts by its end. Call
/// it when an end was counted.
template <typename CountsArray>
void count_unseen_session(CountsArray& counts) {
  auto& begun = counts[static_cast<std::size_t>(Counter::HoneypotSession)];
  begun = std::max(begun, counts[static_cast<std::size_t>(Counter::HoneypotSessionEnd)]);
}

class Memory {
 public:
  /// Kinds of action that are remembered with their times; of more, those heard of longest ago go.
  static constexpr std::size_t kDeedsMax = 4;
  static constexpr std::uint32_t kNotHeld = ~std::uint32_t{0};

  Attempts attempts;
  std::uint32_t held = kNotHeld;  ///< place of its threat in memory
  bool is_threat = false;         ///< it has a threat, in memory or in the store
  bool changed = false;           ///< since its row was last taken
  bool has_row = false;           ///< there is a row of it in the store, or on the way there

  void seen(Time time);
  void count(Counter counter, std::uint64_t times);
  void note(Action action, Time time, std::uint64_t times);
  /// Adds everything to the threat and forgets it. `trigger`: the event that made it a threat,
  /// whose detail is known (nothing more than its action is remembered of the others).
  void move_to(Threat& threat, const EventBatch& batch, const Event& trigger,
               std::size_t timeline_max);

  std::string encode() const;
  bool decode(std::string_view bytes);

 private:
  struct Deeds {
    Time first, last;
    std::uint32_t count = 0;
    Action action = Action::None;
  };
  void put_deeds(Writer& out) const;
  bool take_deeds(Reader& in);

  Time first_, last_;
  std::array<Deeds, kDeedsMax> deeds_{};
  std::array<std::uint32_t, kCounters> counts_{};  // stay at their maximum
  std::uint8_t deeds_used_ = 0;
  std::uint8_t deeds_lost_ = 0;  // stays at its maximum
};
static_assert(sizeof(Memory) <= 288);

}  // namespace vedette::triage
