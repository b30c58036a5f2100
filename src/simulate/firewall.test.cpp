#include "simulate/firewall.h"

#include "simulate/testing.h"

#include <map>
#include <set>

namespace vedette::simulate {
namespace {

std::string value_of(std::string_view line, std::string_view key) {
  const auto at = line.find(key) + key.size();
  return std::string(line.substr(at, line.find(' ', at) - at));
}

TEST_SUITE("simulate/firewall") {
  TEST_CASE("a vertical scan has many ports, a horizontal one many addresses") {
    for (const bool vertical : {true, false}) {
      std::map<Subject, std::set<std::string>> ports, addresses;
      for (const Line& line : all_lines(options_for(
               "netfilter", vertical ? "port-scan-vertical" : "port-scan-horizontal"))) {
        if (line.fact.attack == Attack::None) continue;
        ports[line.fact.source].insert(value_of(line.text, "DPT="));
        addresses[line.fact.source].insert(value_of(line.text, "DST="));
      }
      CHECK(ports.size() == 4);
      for (const auto& [source, seen] : ports) CHECK((seen.size() > 25) == vertical);
      for (const auto& [source, seen] : addresses) CHECK((seen.size() >= 20) != vertical);
    }
  }

  TEST_CASE("the noise is of sources that knock once or twice") {
    std::map<Subject, int> packets;
    for (const Line& line : all_lines(options_for("netfilter", "port-scan-vertical"))) {
      if (line.fact.attack == Attack::None) ++packets[line.fact.source];
    }
    CHECK(packets.size() > 100);
    for (const auto& [source, count] : packets) CHECK(count <= 2);
  }

  TEST_CASE("the prefix is that of the tool, and the line ends in a blank") {
    for (const bool ufw : {true, false}) {
      const auto lines =
          all_lines(options_for(ufw ? "netfilter" : "iptables", "port-scan-vertical"));
      CHECK(count_with(lines, "[UFW BLOCK] IN=eth0 OUT= MAC=") == (ufw ? lines.size() : 0));
      CHECK(count_with(lines, "IPT-DROP: IN=eth0 ") == (ufw ? 0 : lines.size()));
      CHECK(count_with(lines, " PROTO=TCP SPT=") > lines.size() / 2);
      for (const Line& line : lines) REQUIRE(line.text.ends_with(' '));
      CHECK(count_with(lines, "SRC=2001:db8:") > 0);
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
