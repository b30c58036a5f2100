#include "anomaly/forest_score.h"

#include "anomaly/trees.h"
#include "base/assert.h"

namespace vedette::anomaly {

bool has_instructions(Instructions instructions) {
#if defined(__x86_64__)
  switch (instructions) {
    case Instructions::Avx512:
      return __builtin_cpu_supports("avx512f") != 0;
    case Instructions::Avx2:
      return __builtin_cpu_supports("avx2") != 0;
    case Instructions::Portable:
      return true;
  }
#endif
  return instructions == Instructions::Portable;
}

Instructions best_instructions() {
  static const Instructions best = [] {
    if (has_instructions(Instructions::Avx512)) return Instructions::Avx512;
    return has_instructions(Instructions::Avx2) ? Instructions::Avx2 : Instructions::Portable;
  }();
  return best;
}

void add_lengths(const Walk& walk, Instructions with) {
  VD_ASSERT(has_instructions(with));
#if defined(__x86_64__)
  if (with == Instructions::Avx512) return add_lengths_avx512(walk);
  if (with == Instructions::Avx2) return add_lengths_avx2(walk);
#endif
  add_lengths_portable(walk);
}

namespace {

/// One row's value at the cut, from its group of the block. The sum of a plane is made in the order
/// of its parts, everywhere.
float measure(const Walk& walk, std::size_t tree, std::size_t node, const float* row) {
  const std::size_t at = tree * walk.parts * walk.width + node;
  if (walk.weights == nullptr) return row[walk.cut_at[at]];
  float sum = walk.weights[at] * row[walk.cut_at[at]];
  for (std::size_t part = 1; part < walk.parts; ++part) {
    const std::size_t next = at + part * walk.width;
    sum += walk.weights[next] * row[walk.cut_at[next]];
  }
  return sum;
}

}  // namespace

void add_lengths_portable(const Walk& walk) {
  const std::size_t leaves = std::size_t{1} << walk.depth;
  for (std::size_t tree = 0; tree < walk.trees; ++tree) {
    const float* thresholds = walk.thresholds + tree * walk.width;
    const std::uint32_t* lengths = walk.lengths + tree * walk.width;
    for (std::size_t group = 0; group < walk.groups; ++group) {
      const float* rows = walk.block + group * walk.columns * kLanes;
      std::size_t nodes[kLanes];  // side by side, so that no row waits for another one's loads
      for (std::size_t& node : nodes) node = 1;
      for (std::size_t level = 0; level < walk.depth; ++level) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const std::size_t node = nodes[lane];
          const bool right = measure(walk, tree, node, rows + lane) > thresholds[node];
          nodes[lane] = 2 * node + (right ? 1 : 0);
        }
      }
      std::uint32_t* sums = walk.sums + group * kLanes;
      for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += lengths[nodes[lane] - leaves];
    }
  }
}

}  // namespace vedette::anomaly
