#include "anomaly/sample.h"

#include "base/codec.h"
#include "base/hash.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr double kHalfLifeHours = 14 * 24;
constexpr std::uint64_t kSalt = 0x5A3B1E;

}  // namespace

double priority_of(std::uint64_t id, std::int64_t hour) {
  // Evenly in (0, 1): never 0, whose logarithm there is not.
  const double even = (static_cast<double>(mix64(id ^ kSalt) >> 12) + 0.5) * 0x1p-52;
  return std::log(-std::log(even)) -
         static_cast<double>(hour) * (std::numbers::ln2 / kHalfLifeHours);
}

void Sample::offer(std::uint64_t entity, std::uint64_t owner, std::int64_t hour,
                   const Vector& vector) {
  const std::uint64_t id = hash_combine(entity, static_cast<std::uint64_t>(hour));
  if (const std::uint32_t known = place_of_.find(id); known != PlaceTable::kNowhere) {
    items_[known].vector = vector;
    mark(items_[known]);
    return;
  }
  const double priority = priority_of(id, hour);
  if (priority > limit_ || (items_.size() >= size_max_ && priority >= heap_[0].first)) return;
  Sampled item{.id = id, .owner = owner, .priority = priority, .hour = hour, .vector = vector};
  mark(item);
  put(item);
}

void Sample::mark(Sampled& item) {
  if (item.changed || !keep_state_) return;
  item.changed = true;
  changed_.push_back(item.id);
}

void Sample::put(const Sampled& item) {
  if (items_.size() >= size_max_) remove_highest();
  place_of_.add(item.id, static_cast<std::uint32_t>(items_.size()));
  items_.push_back(item);
  heap_.emplace_back(item.priority, item.id);
  std::ranges::push_heap(heap_);
}

void Sample::limit(double priority) {
  limit_ = priority;
  while (!heap_.empty() && heap_[0].first > limit_) remove_highest();
}

void Sample::remove_highest() {
  const std::uint64_t id = heap_[0].second;
  std::ranges::pop_heap(heap_);
  heap_.pop_back();
  const std::uint32_t place = place_of_.find(id);
  mark(items_[place]);
  place_of_.remove(id);
  if (place + 1 < items_.size()) {
    items_[place] = items_.back();
    place_of_.put(items_[place].id, place);
  }
  items_.pop_back();
}

void Sample::take_changes(std::vector<StateRow>& rows) {
  for (const std::uint64_t id : changed_) {
    StateRow row{StateKind::Sampled, hash_combine(kind_, id), 0, {}};
    if (const std::uint32_t place = place_of_.find(id); place != PlaceTable::kNowhere) {
      Sampled& item = items_[place];
      if (!std::exchange(item.changed, false)) continue;  // it left, came back and was told
      row.owner = item.owner;
      Writer out(row.value);
      out.u64(kVersion);
      out.u64(kind_);
      out.u64(kFeaturesVersion);
      out.fixed64(item.id);
      out.i64(item.hour);
      for (const std::int16_t step : item.vector) out.i64(step);
    }
    rows.push_back(std::move(row));
  }
  changed_.clear();
}

std::optional<std::uint64_t> Sample::kind_of(const StateRow& row) {
  Reader in(row.value);
  if (row.kind != StateKind::Sampled || in.u64() != kVersion) return {};
  const std::uint64_t kind = in.u64();
  if (!in.ok()) return {};
  return kind;
}

bool Sample::restore(const StateRow& row) {
  Reader in(row.value);
  if (in.u64() != kVersion || in.u64() != kind_ || in.u64() != kFeaturesVersion) return false;
  Sampled item;
  item.id = in.fixed64();
  item.owner = row.owner;
  item.hour = in.i64();
  for (std::int16_t& step : item.vector) step = static_cast<std::int16_t>(in.i64());
  if (!in.done() || !is_hour(item.hour) || place_of_.find(item.id) != PlaceTable::kNowhere) {
    return false;
  }
  item.priority = priority_of(item.id, item.hour);
  if (items_.size() >= size_max_ && item.priority >= heap_[0].first) {
    mark(item);  // of more lanes than there are now
    return true;
  }
  put(item);
  return true;
}

}  // namespace vedette::anomaly
