// Names of rotated log files and their order in time: what logrotate (numbers, dateext, extension,
// compress), savelog, newsyslog, Python's and Java's loggers and Cowrie make of a name when its
// file is put aside.
//
// Pure functions on names; only rotated_siblings() and oldest_first() look at the disk. Any thread.
#pragma once

#include "source/directories.h"
#include "source/fingerprint.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

/// Kinds of names, in the order of time in which a change of the scheme leaves them.
enum class Rotated : std::uint8_t {
  ByNumber,  ///< auth.log.2.gz: the higher the older
  ByDate,    ///< auth.log-20240101, cowrie.json.2024-01-01, catalina.2024-01-01.log
  Before,    ///< auth.log.old, auth.log.gz: the one before the current one
  Current,   ///< the name itself
};

struct SiblingName {
  std::string_view base_front, base_back;  ///< the current file's name is one behind the other
  Rotated kind = Rotated::Current;
  std::uint64_t rank = 0;  ///< within the kind; the higher the newer
  bool packed = false;     ///< by the name only

  bool is_of(std::string_view name) const {
    return name.size() == base_front.size() + base_back.size() && name.starts_with(base_front) &&
           name.ends_with(base_back);
  }
  std::string base() const { return std::string(base_front).append(base_back); }
};

/// What a file name (without directory) says. The views point into it.
SiblingName parse_sibling(std::string_view file_name);

/// A file that once was, or now is, at a followed path.
struct Sibling {
  std::string path;
  FileId id;
  std::uint64_t bytes = 0;  ///< as it lies on disk
  Rotated kind = Rotated::Current;
  std::uint64_t rank = 0;
  bool packed = false;
};

/// The rotated siblings of a path, oldest first, and last what is at the path itself, if anything.
/// For a symbolic link also the siblings of what it points to.
std::vector<Sibling> rotated_siblings(const std::string& path, Directories& directories);

/// The paths by logs, in the order in which each log's first one stands; those of one rotated set
/// are one log, oldest first.
std::vector<std::vector<std::string>> oldest_first(std::vector<std::string> paths);

}  // namespace vedette::source
