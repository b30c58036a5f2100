#include "cli/terminal.h"

#include "base/text.h"
#include "base/utf8.h"

#include <fmt/core.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace vedette::cli {

Terminal terminal_of(std::FILE* stream) {
  Terminal terminal;
  const int fd = ::fileno(stream);
  terminal.is_terminal = ::isatty(fd) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  terminal.colour = terminal.is_terminal && !dumb && (no_color == nullptr || *no_color == '\0');
  winsize size{};
  if (terminal.is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = std::max<unsigned>(size.ws_col, 40);
  }
  return terminal;
}

std::string styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::Plain) return std::string(text);
  const char* code = "";
  switch (style) {
    case Style::Plain:
      break;
    case Style::Bold:
      code = "1";
      break;
    case Style::Dim:
      code = "2";
      break;
    case Style::Red:
      code = "31";
      break;
    case Style::Yellow:
      code = "33";
      break;
    case Style::Green:
      code = "32";
      break;
    case Style::Cyan:
      code = "36";
      break;
    case Style::RedBold:
      code = "1;31";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Style style_of(Level level) {
  switch (level) {
    case Level::Critical:
      return Style::RedBold;
    case Level::High:
      return Style::Red;
    case Level::Medium:
      return Style::Yellow;
    case Level::Low:
      return Style::Cyan;
    case Level::Informational:
      break;
  }
  return Style::Dim;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  for (const char* unit : {"kB", "MB", "GB"}) {
    if (value < 1000) return fmt::format("{:.1f} {}", value, unit);
    value /= 1000;
  }
  return fmt::format("{:.1f} TB", value);
}

std::string time_text(Time time) {
  const Civil c = to_civil_utc(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
}

std::string fit(std::string_view text, std::size_t columns) {
  std::size_t count = 0, cut = text.size();
  for (std::size_t i = 0; i < text.size(); ++count) {
    if (count + 1 == columns) cut = i;
    i += std::max<std::size_t>(utf8_length(text.substr(i)), 1);
  }
  if (count > columns) return std::string(text.substr(0, cut)) + "…";
  return std::string(text) + std::string(columns - count, ' ');
}

std::string csv_cell(std::string_view text) {
  std::string shown = escape_for_terminal(text);
  if (shown.find_first_of(",\"") == std::string::npos) return shown;
  std::string cell = "\"";
  for (const char c : shown) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

void print_error(const Error& error) {
  const Terminal terminal = terminal_of(stderr);
  std::string text = to_message(error);
  if (const auto colon = text.find(':'); terminal.colour && colon != std::string::npos) {
    text = styled(text.substr(0, colon), Style::RedBold, true) + text.substr(colon);
  }
  std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace vedette::cli
