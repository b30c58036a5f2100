#include "source/source_set.h"

#include "base/assert.h"
#include "base/file.h"
#include "base/log.h"
#include "source/file_tail.h"
#include "source/ingest_journal.h"
#include "source/journal.h"
#include "source/line_cutter.h"
#include "source/scan.h"
#include "source/watcher.h"

#include <fmt/core.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <deque>
#include <poll.h>
#include <unistd.h>

namespace vedette::source {
namespace {

/// However well inotify works, every followed file is looked at this often: a symbolic link in the
/// middle of a path can change without a trace in the directories that are watched.
constexpr double kRecheckSeconds = 5;
/// While names change under our hands: at once, then ever less often.
constexpr double kUnsettledSecondsMin = 0.001, kUnsettledSecondsMax = 1;

double seconds_of(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

/// Everything that can give lines has a feed; those that may have some wait in line for their turn.
/// The scanned inputs share one.
struct SourceSet::Impl {
  using FeedIndex = std::uint32_t;
  struct Feed {
    SourceIndex source = 0;
    std::unique_ptr<FileTail> tail;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Scan> scan;
    IngestJournal* ingest = nullptr;
    bool in_line = false;
    bool blocked = false;  // of the scan: waits for its descriptor
    double again_at = 0;   // unsettled: when to ask again
    double patience = kUnsettledSecondsMin;
  };

  Impl(const SourceOptions& o, const Clock& c)
      : options(o),
        clock(c),
        watcher(o.watches_max),
        stop_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    VD_ASSERT(stop_fd);
  }

  FeedIndex add_feed(Feed feed);
  SourceIndex add_report(const std::string& name);
  void put_in_line(FeedIndex index);
  void collect(double now);
  void fill(RawBatch& batch, double now);
  Fill fill_from(Feed& feed, RawBatch& batch, double now);
  void relieve(const Feed& starved);
  bool all_ended() const;
  double next_look(double deadline) const;
  void wait(double until, double now);

  SourceOptions options;
  const Clock& clock;
  Watcher watcher;
  Directories directories;
  UniqueFd stop_fd;
  std::atomic<bool> stopped{false};
  std::vector<SourceReport> reports;
  std::vector<Feed> feeds;
  std::vector<FeedIndex> feed_of_source;   // for the watcher's owners
  std::vector<FeedIndex> with_descriptor;  // feeds that poll() can tell about
  bool any_polled = false;
  bool told_starved = false;
  std::deque<FeedIndex> line;
  std::vector<FeedIndex> unsettled;
  std::vector<Watcher::Call> calls;
  double recheck_at = 0, poll_at = 0;
};

SourceSet::SourceSet(const SourceOptions& options, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}
SourceSet::~SourceSet() = default;

SourceIndex SourceSet::Impl::add_report(const std::string& name) {
  SourceReport report;
  report.name = name;
  reports.push_back(std::move(report));
  return static_cast<SourceIndex>(reports.size() - 1);
}

SourceSet::Impl::FeedIndex SourceSet::Impl::add_feed(Feed feed) {
  const auto index = static_cast<FeedIndex>(feeds.size());
  if (!feed.tail) with_descriptor.push_back(index);
  if (feed.journal) any_polled = true;
  feeds.push_back(std::move(feed));
  put_in_line(index);
  return index;
}

void SourceSet::add_inputs(const std::vector<std::string>& paths) {
  Impl::Feed feed;
  feed.scan = std::make_unique<Scan>(impl_->reports, impl_->clock, impl_->options.time_of);
  feed.scan->add(paths);
  impl_->add_feed(std::move(feed));
}

void SourceSet::follow(const std::string& path, bool from_start) {
  Impl& i = *impl_;
  const SourceIndex source = i.add_report(path);
  Impl::Feed feed;
  feed.source = source;
  feed.tail = std::make_unique<FileTail>(path, source, i.watcher, i.directories, i.clock);
  feed.tail->start(from_start);
  i.feed_of_source.resize(i.reports.size());
  i.feed_of_source[source] = i.add_feed(std::move(feed));
}

Result<void> SourceSet::follow_journal(const std::string& directory) {
  VD_TRY(auto journal, Journal::open(directory));
  Impl::Feed feed;
  feed.source = impl_->add_report("journal");
  feed.journal = std::move(journal);
  impl_->add_feed(std::move(feed));
  return {};
}

void SourceSet::attach(IngestJournal& journal) {
  Impl::Feed feed;
  feed.source = impl_->add_report(std::string(IngestJournal::kName));
  feed.ingest = &journal;
  impl_->add_feed(std::move(feed));
}

void SourceSet::restore(const std::vector<SourcePosition>& positions) {
  for (const SourcePosition& position : positions) {
    for (Impl::Feed& feed : impl_->feeds) {
      if (feed.scan || impl_->reports[feed.source].name != position.source) continue;
      const bool restored = feed.tail      ? feed.tail->restore(position.state)
                            : feed.journal ? feed.journal->restore(position.state)
                                           : feed.ingest->restore(position.state);
      if (!restored) {
        log::warn("A stored position cannot be understood; the source begins as if it were new.",
                  {{"source", position.source}});
      }
    }
  }
}

ReadStatus SourceSet::read(RawBatch& batch, std::chrono::milliseconds timeout) {
  Impl& i = *impl_;
  batch.clear();
  VD_ASSERT(batch.room_bytes() >= LineCutter::kBatchBytesMin);
  double now = monotonic_seconds();
  const double deadline = now + seconds_of(timeout);
  for (;;) {
    if (i.stopped) return ReadStatus::Stopped;
    i.collect(now);
    i.fill(batch, now);
    if (!batch.empty()) return ReadStatus::Filled;
    if (i.all_ended()) return ReadStatus::Ended;
    // Also when the time is over: it finds out whose descriptor can be read, for the next call.
    if (i.line.empty()) i.wait(i.next_look(deadline), now);
    if (now >= deadline) return ReadStatus::Idle;
    now = monotonic_seconds();
  }
}

void SourceSet::Impl::put_in_line(FeedIndex index) {
  if (feeds[index].in_line) return;
  feeds[index].in_line = true;
  line.push_back(index);
}

/// Puts in line whoever may have something new.
void SourceSet::Impl::collect(double now) {
  const bool complete = watcher.collect(calls);
  for (const Watcher::Call& call : calls) {
    const FeedIndex index = feed_of_source[call.owner];
    if (call.names_lost) feeds[index].tail->names_lost();
    put_in_line(index);
  }
  const bool recheck = now >= recheck_at || !complete;
  if (recheck || (any_polled && now >= poll_at)) {
    poll_at = now + seconds_of(options.poll);
    if (recheck) recheck_at = now + kRecheckSeconds;
    for (FeedIndex index = 0; index < feeds.size(); ++index) {
      const Feed& feed = feeds[index];
      if (feed.journal || (feed.tail && (recheck || feed.tail->is_polled()))) put_in_line(index);
    }
  }
  // Without this a file that always has more would keep poll() from being asked.
  for (const FeedIndex index : with_descriptor) {
    if (feeds[index].ingest != nullptr && feeds[index].ingest->ready()) put_in_line(index);
  }
  for (const FeedIndex index : std::exchange(unsettled, {})) {
    if (now >= feeds[index].again_at) {
      put_in_line(index);
    } else {
      unsettled.push_back(index);
    }
  }
}

/// Asks one after the other until the batch is full. Who filled it goes to the end of the line; who
/// got no room keeps its place.
void SourceSet::Impl::fill(RawBatch& batch, double now) {
  for (std::size_t turns = line.size(); turns > 0 && !line.empty(); --turns) {
    const FeedIndex index = line.front();
    Feed& feed = feeds[index];
    const std::size_t before = batch.size();
    const Fill filled = fill_from(feed, batch, now);
    if (filled == Fill::NoRoom && batch.size() == before) return;
    line.pop_front();
    feed.in_line = false;
    feed.blocked = filled == Fill::Blocked;
    if (filled == Fill::NoRoom || filled == Fill::More) put_in_line(index);
    if (filled == Fill::Unsettled) {
      feed.again_at = now + feed.patience;
      feed.patience = std::min(feed.patience * 2, kUnsettledSecondsMax);
      unsettled.push_back(index);
    } else {
      feed.patience = kUnsettledSecondsMin;
    }
    if (filled == Fill::NoRoom) return;
  }
}

Fill SourceSet::Impl::fill_from(Feed& feed, RawBatch& batch, double now) {
  if (feed.scan) return feed.scan->fill(batch);
  SourceReport& report = reports[feed.source];
  const auto note = [&](Fill filled, std::uint64_t bytes_read, std::vector<Error> problems) {
    report.bytes_read = bytes_read;
    for (Error& problem : problems) report.problems.push_back(std::move(problem));
    return filled;
  };
  if (feed.tail) {
    const Fill filled = feed.tail->fill(batch, now);
    any_polled = any_polled || feed.tail->is_polled();
    if (feed.tail->is_starved()) relieve(feed);
    return note(filled, feed.tail->bytes_read(), feed.tail->take_problems());
  }
  if (feed.ingest != nullptr) {
    const Fill filled = feed.ingest->fill(batch, feed.source);
    return note(filled, feed.ingest->bytes_read(), feed.ingest->take_problems());
  }
  feed.journal->process();
  const Fill filled = feed.journal->fill(batch, feed.source, clock.now());
  return note(filled, feed.journal->bytes_read(), feed.journal->take_problems());
}

/// Descriptors have run out: those of rotated files that wait for slow writers are given back,
/// since the new files matter more.
void SourceSet::Impl::relieve(const Feed& starved) {
  for (const Feed& feed : feeds) {
    if (feed.tail) feed.tail->let_go_of_old();
  }
  if (told_starved) return;
  told_starved = true;
  reports[starved.source].problems.push_back(Error{
      Errc::FileOpen, fmt::format("{}: no file descriptor is left; raise the limit (ulimit -n, "
                                  "LimitNOFILE=) to more than twice the number of files",
                                  starved.tail->path())});
}

bool SourceSet::Impl::all_ended() const {
  return std::ranges::all_of(feeds,
                             [](const Feed& feed) { return feed.scan && feed.scan->ended(); });
}

double SourceSet::Impl::next_look(double deadline) const {
  double until = std::min(deadline, any_polled ? std::min(recheck_at, poll_at) : recheck_at);
  for (const FeedIndex index : unsettled) until = std::min(until, feeds[index].again_at);
  return until;
}

void SourceSet::Impl::wait(double until, double now) {
  std::vector<pollfd> waiting{{stop_fd.get(), POLLIN, 0}, {watcher.fd(), POLLIN, 0}};
  std::vector<FeedIndex> who(waiting.size());
  for (const FeedIndex index : with_descriptor) {
    const Feed& feed = feeds[index];
    if (feed.scan && !feed.blocked) continue;
    const short events = feed.journal ? feed.journal->events() : short{POLLIN};
    const int fd = feed.journal ? feed.journal->fd()
                   : feed.scan  ? feed.scan->fd()
                                : feed.ingest->fd();
    waiting.push_back({fd, events, 0});
    who.push_back(index);
  }
  const double milliseconds = std::ceil(std::max(0.0, until - now) * 1000);
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::min(milliseconds, 60'000.0))) <=
      0) {
    return;
  }
  for (std::size_t i = 2; i < waiting.size(); ++i) {
    if (waiting[i].revents != 0) put_in_line(who[i]);
  }
}

std::vector<SourcePosition> SourceSet::positions() const {
  std::vector<SourcePosition> out;
  for (const Impl::Feed& feed : impl_->feeds) {
    if (feed.scan) continue;
    out.push_back({impl_->reports[feed.source].name, feed.tail      ? feed.tail->position()
                                                     : feed.journal ? feed.journal->position()
                                                                    : feed.ingest->position()});
  }
  return out;
}

void SourceSet::committed(const std::vector<SourcePosition>& positions) {
  for (const Impl::Feed& feed : impl_->feeds) {
    if (feed.ingest == nullptr) continue;
    for (const SourcePosition& position : positions) {
      if (position.source == IngestJournal::kName) feed.ingest->released(position.state);
    }
  }
}

const std::vector<SourceReport>& SourceSet::reports() const {
  return impl_->reports;
}

const std::string& SourceSet::name(SourceIndex source) const {
  return impl_->reports[source].name;
}

void SourceSet::stop() {
  impl_->stopped = true;
  const std::uint64_t one = 1;
  // Full means that it was told before: then it wakes all the same.
  [[maybe_unused]] const ssize_t written = ::write(impl_->stop_fd.get(), &one, sizeof one);
}

bool SourceSet::stopped() const {
  return impl_->stopped;
}

}  // namespace vedette::source
