#include "anomaly/profile.h"

#include "anomaly/log_scale.h"
#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vedette::anomaly {
namespace {

constexpr std::uint32_t kWindow = Rates::kMinutes;
constexpr std::uint32_t kDay = 24 * 60;
constexpr float kBytesMax = 0x1p64f;  // in a window
/// The second day of 1970 to the year 2149: what SlowDays can count.
constexpr std::uint32_t kMinuteMin = kDay, kMinuteMax = 65535 * kDay - 1;

std::uint32_t minute_of(std::int64_t time_ns) {
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(time_ns / kMinuteNs, kMinuteMin, kMinuteMax));
}

std::uint16_t day_of(std::uint32_t minute) {
  return static_cast<std::uint16_t>(minute / kDay);
}

/// The power of four that a count has reached, as its exponent; 0 below 4.
std::uint32_t level_of(std::uint64_t count) {
  return count < 4 ? 0 : (static_cast<std::uint32_t>(std::bit_width(count)) - 1) / 2;
}

// Sums are rounded where looks become due, so that what has just happened is counted by five
// minutes, hour and day alike.
using tables::rounded;

template <typename Count>
void count_up(Count& count) {
  count = add_saturating(count, Count{1});
}

// Places in Quantities; the slots follow.
constexpr std::size_t kEvents = 0, kFailures = 1, kBytes = 2, kFirstSlot = 3;

/// The features of the counts of different values, by facet.
struct Counted {
  Feature window;
  Feature ever;  // kCount: none
};
constexpr std::array<Counted, kFacets> kCounted{{
    {Feature::Users5m, Feature::UsersEver},
    {Feature::Sources5m, Feature::SourcesEver},
    {Feature::kCount, Feature::NetworksEver},
    {Feature::Hosts5m, Feature::kCount},
    {Feature::Ports5m, Feature::kCount},
    {Feature::Paths5m, Feature::kCount},
    {Feature::Agents5m, Feature::kCount},
    {Feature::Commands5m, Feature::kCount},
}};
const Counted& counted(Facet facet) {
  return kCounted[static_cast<std::size_t>(facet)];
}

}  // namespace

void Profile::observe(Kind kind, const Activity& activity, const Novelty& novelty) {
  const std::uint32_t hour_before = minute_ / kHourMinutes;
  const std::uint32_t minute = place_in_time(activity.time_ns);
  const bool hour_turned = minute_ / kHourMinutes != hour_before;
  const bool lasts = kind == Kind::User && levels_[1] > 0;
  const Rates::Count count{.events = activity.weight,
                           .failures = activity.failed() ? activity.weight : 0};
  rates_.add(minute, minute_, count);
  bytes_window_ = std::min(bytes_window_ + static_cast<float>(activity.bytes), kBytesMax);
  switch (kind) {
    case Kind::Source:
      take_facets<Kind::Source>(activity, novelty);
      break;
    case Kind::Network:
      take_facets<Kind::Network>(activity, novelty);
      break;
    case Kind::User:
      take_facets<Kind::User>(activity, novelty);
      break;
    case Kind::Host:
      take_facets<Kind::Host>(activity, novelty);
      break;
    case Kind::Session:
      take_facets<Kind::Session>(activity, novelty);
      break;
  }
  slow_.add(count.failures, 0);
  take_gap(activity.time_ns);
  if (activity.has_request && concerns(Feature::NewObjectsOverUsual, kind)) {
    new_objects_.ask(mix64(activity.place), requests_);
  }
  take_texts(activity);
  count_up(events_);
  take_order(kind, activity);
  // Each level is to be noted, whatever the others say.
  const bool in_five_minutes = reached(0, rates_.five_minutes().events);
  const bool in_hour = reached(1, rounded(rates_.hour(minute_).events));
  const bool in_day = reached(2, rounded(rates_.day(minute_).events));
  // What somebody did says little about where it was done or come from.
  const bool notable = activity.notable && kind != Kind::Host && kind != Kind::Network;
  due_ = notable || in_five_minutes || in_hour || in_day || (hour_turned && lasts);
}

/// Moves time on or back as the event asks for. Gives the minute it is to be counted in: the
/// newest, or one of the four before it.
std::uint32_t Profile::place_in_time(std::int64_t time_ns) {
  if (time_ns <= 0) time_ns = last_ns_;
  const std::uint32_t minute = minute_of(time_ns);
  if (minute_ == 0) {
    minute_ = minute;
    slow_.go_to(day_of(minute));
  } else if (minute > minute_) {
    advance(minute);
  } else if (minute + kWindow <= minute_) {
    if (++late_ < kLateMax) return minute_;
    go_back(minute);
  }
  late_ = 0;
  return minute;
}

void Profile::advance(std::uint32_t minute) {
  const std::uint32_t window = minute / kWindow, window_before = minute_ / kWindow;
  const Rates::Left left(minute - minute_);
  if (window != window_before) close_window(window == window_before + 1);
  if (minute / 60 != minute_ / 60) habit_.add(Habit::hour_of_week(minute_));
  rates_.advance(minute_, minute, left);
  bytes_day_ *= left.day;
  new_hour_ *= left.hour;
  first_hour_ *= left.hour;
  for (RunningMean* peak : {&rarity_max_, &query_oddness_, &command_oddness_}) {
    peak->fade(left.hour);
  }
  minute_ = minute;
  slow_.go_to(day_of(minute));
  const std::array<std::uint64_t, 3> counts{rates_.five_minutes().events,
                                            rounded(rates_.hour(minute_).events),
                                            rounded(rates_.day(minute_).events)};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    while (levels_[i] > 0 && counts[i] < std::uint64_t{1} << (2 * levels_[i] - 1)) --levels_[i];
  }
}

void Profile::go_back(std::uint32_t minute) {
  close_window(false);
  habit_.add(Habit::hour_of_week(minute_));
  rates_.go_back(minute_, minute);
  levels_ = {};
  if (minute_ - minute > kHourMinutes) new_hour_ = first_hour_ = 0;
  if (minute_ - minute > kDayMinutes) bytes_day_ = 0;
  minute_ = minute;
  last_ns_ = 0;  // the time since the event before says nothing
  slow_.go_to(day_of(minute));
}

/// The window of minute_ ended: takes it into what is usual, and begins a new one.
void Profile::close_window(bool next_follows) {
  const Quantities ended = of_window();
  for (std::size_t i = 0; i < kQuantities; ++i) {
    usual_[i].take<kUsualSpan>(ended[i], windows_);
    if (i >= kBytes) before_[i - kBytes].set(next_follows ? ended[i] : 0);
  }
  count_up(windows_);
  new_objects_.end_window();
  bytes_day_ += bytes_window_;
  bytes_window_ = 0;
  for (Different& different : different_) different.window.clear();
}

Quantities Profile::of_window() const {
  const Rates::Count count = rates_.window(minute_);
  Quantities quantities{log_scale(count.events), log_scale(count.failures),
                        log_scale(bytes_window_)};
  for (std::size_t i = 0; i < kSlots; ++i) {
    quantities[kFirstSlot + i] = log_scale(different_[i].window.count());
  }
  return quantities;
}

/// What features say of the last five minutes: events and failures by the minute, all else of this
/// window or the one before it.
Quantities Profile::of_five_minutes() const {
  Quantities quantities = of_window();
  for (std::size_t i = kBytes; i < kQuantities; ++i) {
    quantities[i] = std::max(quantities[i], before_[i - kBytes].value());
  }
  const Rates::Count count = rates_.five_minutes();
  quantities[kEvents] = log_scale(count.events);
  quantities[kFailures] = log_scale(count.failures);
  return quantities;
}

template <Kind kind>
void Profile::take_facets(const Activity& activity, const Novelty& novelty) {
  constexpr auto facets = kFacetsOf[static_cast<std::size_t>(kind)];
  const bool let_in = activity.outcome == Outcome::Success;
  float rarest = 0;
  for (std::size_t i = 0; i < kSlots; ++i) {
    const std::uint32_t hash = activity.facet(facets[i]);
    if (hash == 0) continue;
    rarest = std::max(rarest, novelty.rarity(facets[i]));
    if (novelty.first(facets[i])) first_hour_ += 1;
    Different& different = different_[i];
    if (!different.window.add(hash)) continue;  // whatever a window has was new once
    const bool had_any = !different.ever.empty();
    if (!different.ever.add(hash)) continue;
    if (had_any) new_hour_ += 1;
    if (i == 0 && (kind == Kind::User || !let_in)) slow_.add(0, 1);
  }
  if (rarest > rarity_max_.value()) rarity_max_.set(rarest);
  rarity_mean_.move(rarest, weight_of_next<kMeanSpan>(events_));
}

void Profile::take_gap(std::int64_t time_ns) {
  if (time_ns <= 0 || time_ns < last_ns_) return;
  if (last_ns_ > 0) {
    const auto seconds = static_cast<float>(time_ns - last_ns_) * 1e-9f;
    const float x = log_scale(seconds);
    const float part = weight_of_next<kMeanSpan>(std::max<std::uint32_t>(events_, 1) - 1);
    if (events_ > 1) gap_deviation_.move(std::abs(x - gap_mean_.value()), part);
    gap_mean_.move(x, part);
  }
  last_ns_ = time_ns;
}

void Profile::take_texts(const Activity& activity) {
  const auto raise = [](RunningMean& peak, float x) {
    if (x > peak.value()) peak.set(x);
  };
  raise(query_oddness_, activity.query_oddness);
  raise(command_oddness_, activity.command_oddness);
  if (!activity.has_request && activity.status_class == 0) return;
  const float part = weight_of_next<kMeanSpan>(requests_);
  const auto share = [&](RunningMean& mean, bool is) { mean.move(is ? 1.0f : 0.0f, part); };
  share(client_errors_, activity.status_class == 4);
  share(server_errors_, activity.status_class == 5);
  share(writes_, activity.method == Method::Write);
  share(odd_methods_, activity.method == Method::Other);
  path_entropy_.move(activity.path_entropy, part);
  path_depth_.move(log_scale(std::uint32_t{activity.path_depth}), part);
  count_up(requests_);
}

/// Whether what comes goes on where the event before it ended: a request with the next number, or
/// for a network an event of the same source.
void Profile::take_order(Kind kind, const Activity& activity) {
  const bool of_source = kind == Kind::Network;
  if (!of_source && !activity.has_request) return;
  const std::uint32_t now = of_source ? activity.facet(Facet::Source) : activity.place;
  const auto expected = static_cast<std::uint16_t>(before_place_ + (of_source ? 0 : 1));
  const auto place = static_cast<std::uint16_t>(now);
  const std::uint8_t seen = of_source ? events_ : requests_;
  if (seen > 1) continued_.move(place == expected ? 1 : 0, weight_of_next<kMeanSpan>(seen - 2u));
  before_place_ = place;
}

bool Profile::reached(std::size_t level, std::uint64_t count) {
  const std::uint32_t now = level_of(count);
  if (now <= levels_[level]) return false;
  levels_[level] = static_cast<std::uint8_t>(now);
  return true;
}

bool Profile::has_had(Kind kind, Facet facet, std::uint32_t hash) const {
  const auto facets = facets_of(kind);
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (facets[i] == facet && different_[i].ever.has(hash)) return true;
  }
  return false;
}

void Profile::features(Kind kind, std::span<float, kFeatures> values) const {
  const auto set = [&](Feature feature, float value) {
    values[static_cast<std::size_t>(feature)] = value;
  };
  std::ranges::fill(values, 0.0f);
  const Quantities now = of_five_minutes();
  const Rates::Sum hour = rates_.hour(minute_), day = rates_.day(minute_);
  const SlowDays::Sum slow = slow_.sum();
  const std::uint32_t busiest = rates_.busiest_minute();
  set(Feature::Events1m, log_scale(rates_.minute(minute_).events));
  set(Feature::Events5m, now[kEvents]);
  set(Feature::Events1h, log_scale(hour.events));
  set(Feature::Events1d, log_scale(day.events));
  set(Feature::Failures5m, now[kFailures]);
  set(Feature::Failures1h, log_scale(hour.failures));
  set(Feature::Failures1d, log_scale(day.failures));
  set(Feature::FailureShare, hour.events > 0 ? std::min(hour.failures / hour.events, 1.0f) : 0);
  set(Feature::New1h, log_scale(new_hour_));
  set(Feature::First1h, log_scale(first_hour_));
  set(Feature::RarityMax, rarity_max_.value());
  set(Feature::RarityMean, rarity_mean_.value());
  set(Feature::GapMean, gap_mean_.value());
  set(Feature::Regularity, events_ < 5 ? 0 : 1 / (1 + gap_deviation_.value()));
  set(Feature::Burst, log_scale(busiest) - log_scale(hour.events / kHourMinutes));
  set(Feature::OddHour, habit_.surprise(Habit::hour_of_week(minute_)));
  set(Feature::Bytes5m, now[kBytes]);
  set(Feature::Bytes1d, log_scale(bytes_day_ + bytes_window_));
  set(Feature::ClientErrors, client_errors_.value());
  set(Feature::ServerErrors, server_errors_.value());
  set(Feature::Writes, writes_.value());
  set(Feature::OddMethods, odd_methods_.value());
  set(Feature::PathEntropy, path_entropy_.value());
  set(Feature::PathDepth, path_depth_.value());
  set(Feature::Sequence, continued_.value());
  set(Feature::QueryOddness, query_oddness_.value());
  set(Feature::CommandOddness, command_oddness_.value());
  set(Feature::ActiveDays, log_scale(slow.active_days));
  set(Feature::Failures30d, log_scale(slow.failures));
  set(Feature::Newcomers2d, log_scale(slow.newcomers_2d));
  set(Feature::Newcomers30d, log_scale(slow.newcomers));
  set(Feature::Evenness, slow.evenness);
  const auto facets = facets_of(kind);
  for (std::size_t i = 0; i < kSlots; ++i) {
    const Counted& its = counted(facets[i]);
    if (its.window != Feature::kCount) set(its.window, now[kFirstSlot + i]);
    if (its.ever != Feature::kCount) {
      set(its.ever, log_scale(different_[i].ever.count()));
    }
  }
  if (has_usual()) write_usual(now, values);
  set(Feature::NewObjectsOverUsual, new_objects_.over_usual());
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (!concerns(static_cast<Feature>(i), kind)) values[i] = 0;
  }
}

void Profile::write_usual(const Quantities& now, std::span<float, kFeatures> values) const {
  const auto over = [&](std::size_t i) { return usual_[i].over(now[i]); };
  const auto set = [&](Feature feature, float value) {
    values[static_cast<std::size_t>(feature)] = value;
  };
  float variety = over(kFirstSlot);
  for (std::size_t i = 1; i < kSlots; ++i) variety = std::max(variety, over(kFirstSlot + i));
  set(Feature::EventsOverUsual, over(kEvents));
  set(Feature::FailuresOverUsual, over(kFailures));
  set(Feature::VarietyOverUsual, variety);
  set(Feature::BytesOverUsual, over(kBytes));
}

OwnUsual Profile::usual() const {
  OwnUsual own;
  own.known = has_usual();
  for (std::size_t i = 0; i < kQuantities; ++i) own.quantities[i] = usual_[i].mean.value();
  return own;
}

float OwnUsual::of(Kind kind, Feature feature) const {
  constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
  if (!known) return kUnknown;
  if (feature == Feature::Events5m) return quantities[kEvents];
  if (feature == Feature::Failures5m) return quantities[kFailures];
  if (feature == Feature::Bytes5m) return quantities[kBytes];
  const auto facets = facets_of(kind);
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (counted(facets[i]).window == feature) return quantities[kFirstSlot + i];
  }
  return kUnknown;
}

}  // namespace vedette::anomaly
