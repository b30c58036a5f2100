#include "base/ip.h"

#include "base/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace vedette {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<IpAddress> parse_v4(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at == end || *at++ != '.')) return {};
    const char* const begin = at;
    std::uint32_t value = 0;
    while (at != end && is_digit(*at)) value = value * 10 + static_cast<std::uint32_t>(*at++ - '0');
    if (at == begin || at - begin > 3 || value > 255) return {};
    address = address << 8 | value;
  }
  if (at != end) return {};
  return IpAddress::from_v4(address);
}

/// Groups of digits and perhaps one `::`: what addresses mostly look like, at about half the cost
/// of inet_pton. Nothing for other spellings and for what is no address.
std::optional<IpAddress> parse_groups(std::string_view text) {
  constexpr std::size_t kNone = 17;
  IpAddress ip;
  auto& bytes = ip.bytes;
  std::size_t size = 0, gap = kNone;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.starts_with("::")) {
    gap = 0;
    at += 2;
  }
  while (at != end) {
    const char* const begin = at;
    unsigned value = 0;
    for (int digit = 0; at != end; ++at) {
      digit = hex_digit(*at);
      if (digit < 0) break;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    if (at == begin || at - begin > 4 || size == 16) return {};
    bytes[size++] = static_cast<std::uint8_t>(value >> 8);
    bytes[size++] = static_cast<std::uint8_t>(value);
    if (at == end) break;
    if (*at++ != ':' || at == end) return {};
    if (*at != ':') continue;
    if (gap != kNone) return {};
    gap = size;
    ++at;
  }
  if ((gap == kNone) != (size == 16)) return {};
  if (gap != kNone) {
    std::copy_backward(bytes.begin() + gap, bytes.begin() + size, bytes.end());
    std::fill(bytes.begin() + gap, bytes.end() - (size - gap), std::uint8_t{0});
  }
  return ip;
}

struct Decimal {
  char digits[3];
  std::uint8_t size;
};
constexpr auto kDecimals = [] {
  std::array<Decimal, 256> decimals{};
  for (unsigned i = 0; i < 256; ++i) {
    Decimal& decimal = decimals[i];
    if (i > 99) decimal.digits[decimal.size++] = static_cast<char>('0' + i / 100);
    if (i > 9) decimal.digits[decimal.size++] = static_cast<char>('0' + i / 10 % 10);
    decimal.digits[decimal.size++] = static_cast<char>('0' + i % 10);
  }
  return decimals;
}();

/// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of
/// equal ones) as `::`. inet_ntop does the same through printf, at twenty times the cost.
char* format_v6(const IpAddress& ip, char* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned, 8> groups;
  std::size_t run_begin = 8, run_length = 1, length = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = unsigned{ip.bytes[2 * i]} << 8 | ip.bytes[2 * i + 1];
    length = groups[i] == 0 ? length + 1 : 0;
    if (length > run_length) {
      run_begin = i + 1 - length;
      run_length = length;
    }
  }
  for (std::size_t i = 0; i < 8;) {
    if (i == run_begin) {
      *out++ = ':';
      *out++ = ':';
      i += run_length;
      continue;
    }
    if (i > 0 && i != run_begin + run_length) *out++ = ':';
    const unsigned group = groups[i];
    if (group > 0xFFF) *out++ = kHex[group >> 12];
    if (group > 0xFF) *out++ = kHex[group >> 8 & 15];
    if (group > 0xF) *out++ = kHex[group >> 4 & 15];
    *out++ = kHex[group & 15];
    ++i;
  }
  return out;
}

}  // namespace

IpAddress IpAddress::from_v4(std::uint32_t a) {
  IpAddress ip;
  std::memcpy(ip.bytes.data(), kV4Prefix.data(), kV4Prefix.size());
  ip.bytes[12] = static_cast<std::uint8_t>(a >> 24);
  ip.bytes[13] = static_cast<std::uint8_t>(a >> 16);
  ip.bytes[14] = static_cast<std::uint8_t>(a >> 8);
  ip.bytes[15] = static_cast<std::uint8_t>(a);
  return ip;
}

bool IpAddress::is_v4() const {
  return std::memcmp(bytes.data(), kV4Prefix.data(), kV4Prefix.size()) == 0;
}

std::uint32_t IpAddress::v4() const {
  return std::uint32_t{bytes[12]} << 24 | std::uint32_t{bytes[13]} << 16 |
         std::uint32_t{bytes[14]} << 8 | bytes[15];
}

bool IpAddress::is_loopback() const {
  static constexpr std::array<std::uint8_t, 16> kV6Loopback{0, 0, 0, 0, 0, 0, 0, 0,
                                                            0, 0, 0, 0, 0, 0, 0, 1};
  return is_v4() ? bytes[12] == 127 : bytes == kV6Loopback;
}

bool IpNetwork::contains(const IpAddress& ip) const {
  const std::size_t whole = bits / 8u;
  if (std::memcmp(ip.bytes.data(), address.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const unsigned kept = 0xFF00u >> bits % 8;
  return (ip.bytes[whole] & kept & 0xFFu) == address.bytes[whole];
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() > 1 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  if (auto v4 = parse_v4(text)) return v4;
  if (auto v6 = parse_groups(text)) return v6;
  text = text.substr(0, text.find('%'));
  // inet_pton wants a terminator. No valid address is longer than 45 characters.
  char buffer[48];
  if (text.size() < 2 || text.size() >= sizeof buffer) return {};
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddress ip;
  if (inet_pton(AF_INET6, buffer, ip.bytes.data()) != 1) return {};
  return ip;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto ip = parse_ip(text.substr(0, slash));
  if (!ip) return {};
  unsigned bits = 128;
  if (slash != std::string_view::npos) {
    const auto prefix = parse_int<unsigned>(text.substr(slash + 1));
    const bool v4 = ip->is_v4() && text.substr(0, slash).find(':') == std::string_view::npos;
    if (!prefix || *prefix > (v4 ? 32u : 128u)) return {};
    bits = v4 ? *prefix + 96 : *prefix;
  }
  return IpNetwork{masked(*ip, bits), static_cast<std::uint8_t>(bits)};
}

char* format_ip(const IpAddress& ip, char* out) {
  if (ip.is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      const Decimal& part = kDecimals[ip.bytes[i]];
      std::memcpy(out, part.digits, 3);
      out += part.size;
      *out++ = '.';
    }
    return out - 1;
  }
  return format_v6(ip, out);
}

std::string format_ip(const IpAddress& ip) {
  char buffer[48];
  return {buffer, format_ip(ip, buffer)};
}

std::string format_network(const IpNetwork& network) {
  const bool v4 = network.address.is_v4() && network.bits >= 96;
  return format_ip(network.address) + "/" + std::to_string(v4 ? network.bits - 96 : network.bits);
}

IpAddress masked(const IpAddress& ip, unsigned bits) {
  // The first `ones` of eight bytes, as they stand in memory.
  const auto first = [](unsigned ones) {
    const std::uint64_t mask = ones < 64 ? ~(~std::uint64_t{0} >> ones) : ~std::uint64_t{0};
    return std::endian::native == std::endian::big ? mask : __builtin_bswap64(mask);
  };
  auto words = std::bit_cast<std::array<std::uint64_t, 2>>(ip.bytes);
  words[0] &= first(bits);
  words[1] &= first(bits > 64 ? bits - 64 : 0);
  return {std::bit_cast<std::array<std::uint8_t, 16>>(words)};
}

}  // namespace vedette
