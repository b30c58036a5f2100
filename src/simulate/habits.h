// Habits: what one person usually does, and when, where and how: the same for the whole simulation.
// Of Life::Habits; attackers know them too, so that an insider can do what that person never does.
#pragma once

#include "base/time.h"

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vedette::simulate {

enum class Job : std::uint8_t { Administrator, Developer, Analyst, Editor };

struct Habits {
  Job job = Job::Developer;
  Duration begin{}, end{};  ///< of work, from midnight UTC; a night shift ends beyond 24 h
  std::bitset<7> days;      ///< Monday first
  std::uint32_t absent_first = 0, absent_days = 0;  ///< a holiday, in days of the simulation
  std::uint32_t travel_first = 0, travel_days = 0;  ///< works, but from elsewhere
  std::uint32_t logins = 3;                         ///< a day, about
  std::uint32_t home_percent = 0;                   ///< of days, the others in the office
  std::uint32_t mistype_percent = 0;                ///< of passwords
  bool by_key = true;
  std::vector<std::string_view> hosts;     ///< the most usual first; none for Job::Editor
  std::vector<std::string_view> commands;  ///< as root; likewise
  std::string_view agent;                  ///< their browser
};

/// Those of the person of this number, from 0.
Habits habits_of(std::uint64_t seed, std::uint32_t person);

/// `at` if the person works then, else the next time they begin to; `start`: of the simulation.
Time next_working_time(const Habits& habits, Time start, Time at);

/// Whole days from the simulation's first day to `at`.
std::uint32_t day_of(Time start, Time at);
/// The nearest time from `at` on when the clock shows `hour` of the day (0 to 24 h).
Time next_at(Time at, Duration hour);

}  // namespace vedette::simulate
