#include "sigma/window.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vedette::sigma {
namespace {

std::int64_t slot_of(Time time, Duration width) {
  const std::int64_t t = time.time_since_epoch().count(), w = width.count();
  return t / w - (t % w < 0 ? 1 : 0);
}

/// Whether two times, the earlier first, lie in one slot. Most do not, and then nothing is divided.
bool share_slot(Time a, Time b, Duration width) {
  const auto apart = static_cast<std::uint64_t>(b.time_since_epoch().count()) -
                     static_cast<std::uint64_t>(a.time_since_epoch().count());
  return apart < static_cast<std::uint64_t>(width.count()) &&
         slot_of(a, width) == slot_of(b, width);
}

std::uint64_t add_up(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

Duration slot_width(Duration span, int slots) {
  return Duration(span.count() / slots + 1);
}

}  // namespace

CountWindow::Added CountWindow::add(Time time, std::uint64_t weight, Duration span) {
  // The usual case by itself: events in the order of time, and few of them.
  if (size_ > 0 && time >= newest()) {
    if (time == newest()) {
      at(size_ - 1u).count = add_up(at(size_ - 1u).count, weight);
      total_ = add_up(total_, weight);
      return Added::Counted;
    }
    drop_before(before(time, span));
    if (size_ < (crowded_ ? kExactAgain : kExactMax)) {
      crowded_ = false;
      if (size_ == capacity_) grow();
      total_ = add_up(total_, weight);
      ++size_;
      at(size_ - 1u) = {time, weight};
      return Added::Counted;
    }
  }
  return add_anywhere(time, weight, span);
}

CountWindow::Added CountWindow::add_anywhere(Time time, std::uint64_t weight, Duration span) {
  Added added = Added::Counted;
  if (size_ > 0 && time < before(newest(), span)) {
    size_ = 0;
    total_ = 0;
    added = Added::Anew;
  }
  total_ = add_up(total_, weight);
  std::size_t place = place_for(time);
  if (place > 0 && at(place - 1).time == time) {
    at(place - 1).count = add_up(at(place - 1).count, weight);
    return added;
  }
  if (size_ < kExactAgain) crowded_ = false;
  if (size_ < kExactMax && !crowded_) {
    insert(place, {time, weight});
    return added;
  }
  const Duration width = slot_width(span, kExactMax);
  const bool full = size_ >= kEntriesMax;
  if (place > 0 && (full || share_slot(at(place - 1).time, time, width))) {
    at(place - 1).time = time;
    at(place - 1).count = add_up(at(place - 1).count, weight);
  } else if (place < size_ && (full || share_slot(time, at(place).time, width))) {
    at(place).count = add_up(at(place).count, weight);
  } else {
    if (!crowded_) {
      merge_slots(width);
      crowded_ = true;
      place = place_for(time);
    }
    insert(place, {time, weight});
  }
  return added;
}

/// Behind those that are not younger.
std::size_t CountWindow::place_for(Time time) const {
  std::size_t place = size_;
  while (place > 0 && at(place - 1).time > time) --place;
  return place;
}

std::uint64_t CountWindow::count_after(Time time) const {
  std::uint64_t sum = 0;
  for (std::size_t i = size_; i > 0 && at(i - 1).time > time; --i) {
    sum = add_up(sum, at(i - 1).count);
  }
  return sum;
}

Time CountWindow::first_after(Time time) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (at(i).time > time) return at(i).time;
  }
  return newest();
}

void CountWindow::grow() {
  const std::size_t capacity = std::min<std::size_t>(capacity_ * 2u, kEntriesMax);
  auto bigger = std::make_unique<Entry[]>(capacity);
  for (std::size_t i = 0; i < size_; ++i) bigger[i] = at(i);
  heap_ = std::move(bigger);
  head_ = 0;
  capacity_ = static_cast<std::uint8_t>(capacity);
}

void CountWindow::insert(std::size_t place, Entry entry) {
  if (size_ == capacity_) grow();
  for (std::size_t i = size_++; i > place; --i) at(i) = at(i - 1);
  at(place) = entry;
}

void CountWindow::drop_before(Time limit) {
  const Entry* const all = entries();
  std::size_t head = head_, size = size_;
  for (; size > 0 && all[head].time < limit; --size) {
    total_ -= all[head].count;
    head = head + 1u < capacity_ ? head + 1 : 0;
  }
  if (size == 0) total_ = 0;  // it may have reached its maximum
  head_ = static_cast<std::uint8_t>(head);
  size_ = static_cast<std::uint8_t>(size);
}

void CountWindow::merge_slots(Duration width) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < size_; ++i) {
    if (share_slot(at(last).time, at(i).time, width)) {
      at(last).time = at(i).time;
      at(last).count = add_up(at(last).count, at(i).count);
    } else {
      at(++last) = at(i);
    }
  }
  size_ = static_cast<std::uint8_t>(last + 1);
}

void CountWindow::write(Writer& out) const {
  out.u64(size_ * 2u + (crowded_ ? 1 : 0));
  for (std::size_t i = 0; i < size_; ++i) {
    out.time(at(i).time);
    out.u64(at(i).count);
  }
}

bool CountWindow::read(Reader& in) {
  const std::uint64_t head = in.u64();
  const std::uint64_t size = head / 2;
  crowded_ = head % 2 != 0;
  if (!in.ok() || size > kEntriesMax) return false;
  for (std::uint64_t i = 0; i < size; ++i) {
    const Entry entry{in.time(), in.u64()};
    if (!in.ok() || (size_ > 0 && entry.time <= newest())) return false;
    insert(size_, entry);
    total_ = add_up(total_, entry.count);
  }
  return true;
}

void DistinctWindow::add(std::uint64_t value, Time time, Duration span) {
  if (ring_ != nullptr) return add_to_ring(value, time, span);
  if (exact_.empty() || time > newest_) newest_ = time;
  if (exact_.empty() || time < oldest_) oldest_ = time;
  if (const Time limit = before(newest_, span); oldest_ < limit) {
    std::erase_if(exact_, [&](const Entry& entry) { return entry.last < limit; });
    oldest_ = newest_;
    for (const Entry& entry : exact_) oldest_ = std::min(oldest_, entry.last);
  }
  for (Entry& entry : exact_) {
    if (entry.value != value) continue;
    entry.last = std::max(entry.last, time);
    return;
  }
  if (exact_.size() < kExactMax) {
    if (exact_.capacity() == exact_.size())
      exact_.reserve(std::max<std::size_t>(1, exact_.size() * 2));
    exact_.push_back({value, time});
    return;
  }
  ring_ = std::make_unique<Ring>();
  ring_->newest = slot_of(newest_, slot_width(span, 7));
  for (const Entry& entry : exact_) add_to_ring(entry.value, entry.last, span);
  exact_ = {};
  add_to_ring(value, time, span);
}

std::uint64_t DistinctWindow::count() const {
  if (ring_ == nullptr) return exact_.size();
  constexpr double kCount = kRegisters;
  constexpr double kAlpha = 0.7213 / (1 + 1.079 / kCount);
  const double estimate = kAlpha * kCount * kCount / ring_->inverse_sum;
  if (estimate <= 2.5 * kCount && ring_->zeros > 0) {
    return static_cast<std::uint64_t>(std::lround(kCount * std::log(kCount / ring_->zeros)));
  }
  return static_cast<std::uint64_t>(std::llround(estimate));
}

void DistinctWindow::clear() {
  exact_.clear();
  ring_.reset();
}

void DistinctWindow::add_to_ring(std::uint64_t value, Time time, Duration span) {
  const std::int64_t slot = slot_of(time, slot_width(span, 7));
  if (slot >= ring_->newest + static_cast<std::int64_t>(kSketches)) {
    clear();  // all of it has left the window: exact again
    newest_ = oldest_ = time;
    exact_.push_back({value, time});
    return;
  }
  if (slot > ring_->newest) advance_ring(slot);
  if (slot <= ring_->newest - static_cast<std::int64_t>(kSketches)) return;
  // The hash is good in all its bits, but equal values of another kind of hash need not be: mix
  // once more.
  const std::uint64_t mixed = value * 0x9E3779B97F4A7C15u;
  const std::size_t at = mixed >> 56;
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(mixed << 8 | 0x80) + 1);
  auto& registers = ring_->slots[static_cast<std::size_t>(slot) % kSketches];
  registers[at] = std::max(registers[at], rank);
  raise(at, rank);
}

void DistinctWindow::advance_ring(std::int64_t slot) {
  while (ring_->newest < slot) {
    ++ring_->newest;
    ring_->slots[static_cast<std::size_t>(ring_->newest) % kSketches].fill(0);
  }
  sum_up();
}

void DistinctWindow::raise(std::size_t at, std::uint8_t rank) {
  std::uint8_t& now = ring_->all[at];
  if (rank <= now) return;
  if (now == 0) --ring_->zeros;
  ring_->inverse_sum += std::ldexp(1.0, -rank) - std::ldexp(1.0, -now);
  now = rank;
}

void DistinctWindow::sum_up() {
  ring_->all.fill(0);
  ring_->inverse_sum = kRegisters;
  ring_->zeros = kRegisters;
  for (const auto& registers : ring_->slots) {
    for (std::size_t at = 0; at < kRegisters; ++at) raise(at, registers[at]);
  }
}

void DistinctWindow::write(Writer& out, Duration span) const {
  out.u64(ring_ != nullptr ? 1 : 0);
  if (ring_ == nullptr) {
    out.time(newest_);
    out.u64(exact_.size());
    for (const Entry& entry : exact_) {
      out.fixed64(entry.value);
      out.time(entry.last);
    }
    return;
  }
  out.i64(slot_width(span, 7).count());
  out.i64(ring_->newest);
  for (const auto& registers : ring_->slots) {
    const bool used = std::ranges::any_of(registers, [](std::uint8_t r) { return r != 0; });
    out.bytes({reinterpret_cast<const char*>(registers.data()), used ? kRegisters : 0});
  }
}

bool DistinctWindow::read(Reader& in, Duration span) {
  if (in.u64() == 0) {
    newest_ = oldest_ = in.time();
    const std::uint64_t size = in.u64();
    if (!in.ok() || size > kExactMax) return false;
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint64_t value = in.fixed64();
      exact_.push_back({value, in.time()});
      oldest_ = std::min(oldest_, exact_.back().last);
    }
    return in.ok();
  }
  if (in.i64() != slot_width(span, 7).count()) return in.ok();
  ring_ = std::make_unique<Ring>();
  ring_->newest = in.i64();
  for (auto& registers : ring_->slots) {
    const auto bytes = in.bytes();
    if (!bytes.empty() && bytes.size() != kRegisters) return false;
    std::ranges::copy(bytes, reinterpret_cast<char*>(registers.data()));
    for (const std::uint8_t rank : registers) {
      if (rank > 64) return false;
    }
  }
  if (!in.ok()) return false;
  sum_up();
  return true;
}

void SequenceWindow::add(std::uint64_t which, Time time, Duration span, std::size_t places,
                         std::size_t times_max) {
  places_.resize(places);
  ++events_;
  for (; which != 0; which &= which - 1) {
    const auto place = static_cast<std::size_t>(std::countr_zero(which));
    if (place >= places) return;
    std::vector<Mark>& marks = places_[place];
    auto at = marks.end();
    while (at != marks.begin() && (at - 1)->time > time) --at;
    marks.insert(at, {time, events_});
    if (marks.size() <= times_max) continue;
    const Time limit = before(marks.back().time, span);
    if (marks.front().time < limit) {
      std::erase_if(marks, [&](const Mark& mark) { return mark.time < limit; });
    } else {
      marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(times_max / 2));
    }
  }
}

std::size_t SequenceWindow::matched(Time newest, Duration span) const {
  const Time limit = before(newest, span);
  return static_cast<std::size_t>(std::ranges::count_if(
      places_, [&](const auto& marks) { return !marks.empty() && marks.back().time >= limit; }));
}

std::size_t SequenceWindow::chained(Time newest, Duration span) const {
  Time from = before(newest, span);
  std::uint32_t event = 0;  // no event has this number
  std::size_t length = 0;
  for (const std::vector<Mark>& marks : places_) {
    const auto next = std::ranges::find_if(
        marks, [&](const Mark& mark) { return mark.time >= from && mark.event != event; });
    if (next == marks.end()) break;
    from = next->time;
    event = next->event;
    ++length;
  }
  return length;
}

void SequenceWindow::write(Writer& out) const {
  out.u64(events_);
  for (const std::vector<Mark>& marks : places_) {
    out.u64(marks.size());
    for (const Mark& mark : marks) {
      out.time(mark.time);
      out.u64(mark.event);
    }
  }
}

bool SequenceWindow::read(Reader& in, std::size_t places) {
  events_ = static_cast<std::uint32_t>(in.u64());
  places_.resize(places);
  for (std::vector<Mark>& marks : places_) {
    const std::uint64_t size = in.u64();
    if (!in.ok() || size > kTimesMax) return false;
    for (std::uint64_t i = 0; i < size; ++i) {
      const Time time = in.time();
      marks.push_back({time, static_cast<std::uint32_t>(in.u64())});
    }
    if (!std::ranges::is_sorted(marks, {}, &Mark::time)) return false;
  }
  return in.ok();
}

}  // namespace vedette::sigma
