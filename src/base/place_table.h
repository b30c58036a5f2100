// PlaceTable: 64-bit hashes to the places (small numbers) of the things they are the keys of. A
// part of BoundedTable. Linear probing, at most half full. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace vedette {

class PlaceTable {
 public:
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

  /// Keys that differ in their lowest `loose_bits` alone can be found by any of them: find_like().
  /// There must be few of them, for they share a home.
  explicit PlaceTable(unsigned loose_bits = 0) : loose_bits_(loose_bits) {}

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return slots_.size() * sizeof(Slot); }

  /// The place of the key, or kNowhere.
  std::uint32_t find(std::uint64_t key) const {
    for (std::size_t at = home(key);; at = after(at)) {
      if (slots_[at].place == kNowhere || slots_[at].key == key) return slots_[at].place;
    }
  }

  /// Always inline, here and in callers: g++ takes a call that only prefetches for one that does
  /// nothing, and leaves it out.
  [[gnu::always_inline]] void prefetch(std::uint64_t key) const {
    __builtin_prefetch(&slots_[home(key)]);
  }

  /// A key that is there and like this one but for its loose bits.
  std::optional<std::uint64_t> find_like(std::uint64_t key) const {
    for (std::size_t at = home(key); slots_[at].place != kNowhere; at = after(at)) {
      if (slots_[at].key >> loose_bits_ == key >> loose_bits_) return slots_[at].key;
    }
    return {};
  }

  /// Adds the key or gives it another place.
  void put(std::uint64_t key, std::uint32_t place) {
    for (std::size_t at = home(key); slots_[at].place != kNowhere; at = after(at)) {
      if (slots_[at].key != key) continue;
      slots_[at].place = place;
      return;
    }
    add(key, place);
  }

  /// A key that is not there.
  void add(std::uint64_t key, std::uint32_t place) {
    if (++size_ * 2 > slots_.size()) {
      std::vector<Slot> old(slots_.size() * 2);
      old.swap(slots_);
      for (const Slot& slot : old) {
        if (slot.place != kNowhere) enter(slot);
      }
    }
    enter({key, place});
  }

  /// A key that is there. Without tombstones: what follows moves up if its home allows (Knuth 6.4,
  /// algorithm R).
  void remove(std::uint64_t key) {
    std::size_t hole = home(key);
    while (slots_[hole].key != key) hole = after(hole);
    for (std::size_t at = after(hole); slots_[at].place != kNowhere; at = after(at)) {
      if (distance(home(slots_[at].key), at) < distance(hole, at)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = Slot{};
    --size_;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t place = kNowhere;
  };

  std::size_t home(std::uint64_t key) const {
    return ((key >> loose_bits_) * 0x9E3779B97F4A7C15u >> 20) & (slots_.size() - 1);
  }
  std::size_t after(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const {
    return (to - from) & (slots_.size() - 1);
  }

  void enter(const Slot& slot) {
    std::size_t at = home(slot.key);
    while (slots_[at].place != kNowhere) at = after(at);
    slots_[at] = slot;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two
  std::size_t size_ = 0;
  unsigned loose_bits_;
};

}  // namespace vedette
