#include "source/scan.h"

#include "base/text.h"
#include "source/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

/// Lines that begin with a number are of that second.
Time seconds_of(std::string_view line, Time) {
  const auto seconds = parse_int<std::uint32_t>(take_until(line, ' '));
  return seconds ? Time{std::chrono::seconds{*seconds + 1}} : Time{};
}

std::string line_of(std::string_view log, std::int64_t second) {
  return fmt::format("{} {} {}\n", second, log, std::string(80, '.'));
}

std::string log_of(std::string_view log, std::int64_t from, std::int64_t to, std::int64_t step) {
  std::string text;
  for (; from < to; from += step) text += line_of(log, from);
  return text;
}

Lines read_all(const std::vector<std::string>& paths, const TimeOfLine& time_of,
               std::size_t batch_bytes = 256 * 1024) {
  const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
  std::vector<SourceReport> reports;
  Scan scan(reports, clock, time_of);
  scan.add(paths);
  Lines lines;
  RawBatch batch(batch_bytes);
  while (!scan.ended()) {
    batch.clear();
    REQUIRE((scan.fill(batch) != Fill::Blocked));
    split(batch, lines);
  }
  for (const SourceReport& report : reports) {
    CHECK(report.ended);
    CHECK(report.problems.empty());
    CHECK(report.bytes_read == report.bytes_total);
  }
  return lines;
}

std::int64_t second_of(const std::string& line) {
  return (seconds_of(line, {}) - Time{}).count() / 1'000'000'000 - 1;
}

/// How far the times of lines fall behind the latest before them, at most.
std::int64_t disorder(const Lines& lines) {
  std::int64_t latest = 0, most = 0;
  for (const std::string& line : lines) {
    latest = std::max(latest, second_of(line));
    most = std::max(most, latest - second_of(line));
  }
  return most;
}

Lines of_log(const Lines& lines, std::string_view log) {
  Lines its;
  std::ranges::copy_if(lines, std::back_inserter(its), [&](const std::string& line) {
    return line.find(fmt::format(" {} ", log)) != std::string::npos;
  });
  return its;
}

Lines split_text(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

TEST_SUITE("source/scan") {
  TEST_CASE("several logs are read side by side, what happened at one time at about one time") {
    const Directory d;
    const std::string a = log_of("a", 0, 20'000, 2), b = log_of("b", 1, 20'000, 7);
    write(d / "a.log", a);
    write(d / "b.log", b);
    for (const std::size_t batch : {80u * 1024, 256u * 1024}) {
      const Lines lines = read_all({d / "a.log", d / "b.log"}, seconds_of, batch);
      CHECK(of_log(lines, "a") == split_text(a));
      CHECK(of_log(lines, "b") == split_text(b));
      CHECK(lines.size() == of_log(lines, "a").size() + of_log(lines, "b").size());
      // 16 KiB are about 180 lines, of the slower log 1,300 seconds.
      CHECK(disorder(lines) < 3000);
    }
    CHECK(disorder(read_all({d / "a.log", d / "b.log"}, {})) > 19'000);  // one after the other
  }

  TEST_CASE("a log that begins later than the others waits for them") {
    const Directory d;
    write(d / "early.log", log_of("early", 0, 5000, 1));
    write(d / "late.log", log_of("late", 100'000, 105'000, 1));
    write(d / "noted.log", "no time here\n" + log_of("noted", 50'000, 51'000, 1));
    const Lines lines = read_all({d / "late.log", d / "early.log", d / "noted.log"}, seconds_of);
    CHECK(lines.size() == 11'001);
    CHECK(lines.front() == split_text(line_of("early", 0)).front());
    CHECK(lines[5000] == "no time here");
    CHECK(disorder(of_log(lines, "late")) == 0);
    CHECK(second_of(lines.back()) == 104'999);
  }

  TEST_CASE("lines that do not say when they are of go with those before them") {
    const Directory d;
    std::string some;
    for (std::int64_t at = 0; at < 5000; ++at) {
      some += at % 3 == 0 ? line_of("some", at) : "at some some time\n";
    }
    write(d / "a.log", log_of("a", 0, 5000, 1));
    write(d / "some.log", some);
    write(d / "none.log", "a line\nanother line\n");
    const Lines lines = read_all({d / "a.log", d / "some.log", d / "none.log"}, seconds_of);
    CHECK(lines.size() == 10'002);
    CHECK(of_log(lines, "some") == split_text(some));
    Lines timed = lines;
    std::erase_if(timed, [](const std::string& line) { return seconds_of(line, {}) == Time{}; });
    CHECK(disorder(timed) < 3000);
  }

  TEST_CASE("the rotated files of each log come oldest first, packed or not") {
    const Directory d;
    const std::string a = log_of("a", 0, 6000, 1), b = log_of("b", 0, 6000, 1);
    const auto part = [](const std::string& text, std::int64_t from, std::int64_t to,
                         std::string_view log) {
      const auto at = [&](std::int64_t second) {
        const auto place = text.find(line_of(log, second));
        return place == std::string::npos ? text.size() : place;
      };
      return text.substr(at(from), at(to) - at(from));
    };
    write(d / "a.log.2.gz", gzip(part(a, 0, 400, "a")));
    write(d / "a.log.1", part(a, 400, 3000, "a"));
    write(d / "a.log", part(a, 3000, 6000, "a"));
    write(d / "b.log.1", part(b, 0, 5000, "b"));
    write(d / "b.log", part(b, 5000, 6000, "b"));
    const Lines lines = read_all({d / "b.log", d / "a.log*", d / "b.log.1"}, seconds_of);
    CHECK(of_log(lines, "a") == split_text(a));
    CHECK(of_log(lines, "b") == split_text(b));
    CHECK(disorder(lines) < 1000);
  }

  TEST_CASE("a log that is alone is read as it would be without times") {
    const Directory d;
    write(d / "a.log", log_of("a", 0, 20'000, 1));
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    std::vector<std::vector<std::size_t>> sizes(2);
    for (std::size_t with = 0; with < 2; ++with) {
      std::vector<SourceReport> reports;
      Scan scan(reports, clock, with == 1 ? TimeOfLine(seconds_of) : TimeOfLine());
      scan.add({d / "a.log"});
      RawBatch batch(256 * 1024);
      for (Fill filled = Fill::More; filled != Fill::Drained; batch.clear()) {
        filled = scan.fill(batch);
        sizes[with].push_back(batch.size());
      }
    }
    CHECK(sizes[0] == sizes[1]);
  }

  TEST_CASE("more logs than may be open at once are all read") {
    const Directory d;
    std::vector<std::string> paths;
    for (int i = 0; i < 150; ++i) {
      paths.push_back(
          d / fmt::format("log-{}-of.txt", static_cast<char>('a' + i % 26) + std::to_string(i)));
      write(paths.back(), log_of(std::to_string(i), i, 300, 10));
    }
    Lines lines = read_all(paths, seconds_of);
    for (int i = 0; i < 150; ++i) {
      CHECK(of_log(lines, std::to_string(i)) == split_text(log_of(std::to_string(i), i, 300, 10)));
    }
  }

  TEST_CASE("a pipe that has nothing yet is waited for; then everything comes") {
    const Directory d;
    const std::string b = log_of("b", 0, 3000, 1);
    write(d / "b.log", b);
    REQUIRE(::mkfifo((d / "pipe").c_str(), 0600) == 0);
    const int both = ::open((d / "pipe").c_str(), O_RDWR);  // so that opening waits for nobody
    REQUIRE(both >= 0);
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    std::vector<SourceReport> reports;
    Scan scan(reports, clock, seconds_of);
    scan.add({d / "pipe", d / "b.log"});
    RawBatch batch(256 * 1024);
    CHECK((scan.fill(batch) == Fill::Blocked));
    CHECK(scan.fd() >= 0);
    const std::string first = line_of("pipe", 1000), second = line_of("pipe", 5000);
    REQUIRE(::write(both, first.data(), first.size()) == static_cast<ssize_t>(first.size()));
    Lines lines;
    CHECK((scan.fill(batch) == Fill::Blocked));  // b is read until it is as far
    split(batch, lines);
    CHECK(of_log(lines, "pipe").size() == 1);
    CHECK(of_log(lines, "b").size() > 900);
    CHECK(of_log(lines, "b").size() < 1500);
    REQUIRE(::write(both, second.data(), second.size()) == static_cast<ssize_t>(second.size()));
    ::close(both);
    while (!scan.ended()) {
      batch.clear();
      REQUIRE((scan.fill(batch) != Fill::Blocked));
      split(batch, lines);
    }
    CHECK(of_log(lines, "pipe").size() == 2);
    CHECK(of_log(lines, "b") == split_text(b));
  }

  TEST_CASE("a file without lines, however long, lets others have their turn") {
    const Directory d;
    write(d / "endless", "");
    std::filesystem::resize_file(d / "endless", 100u << 20);
    write(d / "b.log", log_of("b", 0, 100, 1));
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    std::vector<SourceReport> reports;
    Scan scan(reports, clock, seconds_of);
    scan.add({d / "endless", d / "b.log"});
    RawBatch batch(256 * 1024);
    std::size_t empty = 0;
    Lines lines;
    while (!scan.ended()) {
      batch.clear();
      scan.fill(batch);
      empty += batch.empty() ? 1 : 0;
      split(batch, lines);
    }
    CHECK(empty >= 2);
    CHECK(of_log(lines, "b").size() == 100);
  }
}
