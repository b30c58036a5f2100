#include "anomaly/forest_score.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace vedette::anomaly {
namespace {

#define VD_AVX512 __attribute__((target("avx512f"), always_inline)) inline

constexpr std::size_t kWide = 16;  // lanes of a register
constexpr std::size_t kSide = 4;   // walks side by side: their loads overlap
/// The nodes of the five highest levels fit into two registers, where sixteen lookups are one
/// instruction; those of the next three fit into two, four and eight; below, each is a load.
constexpr std::size_t kHighLevels = 5, kLookedUpLevels = 8;
/// Levels in which each row is held against all nodes.
constexpr std::size_t kTopLevels = 3;

// With a mask and a source, since g++ 12 sees an uninitialised one in the forms without (GCC bug
// 105593).
VD_AVX512 __m512 gather(const float* from, __m512i at) {
  return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), 0xFFFF, at, from, 4);
}
VD_AVX512 __m512i gather(const std::uint32_t* from, __m512i at) {
  return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, at, from, 4);
}
VD_AVX512 __m512 blend(__mmask16 which, __m512 a, __m512 b) {
  return _mm512_mask_blend_ps(which, a, b);
}
VD_AVX512 __m512i blend(__mmask16 which, __m512i a, __m512i b) {
  return _mm512_mask_blend_epi32(which, a, b);
}
VD_AVX512 __m512 look_up(const float* from, __m512i at) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(from), at, _mm512_loadu_ps(from + kWide));
}
VD_AVX512 __m512i look_up(const std::uint32_t* from, __m512i at) {
  const __m512i low = _mm512_loadu_si512(from), high = _mm512_loadu_si512(from + kWide);
  return _mm512_permutex2var_epi32(low, at, high);
}
/// `at` modulo kNodes, a power of two.
template <std::size_t kNodes, typename T>
VD_AVX512 auto look_up_of(const T* from, __m512i at) {
  if constexpr (kNodes == 2 * kWide) {
    return look_up(from, at);
  } else {
    constexpr std::size_t kHalf = kNodes / 2;
    const __mmask16 upper = _mm512_test_epi32_mask(at, _mm512_set1_epi32(kHalf));
    return blend(upper, look_up_of<kHalf>(from, at), look_up_of<kHalf>(from + kHalf, at));
  }
}

/// What belongs to nodes of a level; those of the high ones are as one.
template <std::size_t kLevel, typename T>
VD_AVX512 auto of_nodes(const T* from, __m512i nodes) {
  if constexpr (kLevel < kHighLevels) {
    return look_up(from, nodes);
  } else if constexpr (kLevel < kLookedUpLevels) {
    constexpr std::size_t kNodes = std::size_t{1} << kLevel;
    return look_up_of<kNodes>(from + kNodes, nodes);
  } else {
    return gather(from, nodes);
  }
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
template <std::size_t kLevel>
VD_AVX512 __m512 values(const std::uint32_t* cut_at, __m512i nodes, const float* rows) {
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return gather(rows, _mm512_add_epi32(of_nodes<kLevel>(cut_at, nodes), lane));
}

/// A step down: twice the node, plus one where what the row goes by is above the threshold.
template <std::size_t kLevel, bool kPlane>
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

template <std::size_t kLevel, bool kPlane>
VD_AVX512 void step_all(const Walk& walk, const Path* paths, __m512i* nodes) {
  if (kLevel >= kHighLevels && walk.depth <= kLevel) return;
  for (std::size_t side = 0; side < kSide; ++side) {
    nodes[side] = step<kLevel, kPlane>(walk, paths[side], nodes[side]);
  }
}

/// Of the rows at a node those that go right.
VD_AVX512 __mmask16 right_of(const Path& path, std::size_t node, __mmask16 rows) {
  return _mm512_mask_cmp_ps_mask(rows, _mm512_loadu_ps(path.rows + path.cut_at[node]),
                                 _mm512_set1_ps(path.thresholds[node]), _CMP_GT_OQ);
}
/// The first three steps where cuts are along columns: to look at all rows in the column of each of
/// the seven nodes takes less time than to gather the value that each row needs.
VD_AVX512 __m512i top_steps(const Path& path) {
  const __mmask16 b = right_of(path, 1, 0xFFFF), a = static_cast<__mmask16>(~b);
  const auto second = static_cast<__mmask16>(right_of(path, 2, a) | right_of(path, 3, b));
  const auto ab = static_cast<__mmask16>(a & second), bb = static_cast<__mmask16>(b & second);
  const auto aa = static_cast<__mmask16>(a & ~second), ba = static_cast<__mmask16>(b & ~second);
  const auto third = static_cast<__mmask16>(right_of(path, 4, aa) | right_of(path, 5, ab) |
                                            right_of(path, 6, ba) | right_of(path, 7, bb));
  __m512i nodes = _mm512_set1_epi32(8);
  nodes = _mm512_mask_add_epi32(nodes, b, nodes, _mm512_set1_epi32(4));
  nodes = _mm512_mask_add_epi32(nodes, second, nodes, _mm512_set1_epi32(2));
  return _mm512_mask_add_epi32(nodes, third, nodes, _mm512_set1_epi32(1));
}

/// All groups in the first tree, then in the second: side by side whichever come next, so that few
/// rows cost no more than many.
template <bool kPlane>
__attribute__((target("avx512f"))) void walk_all(const Walk& walk) {
  const __m512i leaves = _mm512_set1_epi32(1 << walk.depth);
  const std::size_t high = walk.depth < kHighLevels ? walk.depth : kHighLevels;
  const bool has_top = !kPlane && walk.depth >= kTopLevels;
  std::size_t tree = 0, group = 0;
  while (tree < walk.trees) {
    Path paths[kSide];
    __m512i nodes[kSide];
    std::size_t count = 0;  // behind the last path it is walked again, for nothing
    for (std::size_t side = 0; side < kSide; ++side) {
      paths[side] = tree < walk.trees ? path_of<kPlane>(walk, tree, group) : paths[side - 1];
      nodes[side] = has_top ? top_steps(paths[side]) : _mm512_set1_epi32(1);
      if (tree < walk.trees) ++count;
      if (++group == walk.groups) {
        group = 0;
        ++tree;
      }
    }
    for (std::size_t level = has_top ? kTopLevels : 0; level < high; ++level) {
      step_all<0, kPlane>(walk, paths, nodes);
    }
    step_all<5, kPlane>(walk, paths, nodes);
    step_all<6, kPlane>(walk, paths, nodes);
    step_all<7, kPlane>(walk, paths, nodes);
    for (std::size_t level = kLookedUpLevels; level < walk.depth; ++level) {
      step_all<kLookedUpLevels, kPlane>(walk, paths, nodes);
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
