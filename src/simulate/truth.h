// Truth: what really happened in a simulated log, by source and by user, to hold against what a
// detector says. Filled line by line as lines are written, so it is exact for any length the log is
// cut to.
//
// Part of the Generator; one thread. Memory: about 150 bytes for each source; nothing per line.
#pragma once

#include "base/ip.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "model/action.h"
#include "simulate/options.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::simulate {

/// Benign people and machines; attackers; and the background of the internet: sources of a stray
/// packet or two that nobody need hear of.
enum class Role : std::uint8_t { Benign, Background, Attacker };

/// A source address (an IPv6 one stands for its /64) or a user.
enum class Subject : std::uint32_t { None = 0xFFFFFFFF };

/// What a line says, as a decoder should understand it.
struct Fact {
  Action action = Action::None;    ///< None: makes no statement
  Subject source = Subject::None;  ///< whose address stands in the line
  Subject user = Subject::None;    ///< the local account it is about
  Attack attack = Attack::None;    ///< of which attack it is a part
  std::uint32_t repeats = 1;       ///< "message repeated N times"
};

class Truth {
 public:
  Subject add_source(const IpAddress& ip, Role role);
  Subject add_user(std::string name, Role role);

  void record(const Fact& fact, Time time, Stream stream, std::size_t bytes);

  /// A line that is part of the planted attack of this number, from 1.
  void record_planted(std::uint32_t campaign, const Fact& fact, std::string_view host, Time time);

  std::uint64_t lines() const { return lines_; }

  /// truth.json, in pieces. One row per source and per user that a line names, in the order they
  /// came. Planted attacks, if there are any, each with its time, its `entities` (whose doing it
  /// is: a finding about any of them has found it) and its `targets` (who was only tried).
  void write(const Options& options, const std::function<void(std::string_view)>& out) const;

  /// For tests: how often the source or user did this.
  std::uint64_t count(Subject subject, Action action) const;

 private:
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  struct Row {
    IpAddress ip;
    std::int64_t first_ns = 0, last_ns = 0;
    std::uint64_t lines = 0;
    std::uint32_t counts = kEnd;  // first of its chain in counts_
    std::uint32_t name = kEnd;    // in names_; a source has none
    Role role = Role::Benign;
  };
  // Counts lie in one vector and are chained: most subjects have two or three, and a map for each
  // of a million sources would cost more than all the rest.
  struct Count {
    std::uint32_t next;
    std::uint16_t key;
    std::uint64_t count;
  };
  struct File {
    std::uint64_t lines = 0, bytes = 0, events = 0;
  };
  struct Part {
    Subject subject;
    std::string_view host;  // where subject is None
    bool acts;
    std::uint64_t lines;
  };
  struct Planted {
    Attack attack = Attack::None;
    std::int64_t first_ns = 0, last_ns = 0;
    std::uint64_t lines = 0;
    std::vector<Part> parts;  // a /24 and some users at most
  };

  void touch(Subject subject, const Fact& fact, Time time);
  void add(Row& row, std::uint16_t key, std::uint64_t count);
  void write_row(std::string& out, const Row& row) const;
  void write_head(std::string& out, const Options& options) const;
  void write_parts(JsonWriter& json, const Planted& planted, bool acts) const;
  void write_planted(std::string& out) const;

  std::vector<Row> rows_;
  std::vector<Count> counts_;
  std::vector<std::string> names_;
  std::vector<Planted> planted_;
  File files_[kStreams];
  std::uint64_t lines_ = 0;
  std::int64_t first_ns_ = 0, last_ns_ = 0;
};

}  // namespace vedette::simulate
