#include "anomaly/sample.h"

#include "base/hash.h"
#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace vedette;
using namespace vedette::anomaly;

namespace {

Vector vector_of(int number) {
  Vector vector{};
  vector[0] = static_cast<std::int16_t>(number);
  return vector;
}

std::map<std::uint64_t, Vector> content_of(const Sample& sample) {
  std::map<std::uint64_t, Vector> content;
  for (const Sampled& item : sample.items()) content[item.id] = item.vector;
  return content;
}

}  // namespace

TEST_SUITE("anomaly/sample") {
  TEST_CASE("which vectors stay depends neither on their order nor on how they are spread") {
    Random random(7);
    std::vector<std::pair<std::uint64_t, std::int64_t>> offers;
    for (std::uint64_t i = 0; i < 5000; ++i) offers.emplace_back(mix64(i % 900), 1000 + i % 60);
    Sample one(500, 2, true), other(500, 2, true);
    std::vector<Sample> lanes(3, Sample(500, 2, true));
    for (const auto& [entity, hour] : offers) {
      one.offer(entity, entity, hour, vector_of(1));
      lanes[entity % 3].offer(entity, entity, hour, vector_of(1));
    }
    for (std::size_t i = offers.size(); i-- > 0;) {
      std::swap(offers[i], offers[random.below(static_cast<std::uint32_t>(i) + 1)]);
    }
    for (const auto& [entity, hour] : offers) other.offer(entity, entity, hour, vector_of(1));
    CHECK(one.size() == 500);
    CHECK(content_of(one) == content_of(other));
    std::vector<Sampled> all;
    for (const Sample& lane : lanes) {
      all.insert(all.end(), lane.items().begin(), lane.items().end());
    }
    std::ranges::sort(all, {}, &Sampled::priority);
    all.resize(500);
    std::map<std::uint64_t, Vector> lowest;
    for (const Sampled& item : all) lowest[item.id] = item.vector;
    CHECK(lowest == content_of(one));
  }

  TEST_CASE("of an entity's hour the latest vector is kept") {
    Sample sample(10, 0, true);
    sample.offer(5, 5, 100, vector_of(1));
    sample.offer(5, 5, 100, vector_of(2));
    sample.offer(5, 5, 101, vector_of(3));
    REQUIRE(sample.size() == 2);
    CHECK(content_of(sample).at(hash_combine(5, 100))[0] == 2);
  }

  TEST_CASE("what is new pushes out what is old") {
    Sample sample(1000, 0, false);
    for (std::uint64_t i = 0; i < 1000; ++i) sample.offer(mix64(i), 0, 0, vector_of(1));
    // 14 days later as many: each as likely as two of the first.
    for (std::uint64_t i = 1000; i < 2000; ++i) sample.offer(mix64(i), 0, 14 * 24, vector_of(2));
    const auto items = sample.items();
    const auto young = std::ranges::count_if(items, [](const Sampled& s) { return s.hour > 0; });
    CHECK(young > 580);
    CHECK(young < 700);
  }

  TEST_CASE("its rows give the same sample again, and those of what left are taken back") {
    Sample sample(50, 3, true);
    std::map<std::uint64_t, StateRow> store;
    const auto commit = [&] {
      std::vector<StateRow> rows;
      sample.take_changes(rows);
      for (const StateRow& row : rows) {
        if (row.value.empty()) {
          store.erase(row.key);
        } else {
          store[row.key] = row;
        }
      }
    };
    for (std::uint64_t i = 0; i < 400; ++i) {
      sample.offer(mix64(i / 2), i, static_cast<std::int64_t>(i % 7),
                   vector_of(static_cast<int>(i)));
      if (i % 13 == 0) commit();
    }
    sample.limit(sample.items()[10].priority);
    commit();
    CHECK(store.size() == sample.size());
    Sample restored(50, 3, true);
    for (const auto& [key, row] : store) {
      REQUIRE(Sample::kind_of(row) == 3);
      CHECK(restored.restore(row));
    }
    CHECK(content_of(restored) == content_of(sample));
    std::vector<StateRow> rows;
    restored.take_changes(rows);
    CHECK(rows.empty());
  }

  TEST_CASE("what leaves and comes back between two takings has one row, with its latest vector") {
    Sample sample(1, 0, true);
    std::vector<StateRow> rows;
    sample.offer(1, 1, 100, vector_of(1));
    sample.take_changes(rows);
    CHECK(rows.size() == 1);
    const double limit = sample.items()[0].priority;
    sample.limit(limit - 1);
    CHECK(sample.size() == 0);
    sample.limit(limit);
    sample.offer(1, 1, 100, vector_of(2));
    rows.clear();
    sample.take_changes(rows);
    REQUIRE(rows.size() == 1);
    Sample restored(1, 0, true);
    CHECK(restored.restore(rows[0]));
    CHECK(restored.items()[0].vector == vector_of(2));
    rows.clear();
    sample.take_changes(rows);
    CHECK(rows.empty());
  }

  TEST_CASE("an hour is one of a time that there can be") {
    for (const Time time : {Time::min(), Time{}, Time::max()}) {
      const std::int64_t hour =
          std::chrono::duration_cast<std::chrono::hours>(time.time_since_epoch()).count();
      CHECK(is_hour(hour));
      if (time != Time{}) CHECK_FALSE(is_hour(hour + (hour > 0 ? 1 : -1)));
    }
  }

  TEST_CASE("a row of another kind, or damaged, is refused") {
    Sample sample(50, 3, true), other(50, 1, true);
    sample.offer(1, 1, 1, vector_of(1));
    std::vector<StateRow> rows;
    sample.take_changes(rows);
    REQUIRE(rows.size() == 1);
    CHECK_FALSE(other.restore(rows[0]));
    rows[0].value.pop_back();
    CHECK_FALSE(sample.restore(rows[0]));
  }
}
