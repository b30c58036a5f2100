#include "simulate/habits.h"

#include "base/random.h"
#include "simulate/actor.h"
#include "simulate/office_words.h"
#include "simulate/seed.h"

#include <algorithm>
#include <span>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;

Job choose_job(Random& random) {
  const std::uint32_t turn = random.below(100);
  if (turn < 10) return Job::Administrator;
  if (turn < 48) return Job::Developer;
  return turn < 75 ? Job::Analyst : Job::Editor;
}

/// Most by day, some early or late, a few by night; most from Monday to Friday.
void choose_hours(Habits& habits, Random& random) {
  const std::uint32_t shift = random.below(100);
  habits.begin = 7h + span_between(random, 0min, 150min);
  if (shift < 6) habits.begin = 21h + span_between(random, 0min, 60min);
  if (shift >= 90) habits.begin = 12h + span_between(random, 0min, 120min);
  habits.end = habits.begin + span_between(random, 7h, 9h + 30min);
  habits.days = 0b0011111;
  const std::uint32_t week = random.below(100);
  if (week < 12) habits.days.reset(random.below(5));  // works part-time
  if (week >= 92) habits.days = 0b1110011;            // Wednesday and Thursday off instead
}

std::span<const Word> hosts_of(Job job) {
  static constexpr std::array<Word, 4> kOfDevelopers{"cedar", "larch", "maple", "alder"};
  static constexpr std::array<Word, 3> kOfAnalysts{"juniper", "birch", "elm"};
  if (job == Job::Administrator) return kHosts;
  if (job == Job::Developer) return kOfDevelopers;
  return job == Job::Analyst ? std::span<const Word>(kOfAnalysts) : std::span<const Word>();
}

std::span<const Word> commands_of(Job job) {
  if (job == Job::Administrator) return kAdministratorCommands;
  if (job == Job::Developer) return kDeveloperCommands;
  return job == Job::Analyst ? std::span<const Word>(kAnalystCommands) : std::span<const Word>();
}

/// `count` of them, in an order of this person's own.
std::vector<std::string_view> choose(std::span<const Word> from, std::size_t count,
                                     Random& random) {
  std::vector<std::string_view> all(from.begin(), from.end());
  for (std::size_t i = all.size(); i > 1; --i) {
    std::swap(all[i - 1], all[random.below(static_cast<std::uint32_t>(i))]);
  }
  all.resize(std::min(count, all.size()));
  return all;
}

}  // namespace

Habits habits_of(std::uint64_t seed, std::uint32_t person) {
  Random random(mix(mix(seed, 0x4AB), person));
  Habits habits;
  habits.job = choose_job(random);
  choose_hours(habits, random);
  const std::uint32_t holiday = random.below(100), journey = random.below(100);
  habits.absent_first = random.below(30);
  habits.absent_days = holiday < 35 ? random.between(2, 9) : 0;
  habits.travel_first = random.below(30);
  habits.travel_days = journey < 15 ? random.between(1, 4) : 0;
  habits.logins = random.between(1, 5);
  habits.home_percent = 20 * random.below(5);
  habits.mistype_percent = random.below(100) < 15 ? 20 : 4;
  habits.by_key = random.below(100) < 65;
  const bool administers = habits.job == Job::Administrator;
  const std::uint32_t hosts = administers ? random.between(4, 8) : random.between(1, 3);
  habits.hosts = choose(hosts_of(habits.job), hosts, random);
  const std::uint32_t commands = administers ? random.between(8, 16) : random.between(2, 6);
  habits.commands = choose(commands_of(habits.job), commands, random);
  habits.agent = pick(random, kAgents);
  return habits;
}

std::uint32_t day_of(Time start, Time at) {
  return static_cast<std::uint32_t>((floor<days>(at) - floor<days>(start)).count());
}

Time next_at(Time at, Duration hour) {
  const Time today = floor<days>(at) + hour;
  return today >= at ? today : today + 24h;
}

Time next_working_time(const Habits& habits, Time start, Time at) {
  // The shift of yesterday may go on beyond midnight. A year: nobody is away for as long.
  const auto yesterday = floor<days>(at) - days{1};
  for (auto day = yesterday; day < yesterday + days{366}; day += days{1}) {
    const std::int64_t number = day.time_since_epoch().count();
    const auto weekday = static_cast<std::size_t>((number + 3) % 7);  // 1970 began on a Thursday
    const std::uint32_t since = day < start ? 0 : day_of(start, day);
    const bool absent =
        since >= habits.absent_first && since < habits.absent_first + habits.absent_days;
    if (!habits.days[weekday] || absent || at >= day + habits.end) continue;
    return std::max(at, Time{day + habits.begin});
  }
  return at;
}

}  // namespace vedette::simulate
