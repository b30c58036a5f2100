// Which files belong to a followed path, and which of them comes next. A rotation program renames,
// copies, packs and deletes while we look, so everything is decided on a snapshot of the directory
// that is only used if a second look shows the same.
//
// Used by FileTail when its file is no longer the one at the path, and at start. Cost: one listing
// of the directory, and the first KiB of the files that names and inodes alone cannot tell apart.
#pragma once

#include "base/result.h"
#include "source/directories.h"
#include "source/fingerprint.h"
#include "source/input_file.h"
#include "source/rotation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vedette::source {

/// A file that was read before, or still is.
struct Known {
  Mark mark;
  /// We hold it open, so its inode cannot be another file's.
  bool open = false;
  /// It was being read, so that it matters how far: worth unpacking a whole file to be sure.
  bool unfinished = false;
  /// Its content may be at the path under another inode (restored from a backup, say). Otherwise
  /// the same content at the path was written anew.
  bool may_be_current = false;
};

class Snapshot {
 public:
  Snapshot(const std::string& path, Directories& directories);

  std::size_t size() const { return files_.size(); }
  const Sibling& file(std::size_t i) const { return files_[i].sibling; }
  /// The first kHeadBytes unpacked bytes; "" if it is empty or cannot be read.
  const std::string& head(std::size_t i);
  /// After head(i): whether the content is packed.
  bool is_packed(std::size_t i) const { return files_[i].packed; }
  /// Files could not be looked at because the process has no descriptor left.
  bool is_starved() const { return starved_; }
  /// Nothing was renamed, added or removed since, as far as a second look can tell.
  bool settled() const;

  /// Whether file `i` has the content that was read.
  bool is(std::size_t i, const Known& known);
  /// Whether a file is there, under whatever name, packed or not.
  bool has(const Known& known);
  /// The file that `known` is now; pass all of them, and its place among them.
  std::optional<std::size_t> find(const std::vector<Known>& all, std::size_t which);
  /// The oldest file that is newer than all known ones (oldest of them first) and not one of them.
  /// A rotated file without content is passed over; one that cannot be read is not.
  std::optional<std::size_t> next(const std::vector<Known>& all);

 private:
  struct File {
    Sibling sibling;
    std::optional<std::string> head;
    bool readable = true;
    bool packed = false;
  };

  void drop_half_packed();
  bool cannot_be_read(std::size_t i);
  bool is_current(std::size_t i) const { return files_[i].sibling.kind == Rotated::Current; }
  bool trail_fits(std::size_t i, const Known& known);
  bool may_be(std::size_t i, const Known& known);
  std::vector<std::optional<std::size_t>> claim_by_id(const std::vector<Known>& all);
  std::vector<std::optional<std::size_t>> claim(const std::vector<Known>& all);
  bool is_copy_being_made(std::size_t i);

  std::string path_;
  Directories* directories_;
  std::vector<Sibling> listing_;
  std::vector<File> files_;
  bool starved_ = false;
  bool moved_ = false;  // a file was not what the listing said
};

/// At most `bytes` bytes at `offset`; fewer at the end of the file or on errors.
std::string read_at(int fd, std::uint64_t offset, std::size_t bytes);

}  // namespace vedette::source
