// OrderedSet: a sorted set of small keys in blocks of up to kBlockMax, found by a sorted array of
// the blocks' first keys. Two binary searches and a short move per change; walking in either
// direction reads memory in order. At a million keys a change takes about as long as three cache
// misses, and a key takes a third more than its size. Not thread-safe; a change invalidates places.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vedette {

/// `Key` is copied freely and has operator<.
template <typename Key>
class OrderedSet {
 public:
  /// Where a key stands. end() is behind the last one.
  struct Place {
    std::size_t block = 0, index = 0;
    bool operator==(const Place&) const = default;
  };

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const {
    std::size_t sum = firsts_.capacity() * sizeof(Key) + blocks_.capacity() * sizeof(Block);
    for (const Block& block : blocks_) sum += block.capacity() * sizeof(Key);
    return sum;
  }

  /// False if it is there already.
  bool insert(const Key& key) {
    if (blocks_.empty()) {
      blocks_.emplace_back();
      firsts_.push_back(key);
    }
    const std::size_t b = block_of(key);
    Block& block = blocks_[b];
    const auto at = std::lower_bound(block.begin(), block.end(), key);
    if (at != block.end() && !(key < *at)) return false;
    if (at == block.begin()) firsts_[b] = key;
    block.insert(at, key);
    ++size_;
    if (block.size() >= kBlockMax) split(b);
    return true;
  }

  /// False if it is not there.
  bool erase(const Key& key) {
    if (blocks_.empty()) return false;
    const std::size_t b = block_of(key);
    Block& block = blocks_[b];
    const auto at = std::lower_bound(block.begin(), block.end(), key);
    if (at == block.end() || key < *at) return false;
    block.erase(at);
    --size_;
    if (block.size() < kBlockMin) {
      shrink(b);
    } else {
      firsts_[b] = block.front();
    }
    return true;
  }

  Place begin() const { return {}; }
  Place end() const { return {blocks_.size(), 0}; }
  /// The first key that is not below `key`.
  Place lower_bound(const Key& key) const {
    if (blocks_.empty()) return end();
    const std::size_t b = block_of(key);
    const Block& block = blocks_[b];
    const auto at = std::lower_bound(block.begin(), block.end(), key) - block.begin();
    return normal({b, static_cast<std::size_t>(at)});
  }
  const Key& operator[](Place place) const { return blocks_[place.block][place.index]; }
  Place next(Place place) const { return normal({place.block, place.index + 1}); }
  /// Of a place that is not begin().
  Place previous(Place place) const {
    if (place.index > 0) return {place.block, place.index - 1};
    return {place.block - 1, blocks_[place.block - 1].size() - 1};
  }

 private:
  using Block = std::vector<Key>;
  static constexpr std::size_t kBlockMax = 256, kBlockMin = kBlockMax / 8;

  /// The last block whose first key is not above `key`; the first one if there is none.
  std::size_t block_of(const Key& key) const {
    const auto above = std::upper_bound(firsts_.begin(), firsts_.end(), key);
    return above == firsts_.begin() ? 0 : static_cast<std::size_t>(above - firsts_.begin()) - 1;
  }

  Place normal(Place place) const {
    return place.index < blocks_[place.block].size() ? place : Place{place.block + 1, 0};
  }

  static std::ptrdiff_t signed_of(std::size_t index) { return static_cast<std::ptrdiff_t>(index); }

  void split(std::size_t b) {
    // What comes in order goes on behind the last key: there the old block stays nearly full.
    const bool at_end = b + 1 == blocks_.size();
    const std::size_t keep = at_end ? kBlockMax * 7 / 8 : kBlockMax / 2;
    Block upper;
    upper.reserve(kBlockMax / 2);
    upper.assign(blocks_[b].begin() + signed_of(keep), blocks_[b].end());
    blocks_[b].resize(keep);
    if (at_end) blocks_[b].shrink_to_fit();
    firsts_.insert(firsts_.begin() + signed_of(b) + 1, upper.front());
    blocks_.insert(blocks_.begin() + signed_of(b) + 1, std::move(upper));
  }

  /// A block that became small joins a neighbour that has room; an empty one goes.
  void shrink(std::size_t b) {
    if (!blocks_[b].empty()) firsts_[b] = blocks_[b].front();
    const std::size_t left = b > 0 ? b - 1 : b;
    if (!blocks_[b].empty()) {
      if (left + 1 >= blocks_.size()) return;
      if (blocks_[left].size() + blocks_[left + 1].size() > kBlockMax / 2) return;
      Block& to = blocks_[left];
      to.insert(to.end(), blocks_[left + 1].begin(), blocks_[left + 1].end());
      b = left + 1;
    }
    blocks_.erase(blocks_.begin() + signed_of(b));
    firsts_.erase(firsts_.begin() + signed_of(b));
  }

  std::vector<Key> firsts_;
  std::vector<Block> blocks_;  // none is empty
  std::size_t size_ = 0;
};

}  // namespace vedette
