// A hash table with a fixed number of places. When it is full the least valuable entry goes:
// S3-FIFO (Yang et al., SOSP 2023). New keys pass through a small queue, only those that come back
// move on to the main one: a million sources seen once push each other out, not the attacker seen
// often. Keys are 64-bit hashes; two things with one hash are one thing here (at 65,536 entries a
// clash is about 1 in 10^10). Not thread-safe. Constant cost per call, amortised.
#pragma once

#include "base/assert.h"

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
      : entries_max_(entries_max < 16 ? 16 : entries_max) {
    slots_.assign(64, kEmpty);
  }

  /// The entry of `key`, marked as used, or nullptr.
  T* find(std::uint64_t key) {
    const std::uint32_t place = lookup(key);
    if (place == kEmpty) return nullptr;
    Node& found = node(place);
    if (found.uses < kUsesMax) ++found.uses;
    return &found.value;
  }

  /// The same without marking it.
  T* peek(std::uint64_t key) {
    const std::uint32_t place = lookup(key);
    return place == kEmpty ? nullptr : &node(place).value;
  }

  /// Adds an entry for a key that is not there. If the table is full, first gives
  /// `evict(key, T&) -> bool` the least valuable entries until it lets one go (false: spare it).
  /// After kRefusalsMax refusals the next one goes whatever the answer: entries that all look
  /// precious cannot make an insert walk the table. An entry stays where it is until it goes.
  template <typename Evict>
  T& insert(std::uint64_t key, Evict&& evict) {
    VD_ASSERT(lookup(key) == kEmpty);
    if (size_ >= entries_max_) evict_one(evict);
    if (erased_ > size_ + 64) sweep();
    if (free_.empty()) {
      if (places_ % kBlock == 0) blocks_.push_back(std::make_unique<Node[]>(kBlock));
      free_.push_back(static_cast<std::uint32_t>(places_++));
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Node& added = node(place);
    added = Node{key, T{}, 0, true};
    ++size_;
    link(key, place);
    small_.push_back(place);
    return added.value;
  }

  /// Lets the least valuable entry go, as insert() does when the table is full.
  template <typename Evict>
  void evict(Evict&& evict) {
    if (size_ > 0) evict_one(evict);
  }

  void erase(std::uint64_t key) {
    const std::uint32_t place = lookup(key);
    if (place == kEmpty) return;
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
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  static constexpr std::size_t kBlock = 256;
  static constexpr std::uint8_t kUsesMax = 3;
  static constexpr int kRefusalsMax = 64;

  struct Node {
    std::uint64_t key;
    T value;
    std::uint8_t uses;
    bool alive;
  };

  Node& node(std::size_t place) { return blocks_[place / kBlock][place % kBlock]; }
  const Node& node(std::size_t place) const { return blocks_[place / kBlock][place % kBlock]; }

  std::size_t home(std::uint64_t key) const {
    return (key * 0x9E3779B97F4A7C15u >> 20) & (slots_.size() - 1);
  }

  std::uint32_t lookup(std::uint64_t key) const {
    for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
      const std::uint32_t found = slots_[at];
      if (found == kEmpty || node(found).key == key) return found;
    }
  }

  void link(std::uint64_t key, std::uint32_t added) {
    if (size_ * 2 > slots_.size()) {
      std::vector<std::uint32_t> old(slots_.size() * 2, kEmpty);
      old.swap(slots_);
      for (const std::uint32_t moved : old) {
        if (moved != kEmpty) enter(node(moved).key, moved);
      }
    }
    enter(key, added);
  }

  void enter(std::uint64_t key, std::uint32_t place) {
    std::size_t at = home(key);
    while (slots_[at] != kEmpty) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = place;
  }

  /// Linear probing without tombstones: what follows moves up if its home allows (Knuth 6.4, R).
  void unlink(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = home(key);
    while (node(slots_[at]).key != key) at = (at + 1) & mask;
    std::size_t hole = at;
    for (std::size_t next = (hole + 1) & mask; slots_[next] != kEmpty; next = (next + 1) & mask) {
      const std::size_t wanted = home(node(slots_[next]).key);
      if (((next - wanted) & mask) >= ((next - hole) & mask)) {
        slots_[hole] = slots_[next];
        hole = next;
      }
    }
    slots_[hole] = kEmpty;
  }

  void release(std::uint32_t place) {
    Node& gone = node(place);
    unlink(gone.key);
    gone.alive = false;
    gone.value = T{};
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
      std::uint32_t place = kEmpty;
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
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint32_t> free_;
  std::deque<std::uint32_t> small_, main_;
  std::size_t entries_max_;
  std::size_t size_ = 0;
  std::size_t hand_ = 0;    // where erase_stale() goes on
  std::size_t erased_ = 0;  // dead nodes whose number still stands in a queue
  std::uint64_t evicted_ = 0;
};

}  // namespace vedette
