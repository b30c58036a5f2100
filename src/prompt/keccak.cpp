#include "prompt/keccak.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vedette::prompt {
namespace {

using KeccakState = std::array<std::uint64_t, 25>;

void keccak_round(KeccakState& s, std::uint64_t constant) {
  constexpr std::array<int, 24> kTurn = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                         27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
  constexpr std::array<std::uint8_t, 24> kLane = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                                  15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
  std::array<std::uint64_t, 5> column{};
  for (std::size_t x = 0; x < 5; ++x)
    column[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
  for (std::size_t x = 0; x < 5; ++x) {
    const std::uint64_t mix = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
    for (std::size_t y = 0; y < 25; y += 5) s[y + x] ^= mix;
  }
  std::uint64_t moved = s[1];
  for (std::size_t i = 0; i < 24; ++i) {
    const std::uint64_t next = s[kLane[i]];
    s[kLane[i]] = std::rotl(moved, kTurn[i]);
    moved = next;
  }
  for (std::size_t y = 0; y < 25; y += 5) {
    for (std::size_t x = 0; x < 5; ++x) column[x] = s[y + x];
    for (std::size_t x = 0; x < 5; ++x) s[y + x] ^= ~column[(x + 1) % 5] & column[(x + 2) % 5];
  }
  s[0] ^= constant;
}

}  // namespace

Digest keccak256(std::string_view bytes) {
  constexpr std::size_t kRate = 136;
  constexpr std::array<std::uint64_t, 24> kRounds = {
      0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
      0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
      0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
      0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
      0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
      0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
  VD_ASSERT(bytes.size() < kRate);
  std::array<std::uint8_t, kRate> block{};
  std::copy(bytes.begin(), bytes.end(), block.begin());
  block[bytes.size()] = 1;
  block[kRate - 1] |= 0x80;
  KeccakState state{};
  std::memcpy(state.data(), block.data(), kRate);
  for (const std::uint64_t constant : kRounds) keccak_round(state, constant);
  Digest digest{};
  std::memcpy(digest.data(), state.data(), digest.size());
  return digest;
}

}  // namespace vedette::prompt
