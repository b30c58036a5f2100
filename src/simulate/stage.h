// Stage: where actors write. Lines of many actors go in at any time from now on and come out in the
// order of their times; two of the same time in the order they were written.
//
// Owned by the Generator; one thread. Holds only the lines of episodes under way. Texts are reused,
// so nothing is allocated per line once a simulation has been running for a while; 100 to 300 ns
// per line.
#pragma once

#include "base/time.h"
#include "simulate/options.h"
#include "simulate/stamp.h"
#include "simulate/truth.h"

#include <fmt/core.h>

#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::simulate {

/// A line that waits for its time.
struct Line {
  std::string text;  ///< without its newline
  Time time;
  Fact fact;
  std::string_view host;       ///< a name of kHosts, or empty: the line names none
  std::uint32_t campaign = 0;  ///< of which planted attack it is a part, from 1; 0: of none
  Stream stream = Stream::Auth;
};

class Stage {
 public:
  explicit Stage(const Options& options);

  const Options& options() const { return options_; }
  bool wants(Stream stream) const { return options_.wants(stream); }
  Truth& truth() { return truth_; }
  const Truth& truth() const { return truth_; }

  /// A whole line; the caller appends its text to what is returned, before the next call. Only for
  /// streams that are wanted.
  std::string& open(Stream stream, Time at, const Fact& fact, std::string_view host = {});

  /// A line in auth.log. `host` must outlive the stage; pid 0: the program does not tell its own.
  template <typename... Args>
  void syslog(Time at, std::string_view host, std::string_view program, std::uint32_t pid,
              const Fact& fact, fmt::format_string<Args...> format, Args&&... args) {
    if (!wants(Stream::Auth) || (options_.sshd_only && program != "sshd")) return;
    std::string& text = open(Stream::Auth, at, fact, host);
    stamp_.append_syslog_head(text, at, options_.header, {86, program, pid, host});
    fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  }

  /// Whose lines are opened from now on: see Line::campaign.
  void set_campaign(std::uint32_t campaign) { campaign_ = campaign; }

  Stamp& stamp() { return stamp_; }
  /// Ever larger, as the kernel gives them out.
  std::uint32_t next_pid(std::uint32_t step);
  std::uint32_t next_session() { return ++sessions_; }
  std::uint32_t next_connection() { return ++connections_; }

  bool empty() const { return queue_.empty(); }
  Time next_time() const { return queue_.front().time; }
  /// Takes the first line off; it stays readable until the next open().
  const Line& pop();

 private:
  struct Place {
    Time time;
    std::uint64_t order;
    std::uint32_t slot;
  };
  static bool later(const Place& a, const Place& b) {
    return a.time != b.time ? a.time > b.time : a.order > b.order;
  }

  Options options_;
  Truth truth_;
  Stamp stamp_;
  std::vector<std::unique_ptr<Line>> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Place> queue_;  // a heap; the earliest is in front
  std::uint64_t order_ = 0;
  std::uint32_t campaign_ = 0;
  std::uint32_t pids_ = 600, sessions_ = 0, connections_ = 0;
};

}  // namespace vedette::simulate
