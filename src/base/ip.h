// Internet addresses in one form: sixteen bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so
// that
// ::ffff:192.0.2.1 and 192.0.2.1 are the same source.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress from_v4(std::uint32_t host_order);
  bool is_v4() const;
  std::uint32_t v4() const;  ///< host order; only when is_v4()
  bool is_loopback() const;
  auto operator<=>(const IpAddress&) const = default;
};

/// A block of addresses. `bits` counts within the sixteen bytes: an IPv4 /24 has 120.
struct IpNetwork {
  IpAddress address;
  std::uint8_t bits = 128;
  bool contains(const IpAddress& ip) const;
  auto operator<=>(const IpNetwork&) const = default;
};

/// The whole text as an address. Accepts leading zeros in IPv4 parts (read as decimal, as logs mean
/// them), brackets around IPv6 and a zone (`%eth0`, dropped).
std::optional<IpAddress> parse_ip(std::string_view text);
/// `192.0.2.0/24`, `2001:db8::/32`, or a lone address. Bits below the prefix are cleared.
std::optional<IpNetwork> parse_network(std::string_view text);

/// Dotted quad, or RFC 5952. `out` holds at least 40 bytes; returns the end.
char* format_ip(const IpAddress& ip, char* out);
std::string format_ip(const IpAddress& ip);
std::string format_network(const IpNetwork& network);

/// The first `bits` bits of the address, the rest zero.
IpAddress masked(const IpAddress& ip, unsigned bits);

}  // namespace vedette
