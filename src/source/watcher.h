// Watcher: inotify for many owners. It says which of them should look again; what happened they
// find out themselves, so that a lost or merged event does no harm.
//
// One per SourceSet, used by its thread. Costs one watch per open file and per directory.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace vedette::source {

class Watcher {
 public:
  using Owner = std::uint32_t;
  static constexpr int kNone = -1;

  /// At most `watches_max` watches are asked of the kernel.
  explicit Watcher(std::size_t watches_max);

  int fd() const { return fd_.get(); }

  /// Tells `owner` when something named `name` comes, goes or is renamed in `directory`. Returns
  /// the errno, 0 for success.
  int watch_name(const std::string& directory, const std::string& name, Owner owner);
  /// Tells `owner` when the open file is written, truncated, renamed or removed. Returns a handle,
  /// or kNone. An owner may have several claims on one file; each is given back by itself.
  int watch_file(int file, Owner owner);
  void unwatch_file(int handle, Owner owner);

  struct Call {
    Owner owner;
    bool names_lost;  ///< the directory itself went away: watch_name() has to be called again
  };
  /// Whoever has to look again since the last time. Owners may come more than once. False: the
  /// kernel lost count, so everyone has to look.
  bool collect(std::vector<Call>& calls);

 private:
  struct Watch {
    std::vector<Owner> file_owners;
    std::unordered_map<std::string, std::vector<Owner>> names;
  };

  int add(const char* path, std::uint32_t mask);
  void report(const Watch& watch, const char* name, bool lost, std::vector<Call>& calls) const;

  UniqueFd fd_;
  std::size_t watches_max_;
  std::unordered_map<int, Watch> watches_;
};

}  // namespace vedette::source
