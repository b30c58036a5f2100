#include "base/ip.h"

#include "base/random.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

namespace vedette {
namespace {

std::string again(std::string_view text) {
  const auto ip = parse_ip(text);
  return ip ? format_ip(*ip) : "refused";
}

TEST_SUITE("base/ip") {
  TEST_CASE("addresses are read in every form that logs have, and written in one") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:c000:201", "192.0.2.1"},
        {"192.000.002.010", "192.0.2.10"},
        {"255.255.255.255", "255.255.255.255"},
        {"0.0.0.0", "0.0.0.0"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"fe80::1%eth0", "fe80::1"},
        {"[fe80::1%eth0]", "fe80::1"},
        {"::", "::"},
        {"::1", "::1"},
    };
    for (const auto& [text, expected] : cases) CHECK(again(text) == expected);
  }

  TEST_CASE("what is no address is refused") {
    for (const std::string_view text : {"",           ".",           ":",
                                        "1",          "192.0.2",     "192.0.2.256",
                                        "192.0.2.1.", "192.0.2.1.2", "192.0.2.0001",
                                        "192.0.2.-1", " 192.0.2.1",  "192.0.2.1 ",
                                        "host",       "12345::",     "1:2:3:4:5:6:7:8:9",
                                        "::1::",      "2001:db8::g", "[]",
                                        "[192.0.2.1", "%eth0"}) {
      CHECK_MESSAGE(again(text) == "refused", text);
    }
    CHECK(again(std::string(100000, ':')) == "refused");
    CHECK(again(std::string_view("192.0.2.1\0", 10)) == "refused");
  }

  TEST_CASE("every address is read as it was written") {
    Random random(1);
    for (int round = 0; round < 20000; ++round) {
      IpAddress ip;
      if (random.chance(0.3)) {
        ip = IpAddress::from_v4(random.next());
      } else {
        for (auto& byte : ip.bytes) {
          byte = random.chance(0.5) ? std::uint8_t{0} : static_cast<std::uint8_t>(random.next());
        }
      }
      REQUIRE(parse_ip(format_ip(ip)) == ip);
    }
  }

  TEST_CASE("IPv4 goes in and out in host order") {
    const IpAddress ip = IpAddress::from_v4(0xC0000201);
    CHECK(ip.is_v4());
    CHECK(ip.v4() == 0xC0000201);
    CHECK(format_ip(ip) == "192.0.2.1");
    CHECK_FALSE(parse_ip("::1")->is_v4());
  }

  TEST_CASE("loopback is 127/8 and ::1") {
    for (const std::string_view text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
      CHECK(parse_ip(text)->is_loopback());
    }
    for (const std::string_view text : {"128.0.0.1", "::", "::2", "192.0.2.127"}) {
      CHECK_FALSE(parse_ip(text)->is_loopback());
    }
  }

  TEST_CASE("IPv6 is read and written as the C library does it") {
    Random random(7);
    for (int i = 0; i < 300'000; ++i) {
      std::string text;
      for (auto words = random.below(18); words > 0; --words) {
        static constexpr std::string_view kWords[] = {"0", "1",  "db8",  "2001",    "ffff",
                                                      "A", "0a", "1234", "192.0.2", "g"};
        text += random.below(2) == 0 ? ":" : kWords[random.below(random.below(16) == 0 ? 10 : 7)];
        if (random.below(3) != 0) text += ':';
      }
      if (text.find(':') == std::string::npos) continue;
      CAPTURE(text);
      IpAddress expected;
      const bool valid = inet_pton(AF_INET6, text.c_str(), expected.bytes.data()) == 1;
      const auto ip = parse_ip(text);
      REQUIRE(ip.has_value() == valid);
      if (!valid) continue;
      REQUIRE(*ip == expected);
      char usual[48];
      inet_ntop(AF_INET6, ip->bytes.data(), usual, sizeof usual);
      if (std::string_view(usual).find('.') == std::string_view::npos)
        CHECK(format_ip(*ip) == usual);
    }
  }

  TEST_CASE("every number of a dotted quad is read and written") {
    for (int i = 0; i < 256; ++i) {
      const std::string number = std::to_string(i);
      for (const std::string& text :
           {number + ".0.10.200", "1." + number + ".0.0", "255.255.255." + number}) {
        REQUIRE(parse_ip(text).has_value());
        CHECK(format_ip(*parse_ip(text)) == text);
      }
    }
  }

  TEST_CASE("networks contain the addresses below their prefix") {
    struct Case {
      std::string_view network, inside, outside;
    };
    for (const Case& one :
         {Case{"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
          Case{"192.0.2.77/30", "192.0.2.78", "192.0.2.80"},
          Case{"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
          Case{"192.0.2.1", "192.0.2.1", "192.0.2.2"},
          Case{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
          Case{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
          Case{"::/0", "192.0.2.1", ""}, Case{"::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"}}) {
      const auto network = parse_network(one.network);
      REQUIRE(network.has_value());
      CHECK(network->contains(*parse_ip(one.inside)));
      if (!one.outside.empty()) CHECK_FALSE(network->contains(*parse_ip(one.outside)));
    }
  }

  TEST_CASE("networks are written with their prefix, bits below it cleared") {
    CHECK(format_network(*parse_network("192.0.2.77/24")) == "192.0.2.0/24");
    CHECK(format_network(*parse_network("2001:db8::5/64")) == "2001:db8::/64");
    CHECK(format_network(*parse_network("192.0.2.7")) == "192.0.2.7/32");
    CHECK(format_network(*parse_network("::/0")) == "::/0");
  }

  TEST_CASE("what is no network is refused") {
    for (const std::string_view text :
         {"", "/", "192.0.2.0/", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "192.0.2.0/8x",
          "192.0.2.0/24/8", "host/8"}) {
      CHECK_FALSE(parse_network(text).has_value());
    }
  }
}

}  // namespace

TEST_CASE("a masked address keeps its first bits and no other") {
  IpAddress ip;
  for (std::size_t i = 0; i < 16; ++i) ip.bytes[i] = static_cast<std::uint8_t>(0xB5 + 29 * i);
  for (unsigned bits = 0; bits <= 130; ++bits) {
    const IpAddress kept = masked(ip, bits);
    for (unsigned bit = 0; bit < 128; ++bit) {
      const unsigned mask = 0x80u >> bit % 8;
      CHECK((kept.bytes[bit / 8] & mask) == (bit < bits ? ip.bytes[bit / 8] & mask : 0u));
    }
  }
}
}  // namespace vedette
