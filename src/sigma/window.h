// What a correlation remembers of the events in its sliding window of event time. Three kinds: how
// many there were, how many different values they had, and which rules they matched in what order.
//
// All take events in any order within the window: the window is [newest - span, newest], both ends
// included, and events inside give the same result whatever order they come in. Memory is bounded,
// grows on demand, and the cost per event is constant.
#pragma once

#include "base/codec.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vedette::sigma {

/// `time - span`, no further than the beginning of time.
inline Time before(Time time, Duration span) {
  return time >= Time::min() + span ? time - span : Time::min();
}

/// Counts events. Exact while at most 32 different times lie in the window. Of more, neighbours
/// within a 32nd of the span are merged and leave the window together, until fewer than 28 entries
/// are left: the gap keeps a busy window from merging again and again, and a count that reaches 28
/// is no less true.
class CountWindow {
 public:
  enum class Added : std::uint8_t { Counted, Anew };
  static constexpr std::size_t kExactMax = 32;
  static constexpr std::size_t kExactAgain = 28;

  /// Anew: the event is older than the window covers, and the window now begins with it.
  Added add(Time time, std::uint64_t weight, Duration span);
  std::uint64_t count() const { return total_; }
  /// The weight of the events younger than `time`.
  std::uint64_t count_after(Time time) const;
  Time first() const { return at(0).time; }
  /// The earliest that is younger than `time`, or the newest.
  Time first_after(Time time) const;
  Time newest() const { return at(size_ - 1u).time; }
  bool empty() const { return size_ == 0; }
  std::size_t heap_bytes() const { return heap_ != nullptr ? capacity_ * sizeof(Entry) : 0; }

  void write(Writer& out) const;
  bool read(Reader& in);

 private:
  struct Entry {
    Time time;
    std::uint64_t count;
  };
  static constexpr std::size_t kInline = 2;
  static constexpr std::size_t kEntriesMax = 40;  // 32 slots cut at both ends, and some

  /// The `i`th from the oldest. They lie in a ring, so that those that leave move nothing.
  Entry& at(std::size_t i) { return entries()[place(i)]; }
  const Entry& at(std::size_t i) const { return entries()[place(i)]; }
  std::size_t place(std::size_t i) const {
    return head_ + i < capacity_ ? head_ + i : head_ + i - capacity_;
  }
  Entry* entries() { return heap_ != nullptr ? heap_.get() : inline_.data(); }
  const Entry* entries() const { return heap_ != nullptr ? heap_.get() : inline_.data(); }
  Added add_anywhere(Time time, std::uint64_t weight, Duration span);
  void grow();
  std::size_t place_for(Time time) const;
  void drop_before(Time limit);
  void merge_slots(Duration width);
  void insert(std::size_t place, Entry entry);

  std::array<Entry, kInline> inline_{};  // most groups are seen once or twice
  std::unique_ptr<Entry[]> heap_;
  std::uint64_t total_ = 0;
  std::uint8_t head_ = 0;
  std::uint8_t size_ = 0;
  std::uint8_t capacity_ = kInline;
  bool crowded_ = false;
};

/// Counts different values by their hashes. Exact up to 64, then a ring of 8 HyperLogLog sketches
/// (Flajolet et al. 2007) of 256 registers: about 7 % off, and values leave after the span and a
/// 7th.
class DistinctWindow {
 public:
  static constexpr std::size_t kExactMax = 64;

  /// The caller has made sure that `time` is not older than the window.
  void add(std::uint64_t value, Time time, Duration span);
  std::uint64_t count() const;
  void clear();
  std::size_t heap_bytes() const {
    return exact_.capacity() * sizeof(Entry) + (ring_ != nullptr ? sizeof(Ring) : 0);
  }

  void write(Writer& out, Duration span) const;
  /// A ring made for another span is not understood: the window begins empty.
  bool read(Reader& in, Duration span);

 private:
  static constexpr std::size_t kSketches = 8;
  static constexpr std::size_t kRegisters = 256;
  struct Entry {
    std::uint64_t value;
    Time last;
  };
  struct Ring {
    std::int64_t newest = 0;  // slot: time / width
    std::array<std::array<std::uint8_t, kRegisters>, kSketches> slots{};
    std::array<std::uint8_t, kRegisters> all{};  // the maxima of the slots
    double inverse_sum = kRegisters;             // of 2^-register over `all`
    std::uint32_t zeros = kRegisters;
  };

  void add_to_ring(std::uint64_t value, Time time, Duration span);
  void advance_ring(std::int64_t slot);
  void raise(std::size_t at, std::uint8_t rank);
  void sum_up();

  std::vector<Entry> exact_;
  Time newest_{}, oldest_{};
  std::unique_ptr<Ring> ring_;
};

/// Remembers when each of a list of rules matched.
class SequenceWindow {
 public:
  /// With the oldest and the youngest, what lies between can rarely matter to the order.
  static constexpr std::size_t kTimesMax = 8;

  /// `which`: the places in the list of `places` rules that one event matched, as bits.
  /// `times_max`: how many times to keep for each rule; 1 is enough where the order does not
  /// matter.
  void add(std::uint64_t which, Time time, Duration span, std::size_t places,
           std::size_t times_max);
  /// How many of the rules matched within the window.
  std::size_t matched(Time newest, Duration span) const;
  /// How many from the first on did so one after another, each by an event of its own.
  std::size_t chained(Time newest, Duration span) const;
  std::size_t heap_bytes() const {  // at most
    return places_.size() * (sizeof(std::vector<Mark>) + kTimesMax * sizeof(Mark));
  }

  void write(Writer& out) const;
  bool read(Reader& in, std::size_t places);

 private:
  struct Mark {
    Time time;
    std::uint32_t event;  // tells apart events of one time
  };
  std::vector<std::vector<Mark>> places_;  // each by time
  std::uint32_t events_ = 0;
};

}  // namespace vedette::sigma
