// The inner loop of scoring: rows walk down all trees side by side. One function for each kind of
// processor; all give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vedette::anomaly {

enum class Instructions : std::uint8_t { Portable, Avx2, Avx512 };

/// Whether this processor has them, and the best that it has.
bool has_instructions(Instructions instructions);
Instructions best_instructions();

/// Trees (trees.h), and a block of rows in groups of kLanes: [group][column][lane], as the cuts see
/// the values. Plain pointers, so that code for one processor never gets into code for all.
struct Walk {
  const float* thresholds;
  const std::uint32_t* cut_at;
  const float* weights;  ///< nullptr: each cut is along one column
  const std::uint32_t* lengths;
  std::size_t trees, depth, width, parts;

  const float* block;
  std::size_t groups, columns;
  std::uint32_t* sums;  ///< of path lengths, for each row of the block; added to
};

void add_lengths(const Walk& walk, Instructions with);

void add_lengths_portable(const Walk& walk);
void add_lengths_avx2(const Walk& walk);
void add_lengths_avx512(const Walk& walk);

}  // namespace vedette::anomaly
