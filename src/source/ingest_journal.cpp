#include "source/ingest_journal.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mutex.h"
#include "source/ingest_reader.h"
#include "source/ingest_recover.h"
#include "source/ingest_segment.h"
#include "source/recent_ids.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <thread>
#include <unistd.h>
#include <utility>

namespace vedette::source {
namespace {

using Options = IngestJournal::Options;

/// That stay although all in them is released: the last one, since it says how far numbers have
/// come, and the one before it, so that after a crash the ids of more than a moment are known.
constexpr std::size_t kSegmentsKept = 2;

struct Pending {
  std::string lines, id, head;
  std::uint64_t lines_hash = 0;
  IngestJournal::Done done;
  Place behind;
  enum class Kind : std::uint8_t {
    New,
    Repeat,  ///< of one in the same group
    Known,   ///< on disk already
  } kind = Kind::New;

  std::uint64_t frame_bytes() const { return kFrameHeaderBytes + 9 + id.size() + lines.size(); }
  /// What it counts in the queue.
  std::uint64_t cost() const { return sizeof(Pending) + frame_bytes(); }
};

std::uint64_t lines_bytes_max(const Options& options) {
  const std::uint64_t whole = std::min<std::uint64_t>(
      {options.segment_bytes, options.bytes_max, options.queue_bytes_max, kFrameLinesBytesMax});
  return whole - std::min<std::uint64_t>(whole, sizeof(Pending) + kFrameOverheadMax + 1);
}

}  // namespace

struct IngestJournal::Impl {
  Impl(std::string d, const Options& o, const Clock& c, UniqueFd fd)
      : directory(std::move(d)),
        options(o),
        clock(c),
        directory_fd(std::move(fd)),
        wake_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        reader(directory, [this](std::uint64_t number) { return find(number); }) {
    VD_ASSERT(wake_fd);
    options.segment_bytes = std::clamp<std::size_t>(options.segment_bytes, 4096, 1u << 30);
  }

  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;  // synced
  };

  // While nobody else knows the journal.
  Result<void> recover() EXCLUDES(mutex);

  // The writer's.
  void run() EXCLUDES(mutex);
  std::deque<Pending> take_group() EXCLUDES(mutex);
  void write_some(std::deque<Pending>& group) EXCLUDES(mutex);
  Result<void> choose(std::deque<Pending>& group, std::vector<Pending>& chosen) EXCLUDES(mutex);
  bool resolve(Pending& next, const std::map<std::string_view, Place>& earlier) EXCLUDES(mutex);
  Result<void> begin_segment() EXCLUDES(mutex);
  Result<void> write(std::vector<Pending>& chosen);
  void publish(std::vector<Pending>& chosen, bool written) EXCLUDES(mutex);
  void tell_failing(const std::vector<Pending>& chosen, const Result<void>& outcome);

  // The reader's.
  std::optional<SegmentEnd> find(std::uint64_t number) const EXCLUDES(mutex);
  void release(const Place& place) EXCLUDES(mutex);

  std::uint64_t unreleased_bytes() const REQUIRES(mutex);

  const std::string directory;
  Options options;
  const Clock& clock;
  UniqueFd directory_fd;  // holds the lock
  UniqueFd wake_fd;

  mutable Mutex mutex;
  Condition work;
  std::deque<Pending> queue GUARDED_BY(mutex);
  std::uint64_t queue_bytes GUARDED_BY(mutex) = 0;  // with those being written
  bool stopping GUARDED_BY(mutex) = false;
  std::deque<Segment> segments GUARDED_BY(mutex);    // the last kSegmentsKept stay
  std::uint64_t stored_bytes GUARDED_BY(mutex) = 0;  // in all of them
  std::uint64_t next_number GUARDED_BY(mutex) = 1;   // of a segment
  bool begun GUARDED_BY(mutex) = false;              // a segment of this process
  Place released_to GUARDED_BY(mutex);
  RecentIds ids GUARDED_BY(mutex){kRecentIdsMax};
  Counts counts GUARDED_BY(mutex);

  SegmentWriter writer;  // the writer's
  bool failing = false;  // the writer's

  IngestReader reader;          // the reader's
  std::vector<Error> problems;  // the reader's: of open(), not yet taken

  std::thread thread;
};

IngestJournal::IngestJournal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([i = impl_.get()] { i->run(); });
}

IngestJournal::~IngestJournal() {
  {
    MutexLock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->work.notify_all();
  }
  impl_->thread.join();
}

Result<std::unique_ptr<IngestJournal>> IngestJournal::open(const std::string& directory,
                                                           const Options& options,
                                                           const Clock& clock) {
  VD_TRY(auto fd, own_directory(directory));
  auto impl = std::make_unique<Impl>(directory, options, clock, std::move(fd));
  VD_CHECK(impl->recover());
  return std::unique_ptr<IngestJournal>(new IngestJournal(std::move(impl)));
}

Result<void> IngestJournal::Impl::recover() {
  VD_TRY(const auto numbers, list_segments(directory));
  MutexLock lock(mutex);
  for (const std::uint64_t number : numbers) {
    const bool last = number == numbers.back();
    segments.push_back({number, recover_segment(directory, number, last, ids, problems)});
    stored_bytes += segments.back().bytes;
    next_number = number + 1;
  }
  reader.start({.frame = {numbers.empty() ? next_number : numbers.front(), 0}});
  return {};
}

IngestJournal::Accepted IngestJournal::append(std::string lines, Done done, std::string id) {
  Impl& i = *impl_;
  if (lines.size() > lines_bytes_max(i.options) || id.size() > kBatchIdBytesMax) {
    MutexLock lock(i.mutex);
    ++i.counts.too_large;
    return Accepted::TooLarge;
  }
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  Pending pending;
  pending.lines_hash = hash64(lines);
  pending.lines = std::move(lines);
  pending.id = std::move(id);
  pending.done = std::move(done);
  MutexLock lock(i.mutex);
  std::uint64_t to_store = i.queue_bytes + pending.frame_bytes();
  if (const Place* stored = pending.id.empty() ? nullptr : i.ids.find(pending.id)) {
    pending.kind = Pending::Kind::Known;
    pending.behind = *stored;
    pending.lines = std::string();
    to_store = 0;
  }
  if (i.stopping || i.queue_bytes + pending.cost() > i.options.queue_bytes_max ||
      (to_store > 0 && i.unreleased_bytes() + to_store > i.options.bytes_max)) {
    ++i.counts.busy;
    return Accepted::Busy;
  }
  i.queue_bytes += pending.cost();
  i.queue.push_back(std::move(pending));
  i.work.notify_one();
  return Accepted::Queued;
}

void IngestJournal::Impl::run() {
  for (;;) {
    std::deque<Pending> group = take_group();
    if (group.empty()) return;
    while (!group.empty()) write_some(group);
  }
}

/// Everything that waits now; nothing at the end.
std::deque<Pending> IngestJournal::Impl::take_group() {
  MutexLock lock(mutex);
  while (queue.empty() && !stopping) work.wait(mutex);
  return std::exchange(queue, {});
}

/// Writes what fits into one segment, from the front of the group.
void IngestJournal::Impl::write_some(std::deque<Pending>& group) {
  std::vector<Pending> chosen;
  chosen.reserve(group.size());
  Result<void> outcome = choose(group, chosen);
  if (outcome) outcome = write(chosen);
  publish(chosen, outcome.has_value());
  tell_failing(chosen, outcome);
  for (const Pending& batch : chosen) {
    if (!batch.done) continue;
    if (outcome || batch.kind == Pending::Kind::Known) {
      batch.done(batch.behind);
    } else {
      batch.done(outcome.error());
    }
  }
}

/// Moves the next batches to `chosen` and gives each its place. If there is no segment for them all
/// are chosen, to be told so.
Result<void> IngestJournal::Impl::choose(std::deque<Pending>& group, std::vector<Pending>& chosen) {
  const Time now = clock.now();
  std::map<std::string_view, Place> earlier;  // the views point into `chosen`, which does not grow
  Place at = writer.end();
  bool has_new = false;
  Result<void> outcome;
  for (; !group.empty(); group.pop_front()) {
    Pending& next = group.front();
    if (!resolve(next, earlier) && outcome) {
      if (!writer.is_open() || at.offset + next.frame_bytes() > options.segment_bytes) {
        if (has_new) break;
        outcome = begin_segment();
        at = writer.end();
      }
      const Frame frame{.written = now, .id = next.id, .lines = next.lines};
      next.head = frame_head(at, frame, next.lines_hash);
      at.offset += next.frame_bytes();
      next.behind = at;
      has_new = true;
    }
    chosen.push_back(std::move(next));
    const Pending& last = chosen.back();
    if (last.kind == Pending::Kind::New) earlier.emplace(last.id, last.behind);
  }
  return outcome;
}

/// Whether another batch with its id is stored, or will be with this group.
bool IngestJournal::Impl::resolve(Pending& next, const std::map<std::string_view, Place>& earlier) {
  if (next.kind == Pending::Kind::Known) return true;
  if (next.id.empty()) return false;
  if (const auto found = earlier.find(next.id); found != earlier.end()) {
    next.kind = Pending::Kind::Repeat;
    next.behind = found->second;
    return true;
  }
  MutexLock lock(mutex);
  const Place* stored = ids.find(next.id);
  if (stored == nullptr) return false;
  next.kind = Pending::Kind::Known;
  next.behind = *stored;
  return true;
}

Result<void> IngestJournal::Impl::begin_segment() {
  std::uint64_t number = 0;
  {
    MutexLock lock(mutex);
    number = next_number++;
    begun = true;
  }
  return writer.begin(directory, directory_fd.get(), number);
}

Result<void> IngestJournal::Impl::write(std::vector<Pending>& chosen) {
  std::vector<iovec> pieces;
  for (Pending& batch : chosen) {
    if (batch.kind != Pending::Kind::New) continue;
    pieces.push_back({batch.head.data(), batch.head.size()});
    if (!batch.lines.empty()) pieces.push_back({batch.lines.data(), batch.lines.size()});
  }
  if (pieces.empty()) return {};
  return writer.append(pieces);
}

/// Lets the reader and later batches know, and gives the room in the queue back.
void IngestJournal::Impl::publish(std::vector<Pending>& chosen, bool written) {
  MutexLock lock(mutex);
  std::uint64_t bytes = 0;
  for (Pending& batch : chosen) {
    queue_bytes -= batch.cost();
    const bool is_new = batch.kind == Pending::Kind::New;
    if (!is_new && (written || batch.kind == Pending::Kind::Known)) ++counts.repeated;
    if (batch.kind != Pending::Kind::Known && !written) ++counts.failed;
    if (is_new && written) {
      bytes += batch.frame_bytes();
      ++counts.batches;
      if (!batch.id.empty()) ids.add(batch.id, batch.behind);
    }
    batch.lines = std::string();
  }
  if (bytes == 0) return;
  const Place end = writer.end();
  if (segments.empty() || segments.back().number != end.segment) {
    segments.push_back({end.segment, 0});
  }
  segments.back().bytes = end.offset;
  stored_bytes += bytes;
  counts.bytes += bytes;
  ++counts.syncs;
  const std::uint64_t one = 1;
  // Full means that it was told before: then the reader looks all the same.
  [[maybe_unused]] const ssize_t told = ::write(wake_fd.get(), &one, sizeof one);
}

/// Once per outage, and once when it is over.
void IngestJournal::Impl::tell_failing(const std::vector<Pending>& chosen,
                                       const Result<void>& outcome) {
  const bool tried = std::ranges::any_of(
      chosen, [](const Pending& batch) { return batch.kind == Pending::Kind::New; });
  if (!tried || outcome.has_value() != failing) return;
  failing = !outcome;
  if (failing) {
    log::warn("The ingest journal cannot be written; clients are told to send again.",
              {{"error", outcome.error().detail}});
  } else {
    log::info("The ingest journal can be written again.");
  }
}

std::vector<std::string> IngestJournal::recent_ids() const {
  MutexLock lock(impl_->mutex);
  return impl_->ids.list();
}

Place IngestJournal::released() const {
  MutexLock lock(impl_->mutex);
  return impl_->released_to;
}

IngestJournal::Counts IngestJournal::counts() const {
  MutexLock lock(impl_->mutex);
  Counts counts = impl_->counts;
  counts.unreleased_bytes = impl_->unreleased_bytes();
  counts.queue_bytes = impl_->queue_bytes;
  counts.segments = impl_->segments.size();
  return counts;
}

std::uint64_t IngestJournal::Impl::unreleased_bytes() const {
  std::uint64_t bytes = stored_bytes;
  for (const Segment& segment : segments) {  // at most kSegmentsKept are released, in whole or part
    if (segment.number > released_to.segment) break;
    const bool whole = segment.number < released_to.segment;
    bytes -= whole ? segment.bytes : std::min(segment.bytes, released_to.offset);
  }
  return bytes;
}

std::optional<SegmentEnd> IngestJournal::Impl::find(std::uint64_t number) const {
  MutexLock lock(mutex);
  const auto found =
      std::partition_point(segments.begin(), segments.end(),
                           [&](const Segment& segment) { return segment.number < number; });
  if (found == segments.end()) return {};
  return SegmentEnd{found->number, found->bytes, std::next(found) == segments.end()};
}

void IngestJournal::Impl::release(const Place& place) {
  std::vector<std::uint64_t> gone;
  {
    MutexLock lock(mutex);
    released_to = std::max(released_to, place);
    while (segments.size() > kSegmentsKept) {
      const Segment& front = segments.front();
      if (Place{front.number, front.bytes} > released_to) break;
      stored_bytes -= front.bytes;
      gone.push_back(front.number);
      segments.pop_front();
    }
  }
  for (const std::uint64_t number : gone) {
    const std::string path = segment_path(directory, number);
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) continue;
    log::warn("A segment of the ingest journal that is done cannot be deleted.",
              {{"path", path}, {"error", errno_text(errno)}});
  }
}

Fill IngestJournal::fill(RawBatch& batch, SourceIndex source) {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(impl_->wake_fd.get(), &count, sizeof count);
  return impl_->reader.fill(batch, source);
}

bool IngestJournal::ready() const {
  if (impl_->reader.has_more()) return true;
  MutexLock lock(impl_->mutex);
  if (impl_->segments.empty()) return false;
  const Impl::Segment& last = impl_->segments.back();
  return Place{last.number, last.bytes} > impl_->reader.seen();
}

int IngestJournal::fd() const {
  return impl_->wake_fd.get();
}

std::string IngestJournal::position() const {
  return encode(impl_->reader.position());
}

bool IngestJournal::restore(std::string_view position) {
  const auto stored = decode_ingest_position(position);
  if (!stored) return false;
  {
    // The place may lie behind all there is: the segments were deleted, or damaged at their end.
    // New ones must come behind it, or they would count as read.
    MutexLock lock(impl_->mutex);
    const Place next{impl_->next_number, 0};
    if (stored->frame > next && impl_->begun) return false;
    if (stored->frame > next) impl_->next_number = stored->frame.segment + 1;
  }
  impl_->reader.start(*stored);
  impl_->release(stored->frame);
  return true;
}

void IngestJournal::released(std::string_view position) {
  if (const auto stored = decode_ingest_position(position)) impl_->release(stored->frame);
}

std::uint64_t IngestJournal::bytes_read() const {
  return impl_->reader.bytes_read();
}

std::vector<Error> IngestJournal::take_problems() {
  std::vector<Error> out = std::exchange(impl_->problems, {});
  for (Error& problem : impl_->reader.take_problems()) out.push_back(std::move(problem));
  return out;
}

}  // namespace vedette::source
