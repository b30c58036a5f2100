#include "source/fingerprint.h"

#include "base/codec.h"
#include "base/hash.h"

#include <algorithm>
#include <cstring>

namespace vedette::source {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kMarksMax = 1024;
constexpr std::uint64_t kInLongLine = 1, kWhole = 2;

void encode(Writer& out, const Fingerprint& print) {
  out.u64(print.length);
  out.fixed64(print.hash);
}

Fingerprint decode_fingerprint(Reader& in) {
  Fingerprint print;
  print.length = static_cast<std::uint32_t>(std::min<std::uint64_t>(in.u64(), kHeadBytes));
  print.hash = in.fixed64();
  return print;
}

}  // namespace

FileId id_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

Fingerprint fingerprint(std::string_view bytes) {
  return {static_cast<std::uint32_t>(bytes.size()), hash64(bytes)};
}

bool begins_with(std::string_view bytes, const Fingerprint& head) {
  return bytes.size() >= head.length &&
         (head.length == 0 || hash64(bytes.substr(0, head.length)) == head.hash);
}

void Trail::append(std::string_view bytes) {
  if (bytes.size() >= kTrailBytes) {
    std::memcpy(bytes_.data(), bytes.data() + bytes.size() - kTrailBytes, kTrailBytes);
    size_ = kTrailBytes;
    return;
  }
  const std::size_t kept = std::min(size_, kTrailBytes - bytes.size());
  std::memmove(bytes_.data(), bytes_.data() + size_ - kept, kept);
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(kept));
  size_ = kept + bytes.size();
}

std::string encode(const std::vector<Mark>& marks) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(marks.size());
  for (const Mark& mark : marks) {
    out.u64(mark.id.device);
    out.u64(mark.id.inode);
    encode(out, mark.head);
    out.u64(mark.offset);
    encode(out, mark.trail);
    out.u64((mark.in_long_line ? kInLongLine : 0) | (mark.whole ? kWhole : 0));
  }
  return bytes;
}

std::optional<std::vector<Mark>> decode_marks(std::string_view bytes) {
  Reader in(bytes);
  if (in.u64() != kVersion) return {};
  const std::uint64_t count = in.u64();
  if (count > kMarksMax) return {};
  std::vector<Mark> marks;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Mark mark;
    mark.id.device = in.u64();
    mark.id.inode = in.u64();
    mark.head = decode_fingerprint(in);
    mark.offset = in.u64();
    mark.trail = decode_fingerprint(in);
    const std::uint64_t flags = in.u64();
    mark.in_long_line = (flags & kInLongLine) != 0;
    mark.whole = (flags & kWhole) != 0;
    if (mark.trail.length > kTrailBytes || mark.trail.length > mark.offset) return {};
    marks.push_back(mark);
  }
  if (!in.done()) return {};
  return marks;
}

}  // namespace vedette::source
