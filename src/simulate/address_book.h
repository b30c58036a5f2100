// Addresses for those who take part. All are from ranges set aside for documentation, private use
// and benchmarks, so nobody real is ever accused: RFC 5737, RFC 1918, RFC 2544, RFC 3849, RFC 6598.
//
// Each kind of participant has its own ranges and walks through them in a scattered order without
// repeating; nothing is remembered but how many were given out.
#pragma once

#include "base/ip.h"
#include "base/random.h"

#include <cstdint>

namespace vedette::simulate {

class AddressBook {
 public:
  explicit AddressBook(std::uint64_t seed);

  /// A new hostile source: 203.0.113.0/24 and 198.51.100.0/24, then 198.18.0.0/16
  /// but for its last sixteenth, then 10.128.0.0/9; every eighth is an IPv6 /64 below
  /// 2001:db8:8000::/33.
  IpAddress attacker();
  /// The n-th visitor: below 198.19.0.0/16; every eighth an IPv6 /64 below 2001:db8::/33.
  IpAddress visitor(std::uint32_t n) const;
  static constexpr std::uint32_t kVisitorsMax = 65'536;
  /// Where people with accounts sit: 192.0.2.0/25, then 172.16.0.0/12.
  IpAddress office(std::uint32_t n) const;
  /// Where people are on the way: 100.64.0.0/14 (RFC 6598), a /16 for each of four carriers.
  IpAddress roaming(std::uint32_t carrier);
  /// The first address of a /24 that is one attacker's: 198.18.240.0/20, then 10.64.0.0/11.
  IpAddress attacker_block();
  /// Machines of the own network: 10.20.0.0/16.
  IpAddress machine(std::uint32_t n) const;

 private:
  IpAddress attacker_v4();

  std::uint32_t scatter_;
  std::uint32_t roaming_ = 0;
  std::uint32_t attackers_v4_ = 0, attackers_v6_ = 0, attackers_ = 0, attacker_blocks_ = 0;
};

/// Another address of the same IPv6 /64, as hosts change theirs; an IPv4 address stays.
IpAddress sibling(const IpAddress& ip, Random& random);

}  // namespace vedette::simulate
