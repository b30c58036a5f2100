#include "anomaly/slow_days.h"

namespace vedette::anomaly {
namespace {

// A day: bit 0 whether it was active, then seven bits of failures, seven of newcomers.
constexpr std::uint32_t kCodes = 128;

/// Code 0 is none, code k at least 1 is about 2^((k - 1) / 4).
constexpr auto kCounts = [] {
  std::array<std::uint32_t, kCodes> counts{};
  for (std::uint32_t code = 1; code < kCodes; ++code) {
    const std::uint32_t quarters = code - 1;
    double count = static_cast<double>(std::uint64_t{2} << quarters / 4) *
                   tables::exp_of_minus(tables::kLn2 * (4 - quarters % 4) / 4);
    counts[code] = static_cast<std::uint32_t>(tables::rounded(count));
  }
  return counts;
}();

/// The code whose count is the nearest, and of those the lowest.
std::uint32_t code_of(std::uint32_t count) {
  if (count == 0) return 0;
  const float quarters = log_scale(static_cast<float>(count - 1)) * 4 + 0.5f;
  return std::min(1 + static_cast<std::uint32_t>(quarters), kCodes - 1);
}

}  // namespace

void SlowDays::keep_today() {
  if (day_ == 0 || !counted()) return;
  days_[day_ % kDays] =
      static_cast<std::uint16_t>(1 | code_of(failures_) << 1 | code_of(newcomers_) << 8);
}

void SlowDays::leave_for(std::uint16_t day) {
  keep_today();
  if (day > newest_) {
    const std::uint32_t passed = std::min<std::uint32_t>(day - newest_, kDays);
    for (std::uint32_t i = 0; i < passed; ++i) days_[(day - i) % kDays] = 0;
    newest_ = day;
  }
  day_ = day;
  const std::uint32_t kept = counted() ? days_[day % kDays] : 0u;
  failures_ = kCounts[kept >> 1 & 127];
  newcomers_ = static_cast<std::uint16_t>(std::min(kCounts[kept >> 8], 65535u));
}

SlowDays::Sum SlowDays::sum() const {
  Sum sum;
  float logs = 0;  // Σ c · log2 c
  const auto take = [&](std::uint32_t failures, std::uint32_t newcomers) {
    ++sum.active_days;
    sum.failures += failures;
    sum.newcomers += newcomers;
    if (failures > 0) {
      logs += static_cast<float>(failures) * log_scale(static_cast<float>(failures - 1));
    }
  };
  for (std::uint32_t i = 0; i < kDays; ++i) {
    if (day_ != 0 && counted() && i == day_ % kDays) {
      take(failures_, newcomers_);
    } else if ((days_[i] & 1) != 0) {
      take(kCounts[days_[i] >> 1 & 127], kCounts[days_[i] >> 8]);
    }
  }
  if (day_ != 0 && counted()) {
    sum.newcomers_2d = std::uint64_t{newcomers_} + kCounts[days_[(day_ - 1u) % kDays] >> 8];
  }
  if (sum.failures > 1) {
    const auto total = static_cast<float>(sum.failures);
    constexpr float kMost = log_scale(static_cast<float>(kDays - 1));
    const float entropy = log_scale(total - 1) - logs / total;
    sum.evenness = std::clamp(entropy / kMost, 0.0f, 1.0f);
  }
  return sum;
}

bool SlowDays::sane() const {
  return newest_ >= day_ && (newest_ == 0) == (day_ == 0) && unused_ == 0 &&
         std::ranges::all_of(days_, [](std::uint16_t day) {
           return day < 1 << 15 && (day == 0 || (day & 1) != 0);
         });
}

}  // namespace vedette::anomaly
