#include "prompt/digest.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vedette::prompt {
namespace {

constexpr std::array<std::uint32_t, 64> kSha256 = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using ShaState = std::array<std::uint32_t, 8>;

void sha256_block(const std::uint8_t* block, ShaState& state) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 |
           std::uint32_t{block[4 * i + 2]} << 8 | block[4 * i + 3];
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                             ((e & f) ^ (~e & g)) + kSha256[i] + w[i];
    const std::uint32_t t2 =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const ShaState sum = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += sum[i];
}

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

Digest sha256(std::string_view bytes) {
  ShaState state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const std::uint64_t bits = bytes.size() * 8;
  std::array<std::uint8_t, 64> block{};
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) {
    std::memcpy(block.data(), bytes.data(), 64);
    sha256_block(block.data(), state);
  }
  block.fill(0);
  std::copy(bytes.begin(), bytes.end(), block.begin());
  block[bytes.size()] = 0x80;
  if (bytes.size() >= 56) {
    sha256_block(block.data(), state);
    block.fill(0);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    block[63 - i] = static_cast<std::uint8_t>(bits >> (8 * i) & 0xFF);
  }
  sha256_block(block.data(), state);
  Digest digest{};
  for (std::size_t i = 0; i < 32; ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xFF);
  }
  return digest;
}

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
