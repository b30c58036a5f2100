#include "simulate/world.h"

#include "simulate/testing.h"

#include <set>

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/world") {
  TEST_CASE("every person has a name, a number, a key and a place of their own") {
    Options options = options_for("auth");
    options.users = 200;
    Stage stage(options);
    const World world(options, stage);
    std::set<std::string> names, keys;
    std::set<IpAddress> homes;
    for (const Account& account : world.people) {
      names.insert(account.name);
      keys.insert(account.fingerprint);
      homes.insert(account.home);
    }
    CHECK(names.size() == 200);
    CHECK(keys.size() == 200);
    CHECK(homes.size() == 200);
    CHECK(world.people.front().fingerprint.size() == std::string_view("SHA256:").size() + 43);
  }

  TEST_CASE("without users there are no services either, but root") {
    Options options = options_for("auth");
    options.users = 0;
    Stage stage(options);
    const World world(options, stage);
    CHECK(world.people.empty());
    CHECK(world.services.empty());
    CHECK(world.root.name == "root");
  }

  TEST_CASE("a visitor that comes again is the same source") {
    Bench bench("web");
    const World::Visitor first = bench.world.visitor(20, bench.stage);
    const World::Visitor again = bench.world.visitor(20 + AddressBook::kVisitorsMax, bench.stage);
    CHECK(first.source == again.source);
    CHECK(first.ip == again.ip);
    CHECK(bench.world.visitor(21, bench.stage).source != first.source);
  }
}

}  // namespace
}  // namespace vedette::simulate
