#include "cli/progress.h"

#include "base/clock.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace vedette::cli {
namespace {
constexpr double kQuietSeconds = 0.3;  // what is done sooner needs no bar
}

Progress::Progress() : terminal_(terminal_of(stderr)), started_(monotonic_seconds()) {}

std::string Progress::text(double share, std::uint64_t lines, double seconds, unsigned width) {
  const double rate = seconds > 0 ? static_cast<double>(lines) / seconds : 0;
  std::string right = fmt::format(" {:>3.0f}%  {} lines  {}/s", share * 100, grouped(lines),
                                  grouped(static_cast<std::uint64_t>(rate)));
  if (share > 0.01 && share < 1) {
    const auto left = std::chrono::duration<double>(seconds * (1 - share) / share);
    right += "  " + format_duration(std::chrono::duration_cast<Duration>(left)) + " left";
  }
  const std::size_t room =
      width > right.size() + 12 ? std::min<std::size_t>(width - right.size() - 4, 40) : 8;
  const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
  std::string bar;
  for (std::size_t i = 0; i < room; ++i) bar += i < full ? "█" : "░";
  return bar + right;
}

void Progress::update(std::span<const source::SourceReport> reports, std::uint64_t lines) {
  const double seconds = monotonic_seconds() - started_;
  if (!terminal_.is_terminal || seconds < kQuietSeconds) return;
  std::uint64_t read = 0, total = 0;
  for (const auto& report : reports) {
    read += report.bytes_read;
    total += std::max(report.bytes_total, report.bytes_read);
  }
  const double share = total > 0 ? static_cast<double>(read) / static_cast<double>(total) : 0;
  std::fprintf(stderr, "\r%s\x1b[K", text(share, lines, seconds, terminal_.width).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace vedette::cli
