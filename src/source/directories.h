// Directories: the names in the directories of followed files, listed once and kept as long as the
// directory does not change. Without it ten thousand files in one directory would cost ten thousand
// listings of ten thousand names at start.
//
// One per SourceSet, shared by its FileTails; one thread. Keeps at most kDirectoriesMax listings.
#pragma once

#include "base/time.h"
#include "source/fingerprint.h"

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::source {

class Directories {
 public:
  /// The names in `directory` that begin with `front`, sorted. The views live until the next call.
  std::vector<std::string_view> names(const std::string& directory, std::string_view front);

 private:
  struct Listing {
    FileId id;
    Time modified;
    bool lasting = false;  // a later change would show in the time of the directory
    std::vector<std::string> names;
  };
  static constexpr std::size_t kDirectoriesMax = 64;

  const Listing& listing(const std::string& directory);

  std::unordered_map<std::string, Listing> listings_;
};

}  // namespace vedette::source
