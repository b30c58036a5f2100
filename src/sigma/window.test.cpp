#include "sigma/window.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Time at(std::int64_t milliseconds_since) {
  return Time{} + std::chrono::hours(500'000) + milliseconds(milliseconds_since);
}

/// Every event of the window: what the windows must agree with.
struct Naive {
  std::map<Time, std::uint64_t> events;
  Time newest{};

  std::uint64_t add(Time time, std::uint64_t weight, Duration span) {
    if (!events.empty() && time < newest - span) events.clear();
    newest = events.empty() ? time : std::max(newest, time);
    events[time] += weight;
    events.erase(events.begin(), events.lower_bound(newest - span));
    std::uint64_t sum = 0;
    for (const auto& [when, count] : events) sum += count;
    return sum;
  }
  std::size_t distinct() const { return events.size(); }
};

}  // namespace

TEST_SUITE("sigma/window") {
  TEST_CASE("counts are exact while at most 32 different times lie in the window") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      const Duration span = milliseconds(random.between(1, 2000));
      CountWindow window;
      Naive naive;
      std::int64_t now = 0;
      std::size_t exact_since = 0;
      bool crowded = false;
      for (int i = 0; i < 3000; ++i) {
        now += random.chance(0.02)
                   ? random.below(5000)
                   : random.below(static_cast<std::uint32_t>(span / milliseconds(1) / 10 + 2));
        const std::int64_t late = random.chance(0.2) ? random.below(300) : 0;
        const std::uint64_t weight = random.below(4);
        window.add(at(now - late), weight, span);
        const std::uint64_t expected = naive.add(at(now - late), weight, span);
        const std::size_t limit = crowded ? CountWindow::kExactAgain - 1 : CountWindow::kExactMax;
        crowded |= naive.distinct() > CountWindow::kExactMax;
        exact_since = naive.distinct() <= limit ? exact_since + 1 : 0;
        // After a crowd the merged neighbours need to leave first.
        if (!crowded || exact_since > 100) REQUIRE(window.count() == expected);
        REQUIRE(window.count() >= expected);
      }
    }
  }

  TEST_CASE("both ends belong to the window") {
    CountWindow window;
    window.add(at(0), 1, seconds(10));
    window.add(at(10'000), 1, seconds(10));
    CHECK(window.count() == 2);
    window.add(at(10'001), 1, seconds(10));
    CHECK(window.count() == 2);
    CHECK(window.first() == at(10'000));
  }

  TEST_CASE("a crowded window is at most a 32nd of its span too long") {
    Random random(7);
    CountWindow window;
    Naive naive, longer;
    const Duration span = seconds(60);
    for (std::int64_t now = 0; now < 600'000; now += random.below(50)) {
      window.add(at(now), 1, span);
      const std::uint64_t exact = naive.add(at(now), 1, span);
      const std::uint64_t bound = longer.add(at(now), 1, span + span / 32 + milliseconds(1));
      REQUIRE(window.count() >= exact);
      REQUIRE(window.count() <= bound);
    }
  }

  TEST_CASE("events within one span give the same count in any order") {
    Random random(11);
    for (int round = 0; round < 200; ++round) {
      const std::uint32_t size = random.between(1, 400);
      std::vector<std::int64_t> times(size);
      for (auto& time : times) time = random.below(60'000);
      std::uint64_t first = 0;
      for (int order = 0; order < 4; ++order) {
        CountWindow window;
        for (std::size_t i = times.size(); i > 1; --i) {
          std::swap(times[i - 1], times[random.below(static_cast<std::uint32_t>(i))]);
        }
        for (const auto time : times) window.add(at(time), 1, minutes(1));
        if (order == 0) first = window.count();
        CHECK(window.count() == size);
        CHECK(window.count() == first);
      }
    }
  }

  TEST_CASE("an event older than the window begins it anew") {
    CountWindow window;
    window.add(at(100'000), 5, seconds(10));
    CHECK(window.add(at(90'000), 1, seconds(10)) == CountWindow::Added::Counted);
    CHECK(window.count() == 6);
    CHECK(window.add(at(89'999), 1, seconds(10)) == CountWindow::Added::Anew);
    CHECK(window.count() == 1);
    CHECK(window.newest() == at(89'999));
  }

  TEST_CASE("the ends of time do no harm") {
    CountWindow window;
    window.add(Time::min(), 1, minutes(1));
    window.add(Time::max(), 1, minutes(1));
    CHECK(window.count() == 1);
    CHECK(window.add(Time::min(), 1, minutes(1)) == CountWindow::Added::Anew);
  }

  TEST_CASE("up to 64 different values are counted exactly, like a set would") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      const Duration span = seconds(10);
      DistinctWindow window;
      std::map<std::uint64_t, Time> last;
      Time newest{};
      const std::uint32_t values = random.between(1, 64);
      for (std::int64_t now = 0, i = 0; i < 2000; ++i) {
        now += random.below(1000);
        const Time time = at(now - random.below(500));
        const std::uint64_t value = random.below(values) + 1;
        newest = std::max(newest, time);
        last[value] = std::max(last[value], time);
        window.add(value, time, span);
        const auto alive = std::ranges::count_if(
            last, [&](const auto& entry) { return entry.second >= newest - span; });
        REQUIRE(window.count() == static_cast<std::uint64_t>(alive));
      }
    }
  }

  TEST_CASE("many different values are estimated, forgotten, and then counted exactly again") {
    const Duration span = minutes(10);
    for (const std::uint64_t many : {100u, 1000u, 20'000u}) {
      CAPTURE(many);
      DistinctWindow window;
      Random random(many);
      for (std::uint64_t i = 0; i < many; ++i) {
        const std::uint64_t value = std::uint64_t{random.next()} << 32 | i;
        window.add(value, at(static_cast<std::int64_t>(i * 300'000 / many)), span);
      }
      const double off =
          std::abs(static_cast<double>(window.count()) / static_cast<double>(many) - 1);
      CHECK(off < 0.25);  // 3.5 standard errors
      window.add(1, at(100'000'000), span);
      CHECK(window.count() == 1);
    }
  }

  TEST_CASE("the estimate does not depend on the order within one span") {
    Random random(5);
    std::vector<std::pair<std::uint64_t, Time>> events;
    for (std::uint64_t i = 0; i < 500; ++i) {
      events.emplace_back(std::uint64_t{random.next()} << 32 | random.next(),
                          at(random.below(60'000)));
    }
    std::set<std::uint64_t> counts;
    for (int order = 0; order < 10; ++order) {
      DistinctWindow window;
      for (const auto& [value, time] : events) window.add(value, time, minutes(1));
      counts.insert(window.count());
      std::rotate(events.begin(), events.begin() + 77, events.end());
    }
    CHECK(counts.size() == 1);
  }

  TEST_CASE("rules are followed one after another, whatever the order they are told in") {
    const Duration span = seconds(60);
    const std::vector<std::pair<std::uint64_t, std::int64_t>> story{{1, 0}, {2, 1000}, {4, 2000}};
    std::vector<std::size_t> order{0, 1, 2};
    do {
      SequenceWindow window;
      for (const std::size_t i : order) {
        window.add(story[i].first, at(story[i].second), span, 3, SequenceWindow::kTimesMax);
      }
      CHECK(window.matched(at(2000), span) == 3);
      CHECK(window.chained(at(2000), span) == 3);
    } while (std::ranges::next_permutation(order).found);
    SequenceWindow backwards;
    backwards.add(4, at(0), span, 3, SequenceWindow::kTimesMax);
    backwards.add(2, at(1000), span, 3, SequenceWindow::kTimesMax);
    backwards.add(1, at(2000), span, 3, SequenceWindow::kTimesMax);
    CHECK(backwards.matched(at(2000), span) == 3);
    CHECK(backwards.chained(at(2000), span) == 1);
  }

  TEST_CASE("one event cannot be two steps, two events of one second can") {
    SequenceWindow one, two;
    one.add(3, at(0), seconds(60), 2, SequenceWindow::kTimesMax);
    CHECK(one.chained(at(0), seconds(60)) == 1);
    two.add(2, at(0), seconds(60), 2, SequenceWindow::kTimesMax);
    two.add(1, at(0), seconds(60), 2, SequenceWindow::kTimesMax);
    CHECK(two.chained(at(0), seconds(60)) == 2);
  }

  TEST_CASE("a long series of first steps still leads to the second") {
    SequenceWindow window;
    for (int i = 0; i < 1000; ++i)
      window.add(1, at(i * 100), seconds(30), 2, SequenceWindow::kTimesMax);
    window.add(2, at(100'000), seconds(30), 2, SequenceWindow::kTimesMax);
    CHECK(window.chained(at(100'000), seconds(30)) == 2);
    CHECK(window.matched(at(200'000), seconds(30)) == 0);
  }

  TEST_CASE("a window that is written and read goes on as if nothing had happened") {
    Random random(3);
    const Duration span = seconds(10);
    CountWindow count;
    DistinctWindow distinct;
    SequenceWindow sequence;
    for (std::int64_t i = 0; i < 500; ++i) {
      const Time time = at(i * random.between(1, 40));
      const std::uint64_t value = std::uint64_t{random.next()} << 32;
      std::string bytes;
      Writer writer(bytes);
      count.write(writer);
      distinct.write(writer, span);
      sequence.write(writer);
      Reader reader(bytes);
      CountWindow count_again;
      DistinctWindow distinct_again;
      SequenceWindow sequence_again;
      REQUIRE(count_again.read(reader));
      REQUIRE(distinct_again.read(reader, span));
      REQUIRE(sequence_again.read(reader, i == 0 ? 0 : 2));
      REQUIRE(reader.done());
      if (i % 3 == 0) count = std::move(count_again);
      if (i % 3 == 1) distinct = std::move(distinct_again);
      CHECK(sequence.chained(time, span) == sequence_again.chained(time, span));
      count.add(time, 1, span);
      distinct.add(value, time, span);
      sequence.add(1 + random.below(2), time, span, 2, SequenceWindow::kTimesMax);
      if (i % 3 != 0) {
        count_again.add(time, 1, span);
        CHECK(count_again.count() == count.count());
      }
      if (i % 3 != 1) {
        distinct_again.add(value, time, span);
        CHECK(distinct_again.count() == distinct.count());
      }
    }
  }

  TEST_CASE("rubbish is refused and read to no harm") {
    Random random(9);
    for (int round = 0; round < 5000; ++round) {
      std::string bytes(random.below(200), '\0');
      for (char& c : bytes) c = static_cast<char>(random.below(random.chance(0.5) ? 4 : 256));
      Reader a(bytes), b(bytes), c(bytes);
      CountWindow count;
      if (count.read(a)) count.add(at(0), 1, seconds(1));
      DistinctWindow distinct;
      if (distinct.read(b, seconds(1))) distinct.add(1, at(0), seconds(1));
      SequenceWindow sequence;
      if (sequence.read(c, 2)) sequence.add(1, at(0), seconds(1), 2, 8);
    }
  }
}

}  // namespace vedette::sigma
