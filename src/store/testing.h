// For tests of the event log, here and in engine/: a directory that goes, and plain ways to write
// and read.
#pragma once

#include "store/event_reader.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace vedette::store {

struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string name = "/tmp/vedette-events-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path;
};

inline std::unique_ptr<EventLog> open_log(const std::string& directory, std::uint64_t last_barrier,
                                          const EventLog::Options& options = {}) {
  auto log = EventLog::open(directory, options, last_barrier);
  REQUIRE(log);
  return std::move(*log);
}

inline std::vector<std::string> lines_of(const EventReader& reader) {
  std::vector<std::string> lines;
  for (const BlockChunk& chunk : reader.block().chunks()) {
    std::string_view rest = chunk.lines;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      lines.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return lines;
}

/// Appends the lines that the reader stands before, in its order. False at the end.
inline bool read_on(EventReader& reader, EventOrder order, std::vector<std::string>& out) {
  const auto step = reader.step();
  if (step == EventReader::Step::End) return false;
  if (step == EventReader::Step::Passed) return true;
  const auto lines = lines_of(reader);
  const std::size_t begin = reader.lines_begin() - reader.first().line;
  const std::size_t end = reader.lines_end() - reader.first().line;
  REQUIRE(end <= lines.size());
  for (std::size_t i = begin; i < end; ++i) {
    out.push_back(lines[order == EventOrder::NewestFirst ? end - 1 - (i - begin) : i]);
  }
  return true;
}

inline std::vector<std::string> read_all(EventLog& log, const EventReader::Query& query = {}) {
  std::vector<std::string> lines;
  EventReader reader(log, query,
                     query.order == EventOrder::NewestFirst ? kNewestPlace : kOldestPlace);
  while (read_on(reader, query.order, lines)) continue;
  return lines;
}

}  // namespace vedette::store
