// A progress bar on standard error, when that is a terminal: how much of the input is read, how
// fast, how long still.
#pragma once

#include "cli/terminal.h"
#include "source/source_set.h"

#include <cstdint>
#include <span>
#include <string>

namespace vedette::cli {

class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::span<const source::SourceReport> reports, std::uint64_t lines);
  void clear();

  /// The bar's text; apart so that it can be tested without a terminal.
  static std::string text(double share, std::uint64_t lines, double seconds, unsigned width);

 private:
  Terminal terminal_;
  double started_;
  bool drawn_ = false;
};

}  // namespace vedette::cli
