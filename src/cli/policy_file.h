// The policies of the prompt firewall from their file: read at the start, and again when the file
// changes or the process gets SIGHUP. A file with a mistake changes nothing.
#pragma once

#include "api/prompts.h"
#include "base/clock.h"
#include "config/config.h"
#include "observe/metrics.h"

#include <atomic>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace vedette::cli {

class PolicyFile {
 public:
  /// The clock outlives it.
  PolicyFile(const config::Config& config, const Clock& clock);
  ~PolicyFile();
  PolicyFile(const PolicyFile&) = delete;
  PolicyFile& operator=(const PolicyFile&) = delete;

  /// Those of the file, or the built-in one without a file. Before keep().
  Result<api::ScanPool::Policies> read();
  /// From now on those of `scans`, which outlives this, are the ones of the file; once. On a thread
  /// of its own, which takes SIGHUP: it must be blocked in every thread.
  void keep(api::ScanPool& scans);

  /// Appends which policies hold, since when, and how many readings failed. Any thread.
  void gather(std::vector<observe::Metric>& metrics) const;

 private:
  /// Time of change in nanoseconds, size, inode; zeros if there is no file.
  using Mark = std::tuple<std::int64_t, std::int64_t, std::uint64_t>;

  Mark mark() const;
  void watch();
  bool has_settled_otherwise();
  void replace();

  const std::string path_;
  const int strictness_;  // of all of them; 0: as the file says
  const Clock& clock_;
  api::ScanPool* scans_ = nullptr;
  Mark seen_, read_;
  std::atomic<double> since_{0};  // in Unix time
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace vedette::cli
