#include "anomaly/peaks.h"

#include <algorithm>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;

std::size_t bin_of(float score) {
  const auto bin = static_cast<std::ptrdiff_t>(score * static_cast<float>(Peaks::kBins));
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(bin, 0, static_cast<std::ptrdiff_t>(Peaks::kBins) - 1));
}

}  // namespace

void Peaks::rise(Kind kind, std::int64_t day, float before, float now) {
  if (day < 0) return;
  Day& its = days_[static_cast<std::size_t>(day % kDays)];
  if (its.day > day) return;  // older than what is kept
  if (its.day < day) {
    its = Day{};
    its.day = day;
  }
  auto& counts = its.counts[static_cast<std::size_t>(kind)];
  if (before > 0) --counts[bin_of(before)];
  ++counts[bin_of(now)];
}

void Peaks::withdraw(Kind kind, std::int64_t day, float peak) {
  if (day < 0 || peak <= 0) return;
  Day& its = days_[static_cast<std::size_t>(day % kDays)];
  auto& count = its.counts[static_cast<std::size_t>(kind)][bin_of(peak)];
  if (its.day == day && count > 0) --count;
}

Peaks::Counts Peaks::before(Kind kind, std::int64_t today) const {
  Counts sum;
  for (const Day& day : days_) {
    if (day.day == 0 || day.day >= today || day.day <= today - kDays) continue;
    ++sum.days;
    const auto& its = day.counts[static_cast<std::size_t>(kind)];
    for (std::size_t i = 0; i < kBins; ++i) {
      // Less than none are what is left of rows that were lost.
      sum.counts[i] += static_cast<std::uint32_t>(std::max(static_cast<std::int32_t>(its[i]), 0));
    }
  }
  return sum;
}

std::optional<double> Peaks::alarms_per_day(Kind kind, std::int64_t today, float threshold) const {
  const Counts sum = before(kind, today);
  if (sum.days < kDaysMin) return {};
  std::uint64_t above = 0;
  for (std::size_t i = bin_of(threshold); i < kBins; ++i) above += sum.counts[i];
  return static_cast<double>(above) / static_cast<double>(sum.days);
}

float Peaks::threshold(Kind kind, std::int64_t today, double budget, float low, float high,
                       float otherwise) const {
  const Counts sum = before(kind, today);
  if (sum.days < kDaysMin) return otherwise;
  const double allowed = budget * static_cast<double>(sum.days);
  std::uint64_t above = 0;
  std::size_t lowest = kBins;
  while (lowest > 0 && static_cast<double>(above + sum.counts[lowest - 1]) <= allowed) {
    above += sum.counts[--lowest];
  }
  return std::clamp(static_cast<float>(lowest) / static_cast<float>(kBins), low, high);
}

void Peaks::operator+=(const Peaks& other) {
  for (std::size_t i = 0; i < days_.size(); ++i) {
    if (other.days_[i].day < days_[i].day) continue;
    if (other.days_[i].day > days_[i].day) {
      days_[i] = other.days_[i];
      continue;
    }
    for (std::size_t k = 0; k < kKinds; ++k) {
      for (std::size_t b = 0; b < kBins; ++b) {
        days_[i].counts[k][b] += other.days_[i].counts[k][b];
      }
    }
  }
}

void Peaks::encode(Writer& out) const {
  out.u64(kVersion);
  for (const Day& day : days_) {
    out.i64(day.day);
    for (const auto& kind : day.counts) {
      out.u64(static_cast<std::uint64_t>(
          kBins - static_cast<std::size_t>(std::count(kind.begin(), kind.end(), 0u))));
      for (std::size_t b = 0; b < kBins; ++b) {
        if (kind[b] == 0) continue;
        out.u64(b);
        out.u64(kind[b]);
      }
    }
  }
}

bool Peaks::decode(Reader& in) {
  if (in.u64() != kVersion) return false;
  for (std::size_t i = 0; i < days_.size(); ++i) {
    Day& day = days_[i];
    day.day = in.i64();
    const bool in_place = day.day > 0 && day.day % kDays == static_cast<std::int64_t>(i);
    if (!in_place && day.day != 0) return false;
    for (auto& kind : day.counts) {
      const std::uint64_t used = in.u64();
      for (std::uint64_t left = used; left > 0 && in.ok(); --left) {
        const std::uint64_t bin = in.u64();
        if (bin >= kBins) return false;
        kind[bin] = static_cast<std::uint32_t>(in.u64());
      }
    }
  }
  return in.done();
}

}  // namespace vedette::anomaly
