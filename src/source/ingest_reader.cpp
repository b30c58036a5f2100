#include "source/ingest_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace vedette::source {
namespace {

/// A batch of RawBatch's size made of the shortest frames would have a hundred thousand chunks.
constexpr std::size_t kChunksMax = 4096;
constexpr std::size_t kProblemsMax = 64;

/// One number for a place, as chunks have it: segments are shorter than 4 GiB.
std::uint64_t chunk_offset(const Place& place) {
  return place.segment << 32 | place.offset;
}

}  // namespace

void IngestReader::start(const IngestPosition& position) {
  has_frame_ = false;
  resume_ = position;
  seen_ = {};
  go_to(position.frame);
}

Fill IngestReader::fill(RawBatch& batch, SourceIndex source) {
  for (;;) {
    if (!has_frame_ && !next_frame()) return Fill::Drained;
    if (!cutter_.fits(batch) || batch.chunks().size() >= kChunksMax) return Fill::NoRoom;
    const std::size_t before = batch.size();
    const std::size_t done = cutter_.read_offset() - lines_base_;
    const LineCutter::Space space = cutter_.space(batch);
    const std::size_t bytes = std::min(space.bytes, frame_.lines.size() - done);
    std::memcpy(space.at, frame_.lines.data() + done, bytes);
    cutter_.take(batch, bytes, {source, frame_.written});
    bytes_read_ += batch.size() - before;
    if (done + bytes == frame_.lines.size()) has_frame_ = false;
  }
}

IngestPosition IngestReader::position() const {
  if (has_frame_) return {frame_at_, cutter_.offset() - lines_base_, cutter_.in_long_line()};
  // A resumed frame that was not looked at yet is still half handed out.
  return segment_.place() == resume_.frame ? resume_ : IngestPosition{segment_.place()};
}

/// Looks for the next frame that has lines left. False: nothing more is synced.
bool IngestReader::next_frame() {
  for (;;) {
    const Place at = segment_.place();
    const auto found = find_(at.segment);
    if (!found) return false;
    seen_ = {found->number, found->bytes};
    if (found->number != at.segment || !segment_.is_open()) {
      if (!open(*found, found->number == at.segment ? at.offset : 0)) return false;
      continue;
    }
    switch (segment_.next(found->bytes, frame_)) {
      case SegmentReader::Step::Frame:
        if (begin_frame(at)) return true;
        break;
      case SegmentReader::Step::End:
        if (found->last) return false;
        go_to({found->number + 1, 0});
        break;
      case SegmentReader::Step::Skipped:
        report(at.segment,
               fmt::format("the batch at byte {} is damaged and was passed over", at.offset));
        break;
      case SegmentReader::Step::Lost:
        report(at.segment, segment_.error_number() != 0
                               ? errno_text(segment_.error_number())
                               : fmt::format("damaged from byte {} on", at.offset));
        pass_over(*found);
        break;
    }
  }
}

/// What comes later in a segment that may grow begins behind what is there now.
void IngestReader::pass_over(const SegmentEnd& segment) {
  go_to(segment.last ? Place{segment.number, segment.bytes} : Place{segment.number + 1, 0});
}

/// False: try again later. What was taken away is passed over.
bool IngestReader::open(const SegmentEnd& segment, std::uint64_t offset) {
  const std::string path = segment_path(directory_, segment.number);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) {
    const bool gone = errno == ENOENT;
    if (!gone || offset < segment.bytes) report(segment.number, errno_text(errno));
    if (gone) pass_over(segment);
    return gone && !segment.last;
  }
  segment_ = SegmentReader(std::move(fd), {segment.number, offset});
  return true;
}

/// False if all its lines were handed out before.
bool IngestReader::begin_frame(const Place& at) {
  const IngestPosition resumed = std::exchange(resume_, {});
  const bool is_resumed = resumed.frame == at;
  const std::uint64_t inside = is_resumed ? resumed.inside : 0;
  if (inside >= frame_.lines.size()) return false;
  frame_at_ = at;
  lines_base_ = chunk_offset({at.segment, segment_.place().offset - frame_.lines.size()});
  cutter_ = LineCutter(lines_base_ + inside, is_resumed && resumed.in_long_line, {});
  has_frame_ = true;
  return true;
}

void IngestReader::report(std::uint64_t segment, const std::string& what) {
  std::string detail = fmt::format("{}: {}", segment_path(directory_, segment), what);
  if (told_.size() >= kProblemsMax || std::ranges::find(told_, detail) != told_.end()) return;
  told_.push_back(detail);
  problems_.push_back({Errc::IngestDamaged, std::move(detail)});
}

}  // namespace vedette::source
