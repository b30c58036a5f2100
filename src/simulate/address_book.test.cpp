#include "simulate/address_book.h"

#include "simulate/testing.h"

#include <set>

namespace vedette::simulate {
namespace {

bool in(const IpAddress& ip, std::string_view network) {
  return parse_network(network)->contains(ip);
}

TEST_SUITE("simulate/address_book") {
  TEST_CASE("no hostile source comes twice, and all are from ranges that nobody owns") {
    AddressBook book(42);
    std::set<IpAddress> seen;
    for (int i = 0; i < 200'000; ++i) {
      const IpAddress ip = book.attacker();
      const bool ours = in(ip, "203.0.113.0/24") || in(ip, "198.51.100.0/24") ||
                        in(ip, "198.18.0.0/16") || in(ip, "10.128.0.0/9") ||
                        in(ip, "2001:db8:8000::/33");
      REQUIRE(ours);
      REQUIRE(seen.insert(ip).second);
    }
  }

  TEST_CASE("hostile IPv6 sources are different /64s") {
    AddressBook book(1);
    std::set<IpAddress> networks;
    std::size_t sources = 0;
    for (int i = 0; i < 10'000; ++i) {
      const IpAddress ip = book.attacker();
      if (ip.is_v4()) continue;
      ++sources;
      networks.insert(masked(ip, 64));
    }
    CHECK(sources == 1250);
    CHECK(networks.size() == sources);
  }

  TEST_CASE("visitors, offices and machines never share an address with each other") {
    const AddressBook book(42);
    std::set<IpAddress> seen;
    for (std::uint32_t n = 0; n < AddressBook::kVisitorsMax; ++n) {
      REQUIRE(seen.insert(book.visitor(n)).second);
    }
    for (std::uint32_t n = 0; n < 20'000; ++n) REQUIRE(seen.insert(book.office(n)).second);
    for (std::uint32_t n = 0; n < 1'000; ++n) REQUIRE(seen.insert(book.machine(n)).second);
  }

  TEST_CASE("a block is one attacker's alone, and nobody on the way shares an address") {
    AddressBook book(42);
    std::set<IpAddress> blocks, roaming;
    for (int i = 0; i < 2'000; ++i) {
      const IpAddress ip = book.attacker_block();
      const bool ours = in(ip, "198.18.240.0/20") || in(ip, "10.64.0.0/11");
      REQUIRE(ours);
      REQUIRE(blocks.insert(masked(ip, 120)).second);
      REQUIRE(roaming.insert(book.roaming(static_cast<std::uint32_t>(i))).second);
    }
    for (int i = 0; i < 100'000; ++i) {
      const IpAddress ip = book.attacker();
      if (ip.is_v4()) REQUIRE_FALSE(blocks.contains(masked(ip, 120)));
    }
  }

  TEST_CASE("an IPv6 host changes its address within its /64, an IPv4 one does not") {
    Random random(1);
    const IpAddress six = *parse_ip("2001:db8:1:2::1");
    const IpAddress other = sibling(six, random);
    CHECK(other != six);
    CHECK(masked(other, 64) == masked(six, 64));
    const IpAddress four = *parse_ip("192.0.2.1");
    CHECK(sibling(four, random) == four);
  }
}

}  // namespace
}  // namespace vedette::simulate
