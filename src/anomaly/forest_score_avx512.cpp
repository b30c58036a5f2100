#include "anomaly/forest_score.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace vedette::anomaly {
namespace {

#define VD_AVX512 __attribute__((target("avx512f"), always_inline)) inline

constexpr std::size_t kWide = 16;  // lanes of a register
constexpr std::size_t kSide = 4;   // walks side by side: their loads overlap
/// The nodes of the five highest levels fit into two registers, where sixteen lookups are one
/// instruction, and so do those of the sixth; below, each is a load of its own.
enum class Level { High, Sixth, Low };
constexpr std::size_t kHighLevels = 5;

// With a mask and a source, since g++ 12 sees an uninitialised one in the forms without (GCC bug
// 105593).
VD_AVX512 __m512 gather(const float* from, __m512i at) {
  return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), 0xFFFF, at, from, 4);
}
VD_AVX512 __m512i gather(const std::uint32_t* from, __m512i at) {
  return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, at, from, 4);
}
VD_AVX512 __m512 look_up(const float* from, __m512i at) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(from), at, _mm512_loadu_ps(from + kWide));
}
VD_AVX512 __m512i look_up(const std::uint32_t* from, __m512i at) {
  const __m512i low = _mm512_loadu_si512(from), high = _mm512_loadu_si512(from + kWide);
  return _mm512_permutex2var_epi32(low, at, high);
}

/// What belongs to nodes of a level.
template <Level kLevel, typename T>
VD_AVX512 auto of_nodes(const T* from, __m512i nodes) {
  if constexpr (kLevel == Level::Low) return gather(from, nodes);
  return look_up(kLevel == Level::High ? from : from + 2 * kWide, nodes);
}

/// Sixteen rows in one tree, and where their numbers stand.
struct Path {
  const float* thresholds;
  const std::uint32_t* cut_at;
  const float* weights;
  const std::uint32_t* lengths;
  const float* rows;
  std::uint32_t* sums;
};

template <bool kPlane>
VD_AVX512 Path path_of(const Walk& walk, std::size_t tree, std::size_t group) {
  const std::size_t cuts = tree * walk.parts * walk.width;
  return {walk.thresholds + tree * walk.width,       walk.cut_at + cuts,
          kPlane ? walk.weights + cuts : nullptr,    walk.lengths + tree * walk.width,
          walk.block + group * walk.columns * kWide, walk.sums + group * kWide};
}

/// The values of sixteen rows in the columns that a part of their nodes' cuts looks at.
template <Level kLevel>
VD_AVX512 __m512 values(const std::uint32_t* cut_at, __m512i nodes, const float* rows) {
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return gather(rows, _mm512_add_epi32(of_nodes<kLevel>(cut_at, nodes), lane));
}

/// A step down: twice the node, plus one where what the row goes by is above the threshold.
template <Level kLevel, bool kPlane>
VD_AVX512 __m512i step(const Walk& walk, const Path& path, __m512i nodes) {
  __m512 measure = values<kLevel>(path.cut_at, nodes, path.rows);
  if constexpr (kPlane) {
    measure = _mm512_mul_ps(of_nodes<kLevel>(path.weights, nodes), measure);
    for (std::size_t skip = walk.width; skip < walk.parts * walk.width; skip += walk.width) {
      const __m512 weights = of_nodes<kLevel>(path.weights + skip, nodes);
      const __m512 product =
          _mm512_mul_ps(weights, values<kLevel>(path.cut_at + skip, nodes, path.rows));
      measure = _mm512_add_ps(measure, product);
    }
  }
  const __m512 thresholds = of_nodes<kLevel>(path.thresholds, nodes);
  const __mmask16 right = _mm512_cmp_ps_mask(measure, thresholds, _CMP_GT_OQ);
  const __m512i twice = _mm512_add_epi32(nodes, nodes);
  return _mm512_mask_add_epi32(twice, right, twice, _mm512_set1_epi32(1));
}

template <Level kLevel, bool kPlane>
VD_AVX512 void step_all(const Walk& walk, const Path* paths, __m512i* nodes) {
  for (std::size_t side = 0; side < kSide; ++side) {
    nodes[side] = step<kLevel, kPlane>(walk, paths[side], nodes[side]);
  }
}

/// All groups in the first tree, then in the second: side by side whichever come next, so that few
/// rows cost no more than many.
template <bool kPlane>
__attribute__((target("avx512f"))) void walk_all(const Walk& walk) {
  const __m512i leaves = _mm512_set1_epi32(1 << walk.depth);
  const std::size_t high = walk.depth < kHighLevels ? walk.depth : kHighLevels;
  std::size_t tree = 0, group = 0;
  while (tree < walk.trees) {
    Path paths[kSide];
    __m512i nodes[kSide];
    std::size_t count = 0;  // behind the last path it is walked again, for nothing
    for (std::size_t side = 0; side < kSide; ++side) {
      nodes[side] = _mm512_set1_epi32(1);
      paths[side] = tree < walk.trees ? path_of<kPlane>(walk, tree, group) : paths[side - 1];
      if (tree < walk.trees) ++count;
      if (++group == walk.groups) {
        group = 0;
        ++tree;
      }
    }
    for (std::size_t level = 0; level < high; ++level) {
      step_all<Level::High, kPlane>(walk, paths, nodes);
    }
    if (walk.depth > high) step_all<Level::Sixth, kPlane>(walk, paths, nodes);
    for (std::size_t level = high + 1; level < walk.depth; ++level) {
      step_all<Level::Low, kPlane>(walk, paths, nodes);
    }
    for (std::size_t side = 0; side < count; ++side) {
      std::uint32_t* sums = paths[side].sums;
      const __m512i lengths = gather(paths[side].lengths, _mm512_sub_epi32(nodes[side], leaves));
      _mm512_storeu_si512(sums, _mm512_add_epi32(_mm512_loadu_si512(sums), lengths));
    }
  }
}

}  // namespace

void add_lengths_avx512(const Walk& walk) {
  walk.weights == nullptr ? walk_all<false>(walk) : walk_all<true>(walk);
}

}  // namespace vedette::anomaly
#endif
