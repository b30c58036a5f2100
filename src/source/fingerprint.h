// What tells one log file from another when names and inodes have moved on: the hash of its first
// bytes, the hash of the bytes before the place that was read last, and the form in which both are
// stored.
//
// Used by the followed files only. Values; no thread of their own; a hash of at most 1 KiB each.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

/// The part of a file that identifies it. Rotation programs and writers never change it.
inline constexpr std::size_t kHeadBytes = 1024;
/// What must stand before the place where reading goes on. Tells apart files with one header in
/// common.
inline constexpr std::size_t kTrailBytes = 64;

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileId& other) const {
    return device == other.device && inode == other.inode;
  }
  explicit operator bool() const { return inode != 0; }
};
FileId id_of(const struct stat& status);

/// A hash with the number of bytes it was made from: none of them means nothing is known.
struct Fingerprint {
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  bool operator==(const Fingerprint& other) const {
    return length == other.length && hash == other.hash;
  }
};
Fingerprint fingerprint(std::string_view bytes);
/// Whether the first bytes of `bytes` are those of the fingerprint. An empty one begins everything.
bool begins_with(std::string_view bytes, const Fingerprint& head);

/// The last kTrailBytes bytes of all that was appended.
class Trail {
 public:
  void append(std::string_view bytes);
  std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kTrailBytes> bytes_{};
  std::size_t size_ = 0;
};

/// One file and how far its lines were handed out.
struct Mark {
  FileId id;
  Fingerprint head;
  std::uint64_t offset = 0;   ///< unpacked; behind the last whole line
  Fingerprint trail;          ///< of the bytes before `offset`
  bool in_long_line = false;  ///< the bytes at `offset` belong to a line that was cut
  bool whole = false;         ///< nothing of it will be read; `offset` and `trail` mean nothing
};

/// The stored position of a followed file: the files that were read, oldest first. Versioned.
std::string encode(const std::vector<Mark>& marks);
std::optional<std::vector<Mark>> decode_marks(std::string_view bytes);

}  // namespace vedette::source
