#include "cli/terminal.h"

#include "cli/progress.h"

#include <doctest/doctest.h>

namespace vedette::cli {

TEST_SUITE("cli/terminal") {
  TEST_CASE("numbers are grouped in threes") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(1234567) == "1,234,567");
  }

  TEST_CASE("bytes have the unit that reads best") {
    CHECK(bytes_text(999) == "999 B");
    CHECK(bytes_text(12'100'000) == "12.1 MB");
    CHECK(bytes_text(3'000'000'000'000) == "3.0 TB");
  }

  TEST_CASE("text is fitted to columns, counting characters and not bytes") {
    CHECK(fit("abc", 5) == "abc  ");
    CHECK(fit("abcdef", 4) == "abc…");
    CHECK(fit("äöü", 3) == "äöü");
    CHECK(fit("äöüß", 3) == "äö…");
  }

  TEST_CASE("a cell of CSV is one cell, whatever is in it") {
    CHECK(csv_cell("203.0.113.7") == "203.0.113.7");
    CHECK(csv_cell("a,\"b\"") == "\"a,\"\"b\"\"\"");
    CHECK(csv_cell("a\nb") == "a\\x0ab");
  }

  TEST_CASE("without colour there is no escape sequence") {
    CHECK(styled("x", Style::Red, false) == "x");
    CHECK(styled("x", Style::Red, true) == "\x1b[31mx\x1b[0m");
  }

  TEST_CASE("the progress bar tells share, rate and time left") {
    const std::string text = Progress::text(0.25, 1'000'000, 2, 120);
    CHECK(text.find("25%") != std::string::npos);
    CHECK(text.find("500,000/s") != std::string::npos);
    CHECK(text.find("6 s left") != std::string::npos);
    CHECK(Progress::text(1, 10, 1, 120).find("left") == std::string::npos);
  }
}

}  // namespace vedette::cli
