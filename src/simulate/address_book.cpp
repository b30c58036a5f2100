#include "simulate/address_book.h"

#include "simulate/seed.h"

namespace vedette::simulate {
namespace {

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// The /64 number n below 2001:db8::/32, in its lower or upper half; the host part is ::1.
IpAddress network_64(std::uint32_t n, std::uint32_t upper_half) {
  IpAddress ip;
  const std::uint32_t middle = (n & 0x7FFFFFFF) | upper_half << 31;
  ip.bytes[0] = 0x20;
  ip.bytes[1] = 0x01;
  ip.bytes[2] = 0x0d;
  ip.bytes[3] = 0xb8;
  for (unsigned i = 0; i < 4; ++i) {
    ip.bytes[4 + i] = static_cast<std::uint8_t>(middle >> (24 - 8 * i));
  }
  ip.bytes[15] = 1;
  return ip;
}

// Multiplying by an odd number walks through all residues of a power of two without repeating.
constexpr std::uint32_t kStride = 0x9E3779B1;
constexpr std::uint32_t kBlocks = 0xF000;  // from here on, 198.18.0.0/16 is given out in blocks

}  // namespace

AddressBook::AddressBook(std::uint64_t seed)
    : scatter_(static_cast<std::uint32_t>(mix(seed, 0xADD2))) {}

IpAddress AddressBook::attacker() {
  // Near numbers would put the IPv6 sources into one /48, as if they were one attacker.
  if (attackers_++ % 8 == 5) return network_64(attackers_v6_++ * kStride + scatter_, 1);
  return attacker_v4();
}

IpAddress AddressBook::attacker_v4() {
  constexpr std::uint32_t kNear = 508;  // two /24 without their first and last address
  const std::uint32_t n = attackers_v4_++;
  if (n < kNear) {
    const std::uint32_t place = (n * 61 + scatter_ % kNear) % kNear;
    const std::uint32_t host = 1 + place % 254;
    return IpAddress::from_v4(place < 254 ? v4(203, 0, 113, host) : v4(198, 51, 100, host));
  }
  if (n - kNear < 65'536) {
    const std::uint32_t place = ((n - kNear) * kStride + scatter_) & 0xFFFF;
    if (place >= kBlocks) return attacker_v4();
    return IpAddress::from_v4(v4(198, 18, 0, 0) | place);
  }
  const std::uint32_t m = n - kNear - 65'536;
  if (m >= 1u << 23) return network_64(attackers_v6_++ * kStride + scatter_, 1);
  return IpAddress::from_v4(v4(10, 128, 0, 0) | ((m * kStride + scatter_) & 0x7FFFFF));
}

IpAddress AddressBook::visitor(std::uint32_t n) const {
  if (n % 8 == 3) return network_64(n * kStride + scatter_, 0);
  return IpAddress::from_v4(v4(198, 19, 0, 0) | ((n * kStride + scatter_) & 0xFFFF));
}

IpAddress AddressBook::office(std::uint32_t n) const {
  if (n < 126) return IpAddress::from_v4(v4(192, 0, 2, 1 + n));
  return IpAddress::from_v4(v4(172, 16, 0, 0) | ((n * kStride + scatter_) & 0xFFFFF));
}

IpAddress AddressBook::roaming(std::uint32_t carrier) {
  const std::uint32_t place = (roaming_++ * kStride + scatter_) & 0xFFFF;
  return IpAddress::from_v4(v4(100, 64 + carrier % 4, 0, 0) | place);
}

IpAddress AddressBook::attacker_block() {
  const std::uint32_t n = attacker_blocks_++;
  if (n < 16) return IpAddress::from_v4(v4(198, 18, 0, 1) | kBlocks | n << 8);
  return IpAddress::from_v4(v4(10, 64, 0, 1) | ((n * kStride + scatter_) & 0x1FFF) << 8);
}

IpAddress AddressBook::machine(std::uint32_t n) const {
  return IpAddress::from_v4(v4(10, 20, 0, 0) | ((n + 1) & 0xFFFF));
}

IpAddress sibling(const IpAddress& ip, Random& random) {
  if (ip.is_v4()) return ip;
  IpAddress other = ip;
  for (std::size_t i = 8; i < 16; i += 4) {
    const std::uint32_t bits = random.next();
    for (std::size_t k = 0; k < 4; ++k) {
      other.bytes[i + k] = static_cast<std::uint8_t>(bits >> (8 * k));
    }
  }
  return other;
}

}  // namespace vedette::simulate
