#include "base/file.h"
#include "base/random.h"
#include "store/store.h"

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace vedette::store {
namespace {

namespace fs = std::filesystem;

/// A directory of this test, gone with it.
struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "vedette-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { fs::remove_all(path); }
  std::string file(const char* name) const { return path + "/" + name; }
  std::string path;
};

/// A disk of 1 MB, for root.
struct SmallDisk {
  SmallDisk() : mounted(::mount("none", directory.path.c_str(), "tmpfs", 0, "size=1m") == 0) {
    if (!mounted) MESSAGE("skipped: only root may mount the small disk that this needs");
  }
  ~SmallDisk() {
    if (mounted) ::umount2(directory.path.c_str(), MNT_DETACH);
  }
  Directory directory;
  bool mounted;
};

std::unique_ptr<Store> open_own(const Directory& directory) {
  auto store = Store::open(directory.path, Store::Mode::Own);
  if (!store) FAIL(store.error().detail);
  return std::move(*store);
}

Threat make_threat(std::uint64_t hash, Level severity = Level::High) {
  Threat threat;
  threat.id = "t-" + std::to_string(hash);
  threat.entity_value = "entity " + std::to_string(hash);
  threat.entity_hash = hash;
  threat.severity = severity;
  threat.heat = static_cast<double>(hash % 100);
  threat.first_seen = Time{std::chrono::seconds{1772323200}};
  threat.last_seen = threat.first_seen + std::chrono::hours{1};
  Finding& finding = threat.findings.emplace_back();
  finding.rule = std::make_shared<const FindingRule>(FindingRule{"rule", {}, {}, severity, {}});
  finding.count = 3;
  finding.evidence.push_back(std::make_shared<const Evidence>(
      Evidence{"a line", std::make_shared<const std::string>("auth.log"), 17, threat.first_seen}));
  return threat;
}

Commit make_commit(std::uint64_t barrier) {
  Commit commit;
  commit.barrier = barrier;
  commit.positions = {{"/var/log/auth.log", std::string("\0state\xFF", 7)}, {"journal", "cursor"}};
  commit.state = {{StateKind::Entity, ~std::uint64_t{0}, 5, "memory"},
                  {StateKind::Group, 7, ~std::uint64_t{0}, std::string("\0", 1)}};
  commit.threats = {make_threat(1), make_threat(1ull << 63, Level::Low)};
  commit.ledger["/var/log/auth.log"] = {.bytes = 1000,
                                        .received = 10,
                                        .processed = 9,
                                        .undecoded = 2,
                                        .truncated = 1,
                                        .repeats = 4,
                                        .discarded = {1, 0}};
  return commit;
}

std::vector<StateRow> rows_of(Store& store) {
  std::vector<StateRow> rows;
  REQUIRE(store.for_each_state([&](const StateRow& row) { rows.push_back(row); }));
  std::size_t by_kind = 0;  // asked for kind by kind they are the same
  for (std::size_t kind = 0; kind < kStateKinds; ++kind) {
    const auto visited =
        store.for_each_state(static_cast<StateKind>(kind), [&](const StateRow& row) {
          REQUIRE(by_kind < rows.size());
          CHECK(row.kind == static_cast<StateKind>(kind));
          CHECK(row.key == rows[by_kind].key);
          CHECK(row.value == rows[by_kind].value);
          ++by_kind;
        });
    REQUIRE(visited);
  }
  CHECK(by_kind == rows.size());
  return rows;
}

std::vector<std::uint64_t> threats_of(Store& store) {
  std::vector<std::uint64_t> hashes;
  REQUIRE(store.for_each_rank(Level::Informational,
                              [&](const RankKey& key) { hashes.push_back(key.entity_hash); }));
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

/// Overwrites part of a file.
void scribble(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST_SUITE("store/sqlite_store") {
  TEST_CASE("everything of a commit is there after the store was closed and opened again") {
    Directory directory;
    REQUIRE(open_own(directory)->commit(make_commit(42)));
    auto store = open_own(directory);
    CHECK(*store->last_barrier() == 42);
    const auto positions = *store->positions();
    REQUIRE(positions.size() == 2);
    CHECK(positions[0].source == "/var/log/auth.log");
    CHECK(positions[0].state == std::string("\0state\xFF", 7));
    const auto rows = rows_of(*store);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].kind == StateKind::Entity);
    CHECK(rows[0].key == ~std::uint64_t{0});
    CHECK(rows[0].owner == 5);
    CHECK(rows[0].value == "memory");
    CHECK(rows[1].kind == StateKind::Group);
    CHECK(rows[1].owner == ~std::uint64_t{0});
    const auto ledger = *store->ledger();
    REQUIRE(ledger.size() == 1);
    const LedgerLine& line = ledger.at("/var/log/auth.log");
    CHECK(line.bytes == 1000);
    CHECK(line.repeats == 4);
    CHECK(line.discarded[0] == 1);
    CHECK(line.adds_up());
    CHECK(threats_of(*store).size() == 2);
    const auto threat = *store->threat_of(1ull << 63);
    REQUIRE(threat.has_value());
    CHECK(encode(*threat) == encode(make_commit(42).threats[1]));
    CHECK_FALSE(store->threat_of(99)->has_value());
  }

  TEST_CASE("a new directory belongs to its owner alone") {
    Directory directory;
    const std::string inner = directory.file("a/b");
    REQUIRE(Store::open(inner, Store::Mode::Own));
    CHECK(fs::status(inner).permissions() == fs::perms::owner_all);
    CHECK(fs::status(directory.file("a")).permissions() == fs::perms::owner_all);
  }

  TEST_CASE("a later commit replaces, forgets and adds") {
    Directory directory;
    auto store = open_own(directory);
    REQUIRE(store->commit(make_commit(1)));
    Commit next;
    next.barrier = 2;
    next.positions = {{"journal", "further"}};
    next.state = {{StateKind::Group, 7, 1, ""}, {StateKind::Group, 8, 1, "new"}};
    next.ledger["journal"] = {.received = 5, .processed = 5};
    REQUIRE(store->commit(next));
    CHECK((*store->positions())[1].state == "further");
    CHECK(store->positions()->size() == 2);
    const auto rows = rows_of(*store);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].key == 8);
    CHECK(store->ledger()->size() == 2);
    CHECK(*store->last_barrier() == 2);
  }

  TEST_CASE("of several rows of one key in a commit the last one counts") {
    Directory directory;
    auto store = open_own(directory);
    Commit commit;
    commit.barrier = 1;
    commit.state = {{StateKind::Entity, 1, 1, ""},
                    {StateKind::Entity, 1, 1, "back again"},
                    {StateKind::Entity, 2, 2, "first"},
                    {StateKind::Entity, 2, 2, ""}};
    REQUIRE(store->commit(commit));
    const auto rows = rows_of(*store);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].value == "back again");
  }

  TEST_CASE("entity values of any bytes come back the same") {
    Directory directory;
    auto store = open_own(directory);
    Commit commit;
    commit.threats = {make_threat(1)};
    commit.threats[0].entity_value = std::string("a\0b\xFF\xC3", 5);
    REQUIRE(store->commit(commit));
    const auto threat = *store->threat_of(1);
    REQUIRE(threat.has_value());
    CHECK(threat->entity_value == commit.threats[0].entity_value);
  }

  TEST_CASE("the directory has one owner at a time, and says which") {
    Directory directory;
    auto first = open_own(directory);
    const auto second = Store::open(directory.path, Store::Mode::Own);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::StoreLocked);
    CHECK(second.error().detail.find(std::to_string(::getpid())) != std::string::npos);
    first.reset();
    CHECK(Store::open(directory.path, Store::Mode::Own));
  }

  TEST_CASE("an inspector reads beside the writer and sees its latest commit") {
    Directory directory;
    auto writer = open_own(directory);
    REQUIRE(writer->commit(make_commit(1)));
    auto inspector = Store::open(directory.path, Store::Mode::Inspect);
    REQUIRE(inspector);
    CHECK(threats_of(**inspector).size() == 2);
    Commit more;
    more.barrier = 2;
    more.threats = {make_threat(5)};
    REQUIRE(writer->commit(more));
    CHECK(threats_of(**inspector).size() == 3);
    writer.reset();
    CHECK(*(*inspector)->last_barrier() == 2);
  }

  TEST_CASE("an inspector reads when nobody writes, and changes nothing") {
    Directory directory;
    REQUIRE(open_own(directory)->commit(make_commit(1)));
    auto inspector = Store::open(directory.path, Store::Mode::Inspect);
    REQUIRE(inspector);
    CHECK(threats_of(**inspector).size() == 2);
    const auto refused = (*inspector)->commit(make_commit(2));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::StoreWrite);
    CHECK(*(*inspector)->last_barrier() == 1);
  }

  TEST_CASE("an inspector of nothing says so and makes nothing") {
    Directory directory;
    const auto absent = Store::open(directory.file("none"), Store::Mode::Inspect);
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == Errc::StoreOpen);
    CHECK(absent.error().detail.find(directory.file("none/vedette.db")) != std::string::npos);
    CHECK_FALSE(fs::exists(directory.file("none")));
    std::ofstream(directory.file("vedette.db"));
    const auto empty = Store::open(directory.path, Store::Mode::Inspect);
    REQUIRE_FALSE(empty);
    CHECK(empty.error().code == Errc::StoreOpen);
  }

  TEST_CASE("a directory that cannot be made is named") {
    const auto store = Store::open("/proc/vedette", Store::Mode::Own);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Errc::StoreOpen);
    CHECK(store.error().detail.find("/proc/vedette") != std::string::npos);
  }

  TEST_CASE("a database of a newer version or of another program is refused and left alone") {
    Directory directory;
    REQUIRE(open_own(directory)->commit(make_commit(1)));
    const std::string path = directory.file("vedette.db");
    struct Case {
      std::streamoff at;  // of a number in the file's header (sqlite.org/fileformat.html, 1.3)
      std::string says;
    };
    for (const Case& one : {Case{60, "newer version"}, Case{68, "another program"}}) {
      const std::string before = *read_file(path);
      scribble(path, one.at, std::string("\0\0\1\1", 4));
      const std::string scribbled = *read_file(path);
      for (const auto mode : {Store::Mode::Own, Store::Mode::Inspect}) {
        const auto store = Store::open(directory.path, mode);
        REQUIRE_FALSE(store);
        CHECK(store.error().code == Errc::StoreDamaged);
        CHECK(store.error().detail.find(one.says) != std::string::npos);
      }
      CHECK(*read_file(path) == scribbled);
      scribble(path, 0, before);
    }
    CHECK(threats_of(*open_own(directory)).size() == 2);
  }

  TEST_CASE("a file that is no database is refused") {
    Directory directory;
    std::ofstream(directory.file("vedette.db")) << std::string(100000, 'x');
    for (const auto mode : {Store::Mode::Own, Store::Mode::Inspect}) {
      const auto store = Store::open(directory.path, mode);
      REQUIRE_FALSE(store);
      CHECK(store.error().code == Errc::StoreDamaged);
    }
  }

  TEST_CASE("damaged pages give errors, never a crash") {
    Random random(1);
    Directory directory;
    Commit commit = make_commit(1);
    for (std::uint64_t i = 10; i < 300; ++i) {
      commit.threats.push_back(make_threat(i * 0x9E3779B97F4A7C15u));
      commit.state.push_back({StateKind::Entity, i, i, std::string(100, 'x')});
    }
    REQUIRE(open_own(directory)->commit(commit));
    const std::string path = directory.file("vedette.db");
    const std::string whole = *read_file(path);
    int refused = 0;
    for (int round = 0; round < 60; ++round) {
      scribble(path, 0, whole);
      for (int hole = 0; hole < 8; ++hole) {
        std::string junk(64, '\0');
        for (char& c : junk) c = static_cast<char>(random.next());
        scribble(path, 100 + random.below(static_cast<std::uint32_t>(whole.size() - 200)), junk);
      }
      auto store = Store::open(directory.path, Store::Mode::Own);
      if (!store) {
        ++refused;
        CHECK((store.error().code == Errc::StoreDamaged || store.error().code == Errc::StoreOpen));
        continue;
      }
      std::uint64_t seen = 0;
      const auto visited =
          (*store)->for_each_rank(Level::Informational, [&](const RankKey&) { ++seen; });
      const auto states = (*store)->for_each_state([](const StateRow&) {});
      const auto written = (*store)->commit(commit);
      for (const auto* result : {&visited, &states, &written}) {
        if (*result) continue;
        ++refused;
        CHECK(result->error().detail.find(path) != std::string::npos);
      }
      CHECK(seen <= commit.threats.size());
    }
    CHECK(refused > 30);
  }

  TEST_CASE(
      "a commit that the disk refuses changes nothing and succeeds when there is room again") {
    Directory directory;
    auto store = open_own(directory);
    REQUIRE(store->commit(make_commit(1)));
    Commit large;
    large.barrier = 2;
    for (std::uint64_t i = 10; i < 3000; ++i)
      large.threats.push_back(make_threat(i * 77777777777u));
    const auto refused_by = [&](auto take_room, auto give_room) {
      take_room();
      const auto result = store->commit(large);
      give_room();
      REQUIRE_FALSE(result);
      CHECK(result.error().code == Errc::StoreWrite);
      CHECK(result.error().detail.find(directory.path) != std::string::npos);
      CHECK(*store->last_barrier() == 1);
      CHECK(threats_of(*store).size() == 2);
    };
    // No file may become larger than 256 kB: a write fails in the middle of the transaction.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    refused_by(
        [&] {
          const rlimit small{256 * 1024, before.rlim_max};
          REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        },
        [&] { REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0); });
    std::signal(SIGXFSZ, handler);
    CHECK(store->commit(large));
    CHECK(threats_of(*store).size() == 2992);
  }

  TEST_CASE("a full disk is said so, and the commit succeeds when there is room again") {
    SmallDisk disk;
    if (!disk.mounted) return;
    auto store = open_own(disk.directory);
    REQUIRE(store->commit(make_commit(1)));
    std::ofstream ballast(disk.directory.file("ballast"));
    ballast << std::string(2 << 20, 'x') << std::flush;
    ballast.close();
    Commit large;
    large.barrier = 2;
    for (std::uint64_t i = 10; i < 1000; ++i)
      large.threats.push_back(make_threat(i * 77777777777u));
    const auto full = store->commit(large);
    REQUIRE_FALSE(full);
    CHECK(full.error().code == Errc::StoreWrite);
    CHECK(full.error().detail.find("full") != std::string::npos);
    CHECK(threats_of(*store).size() == 2);
    fs::remove(disk.directory.file("ballast"));
    CHECK(store->commit(large));
    CHECK(threats_of(*store).size() == 992);
  }

  TEST_CASE("an inspector reads where it may not write at all") {
    SmallDisk disk;
    if (!disk.mounted) return;
    REQUIRE(open_own(disk.directory)->commit(make_commit(1)));
    REQUIRE(::mount("none", disk.directory.path.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0);
    auto inspector = Store::open(disk.directory.path, Store::Mode::Inspect);
    REQUIRE(inspector);
    CHECK(threats_of(**inspector).size() == 2);
    const auto owner = Store::open(disk.directory.path, Store::Mode::Own);
    REQUIRE_FALSE(owner);
    CHECK(owner.error().code == Errc::StoreOpen);
  }

  TEST_CASE("what a process that was killed had committed is there") {
    Directory directory;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto store = Store::open(directory.path, Store::Mode::Own);
      if (store && (*store)->commit(make_commit(7))) ::kill(::getpid(), SIGKILL);
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    auto store = open_own(directory);
    CHECK(*store->last_barrier() == 7);
    CHECK(threats_of(*store).size() == 2);
  }

  TEST_CASE("a threat that cannot be understood is said so, and the others are as they were") {
    Directory directory;
    Commit commit;
    for (std::uint64_t i = 1; i <= 3; ++i) commit.threats.push_back(make_threat(i));
    commit.threats[1].heat = 1e300;  // decode_threat refuses it
    auto store = open_own(directory);
    REQUIRE(store->commit(commit));
    CHECK(store->threat_of(2).error().code == Errc::StoreDamaged);
    CHECK(store->threat_of(2).error().detail.find(threat_id(2)) != std::string::npos);
    CHECK(store->threat_of(3)->has_value());
    CHECK(threats_of(*store).size() == 3);
  }

  TEST_CASE("a temporary store holds more than its cache and rolls back like the other") {
    auto store = Store::open_temporary();
    REQUIRE(store);
    Commit commit;
    for (std::uint64_t i = 0; i < 5000; ++i) {
      commit.threats.push_back(make_threat(i * 0x9E3779B97F4A7C15u));
      commit.threats.back().findings[0].evidence[0] = std::make_shared<const Evidence>(
          Evidence{std::string(1000, 'x'), std::make_shared<const std::string>(), 0, {}});
    }
    REQUIRE((*store)->commit(commit));
    CHECK(threats_of(**store).size() == 5000);
    CHECK((*(*store)->threat_of(commit.threats[4321].entity_hash))->id == commit.threats[4321].id);
  }
}

}  // namespace
}  // namespace vedette::store
