#include "cli/door.h"

#include "api/json.h"
#include "model/commit.h"
#include "store/store.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <unistd.h>

namespace vedette::cli {
namespace {

struct Directory {
  Directory() {
    path = (std::filesystem::temp_directory_path() / "vedette-door-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

/// One that nobody would keep.
Threat threat_about(const std::string& address, Time seen) {
  Threat threat;
  threat.entity_value = address;
  threat.entity_hash = *entity_hash(EntityType::SourceIp, address);
  threat.id = threat_id(threat.entity_hash);
  threat.first_seen = threat.last_seen = seen;
  threat.workflow.touched = seen;
  return threat;
}

const Time kNow = *parse_rfc3339("2026-03-01T12:00:00Z");

}  // namespace

TEST_SUITE("cli/door") {
  TEST_CASE("where no vedette ever ran there is nothing to be asked, and nothing is made") {
    const Directory directory;
    const ManualClock clock(kNow);
    const auto door = Door::open({.state = directory.path}, clock);
    REQUIRE_FALSE(door);
    CHECK(door.error().code == Errc::StoreOpen);
    CHECK(std::filesystem::is_empty(directory.path));
  }

  TEST_CASE("a token can be made before the first start, and no other is made with it") {
    const Directory directory;
    const ManualClock clock(kNow);
    {
      auto door =
          Door::open({.state = directory.path, .missing = DoorOptions::Missing::Made}, clock);
      REQUIRE(door);
      REQUIRE(door->ask({.method = "POST",
                         .target = "/api/v1/tokens",
                         .body = R"({"name":"ann","role":"analyst"})"}));
    }
    auto door = Door::open({.state = directory.path}, clock);
    REQUIRE(door);
    const auto answer = door->ask({.target = "/api/v1/tokens"});
    REQUIRE(answer);
    const auto tokens = api::Json::parse(*answer);
    REQUIRE(tokens);
    CHECK(tokens->find("tokens")->items.size() == 1);
  }

  TEST_CASE("asking a store moves no threat to another tier, however old it is") {
    const Directory directory;
    const Time long_ago = kNow - std::chrono::hours(24 * 1000);
    {
      auto store = store::Store::open(directory.path, store::Store::Mode::Own);
      REQUIRE(store);
      Commit commit;
      commit.threats.push_back(threat_about("203.0.113.7", long_ago));
      commit.threats.push_back(threat_about("203.0.113.8", long_ago));
      REQUIRE((*store)->commit(commit));
    }
    const ManualClock clock(kNow);
    {
      auto door = Door::open({.state = directory.path}, clock);
      REQUIRE(door);
      REQUIRE(door->ask({.method = "PATCH",
                         .target = "/api/v1/threats/203.0.113.7",
                         .body = R"({"note":"seen"})"}));
    }
    auto store = store::Store::open(directory.path, store::Store::Mode::Inspect);
    REQUIRE(store);
    const auto other = (*store)->head_of(*entity_hash(EntityType::SourceIp, "203.0.113.8"));
    REQUIRE(other);
    REQUIRE(*other);
    CHECK((*other)->workflow.tier == Tier::Working);
  }

  TEST_CASE("a change of another version than the one seen is refused") {
    const Directory directory;
    {
      auto store = store::Store::open(directory.path, store::Store::Mode::Own);
      REQUIRE(store);
      Commit commit;
      commit.threats.push_back(threat_about("203.0.113.7", kNow));
      REQUIRE((*store)->commit(commit));
    }
    const ManualClock clock(kNow);
    auto door = Door::open({.state = directory.path}, clock);
    REQUIRE(door);
    const Ask ask{.method = "PATCH",
                  .target = "/api/v1/threats/203.0.113.7",
                  .body = R"({"status":"acknowledged"})",
                  .if_version = 1};
    REQUIRE(door->ask(ask));
    const auto again = door->ask(ask);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Errc::ChangeConflict);
  }

  TEST_CASE("who else has the store is told, after some patience") {
    const Directory directory;
    auto store = store::Store::open(directory.path, store::Store::Mode::Own);
    REQUIRE(store);
    const ManualClock clock(kNow);
    const auto door = Door::open({.state = directory.path}, clock);
    REQUIRE_FALSE(door);
    CHECK(door.error().code == Errc::StoreLocked);
    CHECK(door.error().detail.find("VEDETTE_TOKEN") != std::string::npos);
  }

  TEST_CASE("a problem document is the error that it was made from") {
    const Error known = error_of(
        404, R"({"title":"There is no such threat","detail":"203.0.113.9","code":"VD6001"})");
    CHECK(known.code == Errc::ThreatUnknown);
    CHECK(known.detail == "203.0.113.9");
  }

  TEST_CASE("what is no problem of ours cannot write to the terminal") {
    const Error bare = error_of(413, R"({"title":"Content \u001b[2JToo Large","detail":"no"})");
    CHECK(bare.code == Errc::ServerUnreachable);
    CHECK(bare.detail.find('\x1b') == std::string::npos);
    CHECK(error_of(502, "<html>").detail.find("502") != std::string::npos);
  }
}

}  // namespace vedette::cli
