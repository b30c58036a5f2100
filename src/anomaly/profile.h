// Profile: all that is kept of one entity's behaviour, 704 bytes whatever it does. A lane has one
// for each entity it owns, in a BoundedTable, and feeds it with the entity's events in their order.
//
// Time is that of the events, by minutes of the clock (UTC). It goes on with the newest one. An
// event more than five minutes older is counted as if it were of now; if the next one is as old,
// time goes back to it (a file that is older than the one before it): what is known of the last
// five minutes begins anew, of the last hour or day if it goes back further than that, and all else
// stays.
//
// With many entities most of the time goes by waiting for memory, unless what the next events need
// is on its way meanwhile: the table's prefetch() of their keys some 16 events ahead, peek() and
// the profile's prefetch() some 8 ahead, find() and observe() when their turn comes.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/distinct.h"
#include "anomaly/everyone.h"
#include "anomaly/features.h"
#include "anomaly/habit.h"
#include "anomaly/new_objects.h"
#include "anomaly/rates.h"
#include "anomaly/running_mean.h"
#include "anomaly/slow_days.h"
#include "base/codec.h"

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>

namespace vedette::anomaly {

/// Of how many facets the different values are counted, and which they are. The first one's
/// newcomers are counted over weeks.
inline constexpr std::size_t kSlots = 5;
inline constexpr std::array<std::array<Facet, kSlots>, kKinds> kFacetsOf{{
    {Facet::User, Facet::Host, Facet::Port, Facet::Path, Facet::Agent},          // Source
    {Facet::User, Facet::Source, Facet::Host, Facet::Port, Facet::Path},         // Network
    {Facet::Source, Facet::Network, Facet::Host, Facet::Agent, Facet::Command},  // User
    {Facet::User, Facet::Source, Facet::Port, Facet::Path, Facet::Command},      // Host
    {Facet::User, Facet::Port, Facet::Path, Facet::Agent, Facet::Command},       // Session
}};
constexpr std::span<const Facet, kSlots> facets_of(Kind kind) {
  return kFacetsOf[static_cast<std::size_t>(kind)];
}

/// What a window of five minutes is remembered by: events, failures, bytes, different values.
inline constexpr std::size_t kQuantities = 3 + kSlots;
using Quantities = std::array<float, kQuantities>;

/// What is usual for an entity itself.
struct OwnUsual {
  Quantities quantities{};
  bool known = false;

  /// On the feature's own scale (natural() makes it people's); NaN where no history is kept, and
  /// while nothing is known.
  float of(Kind kind, Feature feature) const;
};

class Profile {
 public:
  /// The profile of an entity is always given the same kind.
  void observe(Kind kind, const Activity& activity, const Novelty& novelty);

  /// Whether the last observe() makes the entity worth scoring: its events in five minutes, an
  /// hour or a day have reached a power of four, from 4 up, for the first time since they were
  /// below half of it; or the event is notable; or, of a user, whose hours say more than its
  /// counts, it goes on in another hour of the clock.
  bool due() const { return due_ != 0; }

  /// Of a network: whether nearly all of its latest events are of one source, which then is what
  /// there is to look at.
  bool of_one_source() const { return continued_.value() > kOneSource; }
  /// Whether an event of this entity ever named the value; sometimes said of one that none did.
  bool has_had(Kind kind, Facet facet, std::uint32_t hash) const;

  /// The vector as of the last event.
  void features(Kind kind, std::span<float, kFeatures> values) const;
  /// Known once the third active window of five minutes has ended.
  OwnUsual usual() const;

  /// Of the newest event; 0: there was none.
  std::int64_t last_ns() const { return last_ns_; }

  /// Asks for the parts that observe() of such an activity will touch.
  [[gnu::always_inline]] void prefetch(Kind kind, const Activity& activity) const {
    __builtin_prefetch(this, 1);
    __builtin_prefetch(&slow_, 1);
    __builtin_prefetch(&usual_, 1);
    const auto facets = facets_of(kind);
    for (std::size_t i = 0; i < kSlots; ++i) {
      if (activity.facet(facets[i]) != 0) __builtin_prefetch(&different_[i], 1);
    }
    if (activity.has_request && concerns(Feature::NewObjectsOverUsual, kind)) {
      __builtin_prefetch(&new_objects_, 1);
    }
  }

  /// All of it, to the bit; about 80 bytes after one event, at most sizeof(Profile) and 3.
  void encode(Writer& out) const;
  /// False for what no encode() wrote; the profile is then empty.
  bool decode(Reader& in);

 private:
  static constexpr std::uint32_t kMeanSpan = 16;   // events
  static constexpr std::uint32_t kUsualSpan = 32;  // active windows
  static constexpr std::uint32_t kUsualMin = 3;
  static constexpr float kOneSource = 0.85f;
  static constexpr std::uint32_t kLateMax = 2;  // then time goes back

  struct Different {
    Distinct window;
    Distinct ever;
  };

  std::uint32_t place_in_time(std::int64_t time_ns);
  void advance(std::uint32_t minute);
  void go_back(std::uint32_t minute);
  void close_window(bool next_follows);
  Quantities of_window() const;
  Quantities of_five_minutes() const;
  template <Kind kind>
  void take_facets(const Activity& activity, const Novelty& novelty);
  void take_gap(std::int64_t time_ns);
  void take_texts(const Activity& activity);
  void take_order(Kind kind, const Activity& activity);
  void write_usual(const Quantities& now, std::span<float, kFeatures> values) const;
  bool reached(std::size_t level, std::uint64_t count);
  bool has_usual() const { return windows_ >= kUsualMin; }
  bool sane() const;
  void toggle_windows();

  // Ordered by use, without a gap: profiles are stored as their bytes.
  std::int64_t last_ns_ = 0;
  Rates rates_;
  std::uint32_t minute_ = 0;  // of the newest event, since 1970; 0: there was none
  float bytes_day_ = 0;       // without the window that runs
  float bytes_window_ = 0;
  std::uint16_t before_place_ = 0;  // where the request before led; of a network: who was before
  RunningMean continued_;           // how often that went on
  float new_hour_ = 0, first_hour_ = 0;
  std::uint8_t due_ = 0;
  std::uint8_t late_ = 0;                 // events in a row that were older than the newest minutes
  std::array<std::uint8_t, 3> levels_{};  // powers of four reached in five minutes, hour, day
  std::uint8_t windows_ = 0;  // active ones that ended, at most 255; so are the next two
  std::uint8_t events_ = 0;
  std::uint8_t requests_ = 0;
  RunningMean rarity_max_, rarity_mean_;
  RunningMean gap_mean_, gap_deviation_;
  RunningMean client_errors_, server_errors_, writes_, odd_methods_;
  RunningMean path_entropy_, path_depth_, query_oddness_, command_oddness_;
  SlowDays slow_;
  std::array<RunningMean, kSlots + 1> before_;  // the window before this: bytes, different values
  std::array<RunningSpread, kQuantities> usual_;
  Habit habit_;
  // Each in a line of the cache, if the profile begins with one.
  std::array<Different, kSlots> different_;
  NewObjects new_objects_;  // of sources and users
};
static_assert(sizeof(Profile) == 704);
static_assert(std::is_trivially_copyable_v<Profile>);

}  // namespace vedette::anomaly
