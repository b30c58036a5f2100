#include "source/lineage.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vedette::source {
namespace {

/// Unpacking more than this only to be sure about a file that was finished long ago is not worth
/// it.
constexpr std::uint64_t kUnpackedToBeSureMax = 1 << 20;

using Claims = std::vector<std::optional<std::size_t>>;

bool is_taken(const Claims& claims, std::size_t file) {
  return std::ranges::find(claims, std::optional(file)) != claims.end();
}

}  // namespace

std::string read_at(int fd, std::uint64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t count =
        ::pread(fd, out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  out.resize(done);
  return out;
}

Snapshot::Snapshot(const std::string& path, Directories& directories)
    : path_(path), directories_(&directories), listing_(rotated_siblings(path, directories)) {
  for (const Sibling& sibling : listing_) files_.push_back({sibling, {}, true, false});
  drop_half_packed();
}

const std::string& Snapshot::head(std::size_t i) {
  File& file = files_[i];
  if (file.head) return *file.head;
  file.head.emplace();
  auto opened = InputFile::open(file.sibling.path);
  if (!opened) {
    // A file we may not read stays so; one that was renamed or removed shows up elsewhere next
    // time.
    const bool forbidden = ::access(file.sibling.path.c_str(), R_OK) != 0 && errno == EACCES;
    file.readable = false;
    moved_ = moved_ || !forbidden;
    if (!forbidden) starved_ = starved_ || !UniqueFd(::open("/", O_PATH | O_CLOEXEC));
    return *file.head;
  }
  if (!(opened->id() == file.sibling.id)) moved_ = true;
  file.head->resize(kHeadBytes);
  file.head->resize(opened->read_all(file.head->data(), kHeadBytes));
  file.packed = opened->is_packed();
  return *file.head;
}

bool Snapshot::settled() const {
  if (moved_) return false;
  const auto now = rotated_siblings(path_, *directories_);
  const bool same = std::ranges::equal(listing_, now, [](const Sibling& a, const Sibling& b) {
    return a.path == b.path && a.id == b.id;
  });
  // A slow writer may have written to a rotated file that was empty when it was passed over.
  return same && std::ranges::all_of(files_, [&](const File& file) {
           if (!file.head || !file.head->empty() || file.sibling.kind == Rotated::Current)
             return true;
           const auto again = std::ranges::find(now, file.sibling.path, &Sibling::path);
           return again != now.end() && again->bytes == file.sibling.bytes;
         });
}

/// While log.1 becomes log.1.gz both are there. The plain one is whole, the packed one perhaps not.
void Snapshot::drop_half_packed() {
  for (std::size_t i = 0; i + 1 < files_.size(); ++i) {
    const Sibling& packed = files_[i].sibling;
    const Sibling& plain = files_[i + 1].sibling;
    if (!packed.packed || plain.packed || packed.kind != plain.kind || packed.rank != plain.rank) {
      continue;
    }
    if (head(i + 1).starts_with(head(i))) {
      files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

/// Whether what stands before the known offset is what was read there.
bool Snapshot::trail_fits(std::size_t i, const Known& known) {
  const Mark& mark = known.mark;
  const std::uint64_t before = mark.offset - mark.trail.length;
  if (mark.trail.length == 0) return true;
  auto opened = InputFile::open(files_[i].sibling.path);
  if (!opened || !(opened->id() == files_[i].sibling.id)) {
    moved_ = true;
    return false;
  }
  std::string found;
  if (files_[i].packed) {
    if (!known.unfinished && mark.offset > kUnpackedToBeSureMax) return true;
    if (!opened->skip(before)) return false;
    found.resize(mark.trail.length);
    found.resize(opened->read_all(found.data(), found.size()));
  } else {
    found = read_at(opened->fd(), before, mark.trail.length);
  }
  return fingerprint(found) == mark.trail;
}

bool Snapshot::cannot_be_read(std::size_t i) {
  head(i);
  return !files_[i].readable;
}

bool Snapshot::is(std::size_t i, const Known& known) {
  const Mark& mark = known.mark;
  if (mark.head.length == 0) return false;
  const std::string& start = head(i);
  if (!files_[i].readable || !begins_with(start, mark.head)) return false;
  // Without an offset a short head must be the whole file, or every file that begins so would do.
  if (mark.whole) return mark.head.length == kHeadBytes || start.size() == mark.head.length;
  return trail_fits(i, known);
}

/// Inodes are used again for other files, so alone they prove something only for a file we hold
/// open or may not read.
Claims Snapshot::claim_by_id(const std::vector<Known>& all) {
  Claims claims(all.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!all[k].mark.id) continue;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (!(files_[i].sibling.id == all[k].mark.id) || is_taken(claims, i)) continue;
      if (all[k].open || is(i, all[k]) || cannot_be_read(i)) claims[k] = i;
    }
  }
  return claims;
}

/// Files keep their order, so each known one is looked for between its neighbours: the first bytes
/// alone may be those of several files.
Claims Snapshot::claim(const std::vector<Known>& all) {
  Claims claims = claim_by_id(all);
  if (all.empty() || claims.back())
    return claims;  // what is newer than the last one is all that counts
  std::size_t from = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::size_t until = files_.size();
    for (std::size_t newer = k + 1; newer < all.size(); ++newer) {
      if (claims[newer] && *claims[newer] >= from) until = std::min(until, *claims[newer]);
    }
    for (std::size_t i = from; i < until && !claims[k]; ++i) {
      if (!is_taken(claims, i) && may_be(i, all[k])) claims[k] = i;
    }
    if (claims[k]) from = std::max(from, *claims[k] + 1);
  }
  return claims;
}

/// Whether the known file may be found here by its content.
bool Snapshot::may_be(std::size_t i, const Known& known) {
  if (!known.mark.whole && known.mark.offset == 0) return false;  // nothing of it was handed out
  return (!is_current(i) || known.may_be_current) && is(i, known);
}

bool Snapshot::has(const Known& known) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i].sibling.id == known.mark.id || is(i, known)) return true;
  }
  return false;
}

std::optional<std::size_t> Snapshot::find(const std::vector<Known>& all, std::size_t which) {
  return claim(all)[which];
}

std::optional<std::size_t> Snapshot::next(const std::vector<Known>& all) {
  const Claims claims = claim(all);
  std::size_t first = 0;  // the first file that may be newer than all known ones
  for (std::size_t k = all.size(); k-- > 0;) {
    if (!claims[k]) continue;
    first = *claims[k] + 1;
    break;
  }
  for (std::size_t i = first; i < files_.size(); ++i) {
    const bool known = is_taken(claims, i) ||
                       std::ranges::any_of(all, [&](const Known& one) { return may_be(i, one); });
    // The first bytes are read here, before settled(): later they may be those of other content.
    const bool empty = head(i).empty() && !is_current(i) && files_[i].readable;
    if (!known && !empty && !is_copy_being_made(i)) return i;
  }
  return {};
}

/// copytruncate copies first and empties the file then. Between the two the copy and the file hold
/// the same lines; the file's are read, and the copy serves when the file has been emptied.
bool Snapshot::is_copy_being_made(std::size_t i) {
  const std::size_t last = files_.size() - 1;
  if (i == last || !is_current(last)) return false;
  const std::string& copy_head = head(i);
  if (files_[i].packed || copy_head.empty() || !head(last).starts_with(copy_head)) return false;
  auto copy = InputFile::open(files_[i].sibling.path);
  auto original = InputFile::open(files_[last].sibling.path);
  if (!copy || !original || copy->bytes_total() > original->bytes_total()) return false;
  const std::uint64_t end = copy->bytes_total();
  const std::uint64_t bytes = std::min<std::uint64_t>(end, kHeadBytes);
  const std::string in_copy = read_at(copy->fd(), end - bytes, bytes);
  return in_copy.size() == bytes && in_copy == read_at(original->fd(), end - bytes, bytes);
}

}  // namespace vedette::source
