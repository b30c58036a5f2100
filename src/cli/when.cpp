#include "cli/when.h"

#include "base/text.h"

#include <string>

namespace vedette::cli {

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  if (text.size() < 2) return {};
  const char unit = text.back();
  const std::int64_t seconds = unit == 's'   ? 1
                               : unit == 'm' ? 60
                               : unit == 'h' ? 3600
                               : unit == 'd' ? 86'400
                               : unit == 'w' ? 7 * 86'400
                                             : 0;
  const auto count = parse_int<std::int64_t>(text.substr(0, text.size() - 1));
  if (seconds == 0 || !count || *count < 1) return {};
  const std::int64_t longest = std::chrono::seconds(kSpanMax).count();
  if (*count > longest / seconds) return {};
  return std::chrono::seconds(*count * seconds);
}

std::optional<Time> parse_moment(std::string_view text) {
  if (text.size() == 10) return parse_rfc3339(std::string(text) + "T00:00:00Z");
  return parse_rfc3339(text);
}

}  // namespace vedette::cli
