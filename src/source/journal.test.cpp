#include "source/journal.h"

#include "source/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

constexpr const char* kWriter = "/lib/systemd/systemd-journal-remote";

bool can_write_journals() {
  if (::access(kWriter, X_OK) == 0) return true;
  MESSAGE("skipped: systemd-journal-remote is not installed");
  return false;
}

struct Entry {
  std::int64_t microseconds;
  std::vector<std::pair<std::string, std::string>> fields;
};

/// Makes (or appends to) a real journal file, from the export format.
void write_journal(const Directory& directory, const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) {
    text += fmt::format(
        "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n"
        "_BOOT_ID=0123456789abcdef0123456789abcdef\n",
        entry.microseconds, entry.microseconds);
    for (const auto& [name, value] : entry.fields) {
      if (value.find('\n') == std::string::npos) {
        text += fmt::format("{}={}\n", name, value);
      } else {
        text += name + "\n";
        little_endian(text, value.size(), 8);
        text += value + "\n";
      }
    }
    text += '\n';
  }
  write(directory / "export", text);
  const std::string command = fmt::format("{} --split-mode=none -o {} {} >/dev/null 2>&1", kWriter,
                                          directory / "test.journal", directory / "export");
  REQUIRE(std::system(command.c_str()) == 0);
  remove(directory / "export");
}

Entry sshd(std::int64_t microseconds, const std::string& message) {
  return {microseconds,
          {{"_HOSTNAME", "web1"},
           {"SYSLOG_IDENTIFIER", "sshd"},
           {"_PID", "42"},
           {"_TRANSPORT", "syslog"},
           {"MESSAGE", message}}};
}

Lines read(SourceSet& sources) {
  return read_all(sources);
}

}  // namespace

TEST_SUITE("source/journal") {
  TEST_CASE("each entry becomes one line in the form of rsyslog") {
    if (!can_write_journals()) return;
    Directory d;
    write_journal(
        d, {sshd(1'700'000'000'000'001, "Failed password for root from 192.0.2.1 port 1 ssh2"),
            {1'700'000'001'000'000,
             {{"_HOSTNAME", "web1"},
              {"_TRANSPORT", "kernel"},
              {"SYSLOG_IDENTIFIER", "kernel"},
              {"MESSAGE", "[UFW BLOCK] IN=eth0"}}},
            {1'700'000'002'000'000,
             {{"_SOURCE_REALTIME_TIMESTAMP", "1600000000123456"},
              {"_COMM", "my daemon"},
              {"MESSAGE", "two\nlines: sshd[1]: forged"}}},
            {1'700'000'003'000'000, {{"SYSLOG_IDENTIFIER", "a\nb"}, {"MESSAGE", "x"}}}});
    const SystemClock clock;
    SourceSet sources({}, clock);
    REQUIRE(sources.follow_journal(d.path()));
    CHECK(sources.name(0) == "journal");
    CHECK(read(sources) ==
          Lines{"2023-11-14T22:13:20.000001+00:00 web1 sshd[42]: Failed password for root from "
                "192.0.2.1 port 1 ssh2",
                "2023-11-14T22:13:21.000000+00:00 web1 kernel: [UFW BLOCK] IN=eth0",
                "2020-09-13T12:26:40.123456+00:00 localhost my_daemon: two lines: sshd[1]: forged",
                "2023-11-14T22:13:23.000000+00:00 localhost a_b: x"});
  }

  TEST_CASE("it goes on behind the stored position, also when entries came meanwhile") {
    if (!can_write_journals()) return;
    Directory d;
    write_journal(d, {sshd(1'700'000'000'000'000, "one"), sshd(1'700'000'001'000'000, "two")});
    const SystemClock clock;
    std::vector<SourcePosition> positions;
    {
      SourceSet sources({}, clock);
      REQUIRE(sources.follow_journal(d.path()));
      CHECK(read(sources).size() == 2);
      positions = sources.positions();
    }
    write_journal(d, {sshd(1'700'000'002'000'000, "three")});
    SourceSet sources({}, clock);
    REQUIRE(sources.follow_journal(d.path()));
    sources.restore(positions);
    const Lines lines = read(sources);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with("sshd[42]: three"));
  }

  TEST_CASE("a position that was stored before the first line begins at the first line") {
    if (!can_write_journals()) return;
    Directory d;
    write_journal(d, {sshd(1'700'000'000'000'000, "one")});
    auto journal = Journal::open(d.path());
    REQUIRE(journal);
    const std::string position = (*journal)->position();
    CHECK((*journal)->restore(position));
    RawBatch batch;
    (*journal)->fill(batch, 0, Time{});
    CHECK(batch.size() > 0);
    CHECK_FALSE((*journal)->restore("rubbish"));
  }

  TEST_CASE("a message that is too long is cut and counted") {
    if (!can_write_journals()) return;
    Directory d;
    write_journal(d, {sshd(1'700'000'000'000'000, std::string(200'000, 'x')),
                      sshd(1'700'000'001'000'000, "next")});
    auto journal = Journal::open(d.path());
    REQUIRE(journal);
    RawBatch batch;
    CHECK(((*journal)->fill(batch, 3, Time{}) == Fill::Drained));
    Lines lines;
    split(batch, lines);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() == kLineBytesMax);
    CHECK(batch.chunks()[0].truncated == 1);
    CHECK(batch.chunks()[0].source == 3);
  }

  TEST_CASE("more entries than fit into a batch come in several") {
    if (!can_write_journals()) return;
    Directory d;
    std::vector<Entry> entries;
    for (int i = 0; i < 2000; ++i) {
      entries.push_back(
          sshd(1'700'000'000'000'000 + i, fmt::format("{} {}", i, std::string(200, '.'))));
    }
    write_journal(d, entries);
    const SystemClock clock;
    SourceSet sources({}, clock);
    REQUIRE(sources.follow_journal(d.path()));
    const Lines lines = read(sources);
    REQUIRE(lines.size() == 2000);
    CHECK(lines[1999].find(" sshd[42]: 1999 ") != std::string::npos);
    CHECK(sources.reports()[0].bytes_read > 400'000);
  }

  TEST_CASE("where there is no journal, the error says so") {
    Directory d;
    const auto empty = Journal::open(d.path());
    REQUIRE_FALSE(empty);
    CHECK((empty.error().code == Errc::JournalFailed));
    CHECK(empty.error().detail.find(d.path()) != std::string::npos);
    const auto absent = Journal::open(d / "absent");
    REQUIRE_FALSE(absent);
    CHECK((absent.error().code == Errc::JournalFailed));
  }
}
