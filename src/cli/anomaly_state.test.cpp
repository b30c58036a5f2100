#include "cli/anomaly_state.h"

#include "anomaly/sample.h"
#include "base/hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace vedette::cli {
namespace {

using anomaly::Kind;

/// A database with the rows of one sample for each lane.
struct Kept {
  Kept() {
    auto opened = store::Store::open_temporary();
    REQUIRE(opened);
    store = *std::move(opened);
  }

  void offer(std::uint64_t lane, Kind kind, std::uint64_t entities, std::int16_t step) {
    anomaly::Sample sample(10'000, static_cast<std::uint64_t>(kind));
    anomaly::Vector vector{};
    vector.fill(step);
    for (std::uint64_t i = 0; i < entities; ++i) {
      sample.offer(lane << 32 | i, lane, 480'000 + static_cast<std::int64_t>(i % 48), vector);
    }
    Commit commit;
    sample.take_changes(commit.state);
    write(commit);
  }
  void learned(Kind kind, float progress) {
    anomaly::Lore lore;
    lore.progress = progress;
    Commit commit;
    commit.state.push_back(
        {StateKind::Learned, static_cast<std::uint64_t>(kind), 0, anomaly::encode(lore)});
    write(commit);
  }
  void write(Commit& commit) {
    commit.barrier = ++barrier;
    REQUIRE(store->commit(commit));
  }

  std::unique_ptr<store::Store> store;
  std::uint64_t barrier = 0;
};

}  // namespace

TEST_SUITE("cli/anomaly_state") {
  TEST_CASE("the baseline of a kind is what all lanes keep of it, and of no other") {
    Kept kept;
    kept.offer(1, Kind::User, 300, 512);
    kept.offer(2, Kind::User, 200, 1024);
    kept.offer(1, Kind::Source, 50, 7);
    kept.learned(Kind::User, 1);
    const auto rows = baseline_in(*kept.store, Kind::User);
    REQUIRE(rows);
    CHECK(rows->table.matrix().rows() == 500);
    const auto& values = rows->table.values;
    const auto of = [&](float value) { return std::ranges::count(values, value); };
    CHECK(of(1) == 300 * static_cast<std::ptrdiff_t>(anomaly::kFeatures));
    CHECK(of(2) == 200 * static_cast<std::ptrdiff_t>(anomaly::kFeatures));
    CHECK(rows->when.from == time_of_hour(480'000));
    CHECK(rows->when.to == time_of_hour(480'047));
    CHECK(rows->features_version == anomaly::kFeaturesVersion);
  }

  TEST_CASE("a baseline that is not whole yet is told with how far it is") {
    Kept kept;
    const auto nothing = baseline_in(*kept.store, Kind::User);
    REQUIRE(!nothing);
    CHECK(nothing.error().code == Errc::AnomalyLearning);
    CHECK(nothing.error().detail == "user: nothing seen yet");
    kept.offer(1, Kind::User, 100, 1);
    kept.learned(Kind::User, 0.34f);
    const auto some = baseline_in(*kept.store, Kind::User);
    REQUIRE(!some);
    CHECK(some.error().detail == "user: learning, 34 % of the baseline");
  }

  TEST_CASE("of lanes that keep more than a baseline together the same stay as in the daemon") {
    Kept kept;
    kept.offer(1, Kind::Host, 8000, 512);
    kept.offer(2, Kind::Host, 8000, 1024);
    kept.learned(Kind::Host, 1);
    std::vector<std::pair<double, std::uint64_t>> all;  // priority, and lane
    for (const std::uint64_t lane : {1u, 2u}) {
      for (std::uint64_t i = 0; i < 8000; ++i) {
        const std::int64_t hour = 480'000 + static_cast<std::int64_t>(i % 48);
        const std::uint64_t id = hash_combine(lane << 32 | i, static_cast<std::uint64_t>(hour));
        all.emplace_back(anomaly::priority_of(id, hour), lane);
      }
    }
    std::ranges::sort(all);
    const auto of_first = std::count_if(all.begin(), all.begin() + 10'000,
                                        [](const auto& one) { return one.second == 1; });
    const auto rows = baseline_in(*kept.store, Kind::Host);
    REQUIRE(rows);
    CHECK(rows->table.matrix().rows() == 10'000);
    CHECK(std::ranges::count(rows->table.values, 1.0f) ==
          of_first * static_cast<std::ptrdiff_t>(anomaly::kFeatures));
  }

  TEST_CASE("an hour that no time can be is the nearest that one can") {
    CHECK(time_of_hour(0) == Time{});
    CHECK(time_of_hour(INT64_MAX) > time_of_hour(2'000'000));
    CHECK(time_of_hour(INT64_MIN) < time_of_hour(-2'000'000));
  }
}

}  // namespace vedette::cli
