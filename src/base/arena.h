// Bump allocation for things that die together. Not thread-safe. reset() keeps the memory, so a
// reused arena stops allocating after its first few batches.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vedette {

class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}

  char* allocate(std::size_t bytes, std::size_t alignment = 1) {
    std::size_t at = (used_ + alignment - 1) & ~(alignment - 1);
    if (current_ >= blocks_.size() || at + bytes > blocks_[current_].size) {
      next_block(bytes);
      at = 0;
    }
    used_ = at + bytes;
    return blocks_[current_].memory.get() + at;
  }

  /// A copy of `text` that lives until reset().
  std::string_view copy(std::string_view text) {
    char* out = allocate(text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  template <typename T>
  T* make(const T& value) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
    return new (allocate(sizeof(T), alignof(T))) T(value);
  }

  /// Gives everything back at once. Blocks larger than the usual ones are freed.
  void reset() {
    std::erase_if(blocks_, [&](const Block& block) { return block.size > block_bytes_; });
    current_ = 0;
    used_ = 0;
  }

  std::size_t capacity_bytes() const {
    std::size_t sum = 0;
    for (const Block& block : blocks_) sum += block.size;
    return sum;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> memory;  // new[] aligns for every fundamental type
    std::size_t size;
  };

  void next_block(std::size_t bytes) {
    if (!blocks_.empty()) ++current_;
    while (current_ < blocks_.size() && blocks_[current_].size < bytes) ++current_;
    if (current_ >= blocks_.size()) {
      const std::size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
      blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
      current_ = blocks_.size() - 1;
    }
    used_ = 0;
  }

  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;
  std::size_t block_bytes_;
};

}  // namespace vedette
