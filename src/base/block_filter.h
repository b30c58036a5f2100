// A set of 64-bit hashes that may take a stranger for a member, but never a member for a stranger:
// the split block Bloom filter of Apache Parquet's specification. All eight bits of a hash are in
// one block of 32 bytes, so that a question costs one cache miss. At 17 bits a member about one
// stranger in a thousand passes.
//
// Any number of threads may ask while one adds: what an addition that is under way has set of its
// bits does not matter to others, so every access is relaxed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vedette {

class BlockFilter {
 public:
  /// Sized for that many members at one mistake in a thousand.
  explicit BlockFilter(std::size_t members_max)
      : blocks_(members_max * 17 / kBlockBits + 1), words_(new Word[blocks_ * kWords]()) {}

  void add(std::uint64_t hash) {
    Word* block = block_of(hash);
    for (std::size_t i = 0; i < kWords; ++i) {
      block[i].fetch_or(mask(hash, i), std::memory_order_relaxed);
    }
  }
  bool may_contain(std::uint64_t hash) const {
    const Word* block = block_of(hash);
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((block[i].load(std::memory_order_relaxed) & mask(hash, i)) == 0) return false;
    }
    return true;
  }
  std::size_t memory_bytes() const { return blocks_ * kBlockBits / 8; }

 private:
  using Word = std::atomic<std::uint32_t>;
  static constexpr std::size_t kWords = 8, kBlockBits = 256;
  // Odd numbers from that specification: each picks five other bits of the hash.
  static constexpr std::uint32_t kSalts[kWords] = {0x47b6137bu, 0x44974d91u, 0x8824ad5bu,
                                                   0xa2b7289du, 0x705495c7u, 0x2df1424bu,
                                                   0x9efc4947u, 0x5c6bfb31u};

  static std::uint32_t mask(std::uint64_t hash, std::size_t word) {
    return std::uint32_t{1} << (static_cast<std::uint32_t>(hash) * kSalts[word] >> 27);
  }
  Word* block_of(std::uint64_t hash) const {
    return &words_[((hash >> 32) * blocks_ >> 32) * kWords];
  }

  std::size_t blocks_;
  std::unique_ptr<Word[]> words_;
};

}  // namespace vedette
