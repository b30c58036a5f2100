#include "anomaly/forest_score.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace vedette::anomaly {
namespace {

#define VD_AVX2 __attribute__((target("avx2"), always_inline)) inline

constexpr std::size_t kHalf = 8;  // lanes of a register

VD_AVX2 __m256 gather(const float* base, __m256i at) {
  return _mm256_i32gather_ps(base, at, 4);
}
VD_AVX2 __m256i gather(const std::uint32_t* base, __m256i at) {
  return _mm256_i32gather_epi32(reinterpret_cast<const int*>(base), at, 4);
}

/// What eight rows go by at their nodes of a tree.
VD_AVX2 __m256 measure(const Walk& walk, std::size_t tree, __m256i nodes, const float* rows) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const std::uint32_t* cuts = walk.cut_at + tree * walk.parts * walk.width;
  const __m256 first = gather(rows, _mm256_add_epi32(gather(cuts, nodes), lane));
  if (walk.weights == nullptr) return first;
  const float* weights = walk.weights + tree * walk.parts * walk.width;
  __m256 sum = _mm256_mul_ps(gather(weights, nodes), first);
  for (std::size_t part = 1; part < walk.parts; ++part) {
    const std::size_t skip = part * walk.width;
    const __m256i at = _mm256_add_epi32(gather(cuts + skip, nodes), lane);
    sum = _mm256_add_ps(sum, _mm256_mul_ps(gather(weights + skip, nodes), gather(rows, at)));
  }
  return sum;
}

}  // namespace

__attribute__((target("avx2"))) void add_lengths_avx2(const Walk& walk) {
  constexpr std::size_t kSide = 4;  // registers of rows at a time: their loads overlap
  const __m256i leaves = _mm256_set1_epi32(1 << walk.depth);
  const std::size_t halves = 2 * walk.groups;
  for (std::size_t tree = 0; tree < walk.trees; ++tree) {
    const float* thresholds = walk.thresholds + tree * walk.width;
    for (std::size_t half = 0; half < halves; half += kSide) {
      const std::size_t side = halves - half < kSide ? halves - half : kSide;
      __m256i nodes[kSide];
      for (std::size_t i = 0; i < kSide; ++i) nodes[i] = _mm256_set1_epi32(1);
      for (std::size_t level = 0; level < walk.depth; ++level) {
        for (std::size_t i = 0; i < side; ++i) {
          const std::size_t at = half + i;
          const float* rows = walk.block + at / 2 * walk.columns * 2 * kHalf + at % 2 * kHalf;
          const __m256 value = measure(walk, tree, nodes[i], rows);
          const __m256 right = _mm256_cmp_ps(value, gather(thresholds, nodes[i]), _CMP_GT_OQ);
          const __m256i twice = _mm256_add_epi32(nodes[i], nodes[i]);
          nodes[i] = _mm256_sub_epi32(twice, _mm256_castps_si256(right));  // true is -1
        }
      }
      for (std::size_t i = 0; i < side; ++i) {
        auto* sums = reinterpret_cast<__m256i*>(walk.sums + (half + i) * kHalf);
        const __m256i place = _mm256_sub_epi32(nodes[i], leaves);
        const __m256i lengths = gather(walk.lengths + tree * walk.width, place);
        _mm256_storeu_si256(sums, _mm256_add_epi32(_mm256_loadu_si256(sums), lengths));
      }
    }
  }
}

}  // namespace vedette::anomaly
#endif
