// A hash table with a fixed number of places. When it is full the least valuable entry goes:
// S3-FIFO (Yang et al., SOSP 2023). New keys pass through a small queue, only those that come back
// move on to the main one: a million sources seen once push each other out, not the attacker seen
// often. Keys are 64-bit hashes; two things with one hash are one thing here (at 65,536 entries a
// clash is about 1 in 10^10). Not thread-safe. Constant cost per call, amortised.
#pragma once

#include "base/assert.h"
#include "base/place_table.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace vedette {

template <typename T>
class BoundedTable {
 public:
  explicit BoundedTable(std::size_t entries_max)
      : entries_max_(entries_max < 16 ? 16 : entries_max) {}

  /// The entry of `key`, marked as used, or nullptr.
  T* find(std::uint64_t key) {
    const std::uint32_t place = table_.find(key);
    if (place == PlaceTable::kNowhere) return nullptr;
    Node& found = node(place);
    if (found.uses < kUsesMax) ++found.uses;
    return &found.value;
  }

  /// The same without marking it; does not touch the entry.
  T* peek(std::uint64_t key) {
    const std::uint32_t place = table_.find(key);
    return place == PlaceTable::kNowhere ? nullptr : &node(place).value;
  }

  /// Asks for what find() and peek() of this key look at first, so that they need not wait for it.
  [[gnu::always_inline]] void prefetch(std::uint64_t key) const { table_.prefetch(key); }

  /// Adds an entry for a key that is not there. If the table is full, first gives
  /// `evict(key, T&) -> bool` the least valuable entries until it lets one go (false: spare it).
  /// After kRefusalsMax refusals the next one goes whatever the answer: entries that all look
  /// precious cannot make an insert walk the table. An entry stays where it is until it goes.
  template <typename Evict>
  T& insert(std::uint64_t key, Evict&& evict) {
    VD_ASSERT(table_.find(key) == PlaceTable::kNowhere);
    if (size_ >= entries_max_) evict_one(evict);
    if (erased_ > size_ + 64) sweep();
    if (free_.empty()) {
      if (places_ % kBlock == 0) blocks_.push_back(std::make_unique<Node[]>(kBlock));
      free_.push_back(static_cast<std::uint32_t>(places_++));
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Node& added = node(place);  // its value is T{}: it was never used, or released
    added.key = key;
    added.uses = 0;
    added.alive = true;
    ++size_;
    table_.add(key, place);
    small_.push_back(place);
    return added.value;
  }

  /// Lets the least valuable entry go, as insert() does when the table is full.
  template <typename Evict>
  void evict(Evict&& evict) {
    if (size_ > 0) evict_one(evict);
  }

  void erase(std::uint64_t key) {
    const std::uint32_t place = table_.find(key);
    if (place == PlaceTable::kNowhere) return;
    release(place);  // its place in a queue is skipped when it comes up
    ++erased_;
  }

  /// Shows `stale(key, T&) -> bool` the next `count` entries, going round and round over the calls,
  /// and erases those it says yes to.
  template <typename Stale>
  void erase_stale(std::size_t count, Stale&& stale) {
    for (; count > 0 && places_ > 0; --count) {
      if (hand_ >= places_) hand_ = 0;
      Node& next = node(hand_++);
      if (next.alive && stale(next.key, next.value)) erase(next.key);
    }
  }

  template <typename Visit>
  void for_each(Visit&& visit) {
    for (std::size_t place = 0; place < places_; ++place) {
      if (Node& one = node(place); one.alive) visit(one.key, one.value);
    }
  }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return entries_max_; }
  std::uint64_t evicted() const { return evicted_; }
  std::size_t places() const { return places_; }  ///< in memory, used or not

 private:
  static constexpr std::size_t kBlock = 256;
  static constexpr std::uint8_t kUsesMax = 3;
  static constexpr int kRefusalsMax = 64;

  struct Entry {
    std::uint64_t key;
    std::uint8_t uses;  // beside the key, as find() touches both
    bool alive;
    T value;
  };
  /// One that fills lines of the cache begins with a line: fewer are then touched.
  static constexpr std::size_t kAlignment = sizeof(Entry) % 64 == 0 ? 64 : alignof(Entry);
  struct alignas(kAlignment) Node : Entry {};

  Node& node(std::size_t place) { return blocks_[place / kBlock][place % kBlock]; }
  const Node& node(std::size_t place) const { return blocks_[place / kBlock][place % kBlock]; }

  void release(std::uint32_t place) {
    Node& gone = node(place);
    table_.remove(gone.key);
    gone.alive = false;
    std::destroy_at(&gone.value);  // in its place: a large one takes long to copy
    std::construct_at(&gone.value);
    --size_;
  }

  /// Takes the front of a queue; nodes erased meanwhile only give their number back.
  bool pop(std::deque<std::uint32_t>& queue, std::uint32_t& place) {
    while (!queue.empty()) {
      place = queue.front();
      queue.pop_front();
      if (node(place).alive) return true;
      free_.push_back(place);
      --erased_;
    }
    return false;
  }

  /// A table that never fills never pops its queues: what was erased would pile up in them.
  void sweep() {
    for (std::deque<std::uint32_t>* queue : {&small_, &main_}) {
      std::erase_if(*queue, [&](std::uint32_t place) {
        if (node(place).alive) return false;
        free_.push_back(place);
        return true;
      });
    }
    erased_ = 0;
  }

  template <typename Evict>
  void evict_one(Evict& evict) {
    int refusals = 0;
    for (;;) {
      std::uint32_t place = PlaceTable::kNowhere;
      const bool from_small = small_.size() * 10 >= entries_max_ || main_.empty();
      if (!pop(from_small ? small_ : main_, place) && !pop(from_small ? main_ : small_, place))
        return;
      Node& candidate = node(place);
      const bool used = candidate.uses > 0;
      if (used) --candidate.uses;
      if (used || (!evict(candidate.key, candidate.value) && refusals++ < kRefusalsMax)) {
        main_.push_back(place);
        continue;
      }
      release(place);
      free_.push_back(place);
      ++evicted_;
      return;
    }
  }

  /// They never move: growing copies nothing.
  std::vector<std::unique_ptr<Node[]>> blocks_;
  std::size_t places_ = 0;  // in the blocks, used or not
  PlaceTable table_;
  std::vector<std::uint32_t> free_;
  std::deque<std::uint32_t> small_, main_;
  std::size_t entries_max_;
  std::size_t size_ = 0;
  std::size_t hand_ = 0;    // where erase_stale() goes on
  std::size_t erased_ = 0;  // dead nodes whose number still stands in a queue
  std::uint64_t evicted_ = 0;
};

}  // namespace vedette
