#include "decode/web_testing.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::Sample;

constexpr std::string_view kPacket =
    "IN=eth0 OUT= MAC=02:00:00:00:00:01:fe:00:03:85:82:df:08:00 SRC=203.0.113.7 DST=192.0.2.10 "
    "LEN=60 TOS=0x00 "
    "PREC=0x00 TTL=50 ID=1 DF PROTO=TCP SPT=60834 DPT=22 WINDOW=65535 RES=0x00 SYN URGP=0 ";

TEST_SUITE_BEGIN("decode/netfilter");

TEST_CASE("a packet has all its fields") {
  Sample line("[547219.375133] [UFW BLOCK] " + std::string(kPacket));
  REQUIRE(line.netfilter());
  CHECK(line.action() == "packet-denied");
  CHECK(line.event().outcome == Outcome::Failure);
  CHECK(line.event().dataset == Dataset::Netfilter);
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::DestinationIp] == "192.0.2.10");
  CHECK(line[Field::SourcePort] == "60834");
  CHECK(line[Field::DestinationPort] == "22");
  CHECK(line[Field::NetworkTransport] == "tcp");
  CHECK(line[Field::NetworkBytes] == "60");
  CHECK(line[Field::InterfaceIn] == "eth0");
  CHECK(line[Field::InterfaceOut] == "(none)");
  CHECK(line[Field::SourceMac] == "fe:00:03:85:82:df");
  CHECK(line[Field::TcpFlags] == "SYN");
  CHECK(line[Field::EventReason] == "[UFW BLOCK]");
}

TEST_CASE("the prefix says what became of the packet") {
  struct Row {
    std::string_view prefix;
    Action action;
  };
  static constexpr Row kRows[] = {
      {"[UFW BLOCK] ", Action::PacketDenied},
      {"[UFW LIMIT BLOCK] ", Action::PacketDenied},
      {"[UFW AUDIT] ", Action::PacketLogged},
      {"[UFW ALLOW] ", Action::PacketLogged},
      {"[UFW AUDIT INVALID] ", Action::PacketLogged},
      {"IPTABLES DROP: ", Action::PacketDenied},
      {"iptables denied: ", Action::PacketDenied},
      {"FINAL_REJECT: ", Action::PacketDenied},
      {"filter_IN_public_DROP: ", Action::PacketDenied},
      {"Shorewall:net-fw:REJECT:", Action::PacketDenied},
      {"INPUT_DROPPED", Action::PacketDenied},
      {"[WAN_LOCAL-default-D]", Action::PacketDenied},
      {"[WAN_IN-10-A]", Action::PacketLogged},
      {"DROP wan in: ", Action::PacketDenied},
      {"NEW CONNECTION ", Action::PacketLogged},
      {"", Action::PacketLogged},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.prefix);
    Sample line("[ 12.345678] " + std::string(row.prefix) + std::string(kPacket));
    REQUIRE(line.netfilter());
    CHECK(line.event().action == row.action);
  }
}

TEST_CASE("protocols without ports, IPv6, several flags and Proxmox's form are read") {
  Sample icmp(
      "X DROP IN=eth0 OUT= MAC= SRC=2001:db8::7 DST=2001:db8::1 LEN=40 TC=0 HOPLIMIT=64 "
      "PROTO=ICMPv6 TYPE=128");
  REQUIRE(icmp.netfilter());
  CHECK(icmp[Field::NetworkTransport] == "ipv6-icmp");
  CHECK(icmp[Field::SourceIp] == "2001:db8::7");
  CHECK(icmp[Field::SourcePort] == "(none)");
  Sample flags(
      "IN=eth0 OUT=eth1 SRC=203.0.113.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=1 DPT=2 RES=0x00 ACK "
      "RST URGP=0");
  REQUIRE(flags.netfilter());
  CHECK(flags[Field::TcpFlags] == "ACK RST");
  CHECK(flags[Field::InterfaceOut] == "eth1");
  Sample proxmox(
      "0 1 PVEFW-HOST-OUT 20/Jun/2022:13:16:23 +0200 REJECT: OUT=vmbr0 SRC=203.0.113.7 "
      "DST=192.0.2.1 LEN=60 PROTO=UDP SPT=9 DPT=53 LEN=32");
  REQUIRE(proxmox.netfilter());
  CHECK(proxmox.action() == "packet-denied");
  CHECK(proxmox.time() == "2022-06-20T11:16:23Z");
  CHECK(proxmox[Field::NetworkBytes] == "60");
  CHECK(proxmox[Field::InterfaceIn] == "(none)");
}

TEST_CASE("the packet that an ICMP error quotes is not the packet") {
  Sample line(
      "DROP IN=eth0 OUT= SRC=203.0.113.7 DST=192.0.2.1 LEN=88 PROTO=ICMP TYPE=3 CODE=3 "
      "[SRC=198.51.100.1 DST=198.51.100.2 "
      "LEN=60 PROTO=UDP SPT=53 DPT=5353 ]");
  REQUIRE(line.netfilter());
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::SourcePort] == "(none)");
}

TEST_CASE("other lines of the kernel are left to others") {
  for (const std::string_view text :
       {"", "[", "[12.3] usb 1-1: new device", "IN=", "IN=eth0 OUT= SRC= DST=",
        "IN=eth0 OUT= SRC=x DST=192.0.2.1", "PHYSIN=a SRC=203.0.113.7 DST=192.0.2.1"}) {
    CAPTURE(text);
    CHECK_FALSE(Sample(text).netfilter());
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
