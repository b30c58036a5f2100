// Times as people give them on a command line. Pure functions.
#pragma once

#include "base/time.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace vedette::cli {

inline constexpr std::chrono::hours kSpanMax{24 * 3660};

/// "90s", "30m", "2h", "3d", "1w"; nothing for what is none, is zero, or is longer than kSpanMax.
std::optional<std::chrono::seconds> parse_span(std::string_view text);
/// RFC 3339, or a date, which is its midnight in UTC.
std::optional<Time> parse_moment(std::string_view text);

}  // namespace vedette::cli
