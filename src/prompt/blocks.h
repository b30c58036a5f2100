// Texts are cut into blocks of a few words, and a window is a few blocks that follow each other: so
// windows slide at no cost, and one injected sentence counts whatever stands around it.
#pragma once

#include <cstddef>

namespace vedette::prompt {

inline constexpr std::size_t kBlockPieces = 8, kBlockBytesMax = 256;
inline constexpr std::size_t kWindowBlocks = 4;

class BlockCutter {
 public:
  /// A piece (features.h) ended; true when the block ends with it.
  bool piece(std::size_t end) {
    ++pieces_;
    if (pieces_ < kBlockPieces && end - begin_ < kBlockBytesMax) return false;
    pieces_ = 0;
    begin_ = end;
    return true;
  }

 private:
  std::size_t pieces_ = 0, begin_ = 0;
};

}  // namespace vedette::prompt
