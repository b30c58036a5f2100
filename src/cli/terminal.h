// What the terminal at the other end can do, and how we write for it.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "model/rule.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace vedette::cli {

struct Terminal {
  bool is_terminal = false;
  bool colour = false;  ///< a terminal, and NO_COLOR is not set (no-color.org)
  unsigned width = 100;
};
Terminal terminal_of(std::FILE* stream);

enum class Style : std::uint8_t { Plain, Bold, Dim, Red, Yellow, Green, Cyan, RedBold };
/// `text` in the style if `colour`, else as it is.
std::string styled(std::string_view text, Style style, bool colour);
Style style_of(Level level);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);
/// "12.1 MB".
std::string bytes_text(std::uint64_t bytes);
/// "2026-11-20 23:42:15", UTC.
std::string time_text(Time time);
/// As a cell of CSV (RFC 4180), in one line and without control characters.
std::string csv_cell(std::string_view text);
/// Pads or clips to `columns` characters (not bytes); clipped text ends in "…".
std::string fit(std::string_view text, std::size_t columns);

void print_error(const Error& error);

}  // namespace vedette::cli
