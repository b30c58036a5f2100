#include "simulate/habits.h"

#include "simulate/testing.h"

#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

const Time kMonday{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};

TEST_SUITE("simulate/habits") {
  TEST_CASE("a person's habits are always the same, and not another's") {
    std::set<Duration> begins;
    for (std::uint32_t person = 0; person < 50; ++person) {
      const Habits once = habits_of(1, person), again = habits_of(1, person);
      CHECK(once.begin == again.begin);
      CHECK(once.hosts == again.hosts);
      CHECK(once.commands == again.commands);
      begins.insert(once.begin);
    }
    CHECK(begins.size() == 50);
  }

  TEST_CASE("there are all jobs, night shifts and weekends, journeys and holidays") {
    std::set<Job> jobs;
    std::uint32_t nights = 0, weekends = 0, travellers = 0, absent = 0;
    for (std::uint32_t person = 0; person < 200; ++person) {
      const Habits habits = habits_of(1, person);
      jobs.insert(habits.job);
      CHECK(habits.hosts.empty() == (habits.job == Job::Editor));
      CHECK(habits.commands.empty() == habits.hosts.empty());
      nights += habits.end > 24h ? 1 : 0;
      weekends += habits.days[6] ? 1 : 0;
      travellers += habits.travel_days > 0 ? 1 : 0;
      absent += habits.absent_days > 0 ? 1 : 0;
    }
    CHECK(jobs.size() == 4);
    for (const std::uint32_t some : {nights, weekends, travellers, absent}) {
      CHECK(some > 3);
      CHECK(some < 100);
    }
  }

  TEST_CASE("work begins with the shift, on a day that is worked") {
    Habits habits;
    habits.begin = 8h;
    habits.end = 16h;
    habits.days = 0b0011111;
    struct Case {
      Duration at, next;
    };
    for (const Case& test : {Case{9h, 9h}, Case{3h, 8h}, Case{16h, 24h + 8h},
                             Case{4 * 24h + 17h, 7 * 24h + 8h},  // Friday evening to Monday
                             Case{6 * 24h + 1h, 7 * 24h + 8h}}) {
      CHECK(next_working_time(habits, kMonday, kMonday + test.at) == kMonday + test.next);
    }
    habits.absent_first = 1;
    habits.absent_days = 2;
    CHECK(next_working_time(habits, kMonday, kMonday + 20h) == kMonday + 3 * 24h + 8h);
  }

  TEST_CASE("a night shift goes on after midnight") {
    Habits habits;
    habits.begin = 22h;
    habits.end = 30h;
    habits.days = 0b0000001;  // Mondays
    CHECK(next_working_time(habits, kMonday, kMonday + 26h) == kMonday + 26h);
    CHECK(next_working_time(habits, kMonday, kMonday + 31h) == kMonday + 7 * 24h + 22h);
  }

  TEST_CASE("an hour of the day is today's or tomorrow's") {
    CHECK(next_at(kMonday + 5h, 7h) == kMonday + 7h);
    CHECK(next_at(kMonday + 7h, 7h) == kMonday + 7h);
    CHECK(next_at(kMonday + 8h, 7h) == kMonday + 31h);
  }
}

}  // namespace
}  // namespace vedette::simulate
