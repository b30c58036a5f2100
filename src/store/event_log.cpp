#include "store/event_log.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/text.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <unistd.h>

namespace vedette::store {
namespace {

constexpr std::uint64_t kPartsOfTheWhole = 16;
constexpr std::uint64_t kPartBytesMin = 64 * 1024;
constexpr std::uint64_t kPartBytesMax = std::uint64_t{1} << 30;
constexpr std::uint32_t kPartMax = 99'999;

struct Key {
  std::int32_t day = 0;
  std::uint32_t part = 0;
  auto operator<=>(const Key&) const = default;
};

struct Info {
  FileSummary summary;
  std::optional<Error> damage;
};

std::int32_t day_of(Time time) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

/// events-20260301-00000.db
std::string name_of(const Key& key) {
  const Civil date = to_civil_utc(Time{std::chrono::days{key.day}});
  return fmt::format("events-{:04}{:02}{:02}-{:05}.db", date.year, date.month, date.day, key.part);
}

std::optional<Key> key_of(std::string_view name) {
  std::string_view rest = name;
  if (name.size() != 24 || !take_prefix(rest, "events-") || !take_suffix(rest, ".db")) return {};
  const auto date = parse_int<unsigned>(rest.substr(0, 8));
  const auto part = parse_int<std::uint32_t>(rest.substr(9));
  if (!date || !part) return {};
  const Civil civil{
      .year = static_cast<int>(*date / 10'000), .month = *date / 100 % 100, .day = *date % 100};
  if (!is_valid(civil)) return {};
  const Key key{day_of(from_civil_utc(civil)), *part};
  if (name_of(key) != name) return {};
  return key;
}

std::uint64_t bytes_on_disk(const std::string& path) {
  std::uint64_t bytes = 0;
  for (const char* const suffix : {"", "-wal"}) {
    struct stat about {};
    if (::stat((path + suffix).c_str(), &about) == 0) {
      bytes += static_cast<std::uint64_t>(about.st_size);
    }
  }
  return bytes;
}

}  // namespace

struct EventLog::Impl {
  std::string directory;
  Options options;

  // The order in which they are taken: write, merge, files.
  mutable Mutex write;
  mutable Mutex merge;
  mutable Mutex files_mutex;

  std::map<Key, Info> files GUARDED_BY(files_mutex);
  std::optional<Key> written GUARDED_BY(files_mutex);  // the key of `current`
  std::uint64_t last_appended GUARDED_BY(files_mutex) = 0;
  std::uint64_t committed GUARDED_BY(files_mutex) = 0;  // the last that surely is: one is under way

  std::unique_ptr<EventFile> current GUARDED_BY(write);
  std::unique_ptr<EventFile> merging GUARDED_BY(merge);
  Key merging_key GUARDED_BY(merge);

  std::string path_of(const Key& key) const { return directory + "/" + name_of(key); }
  void add_file(const Key& key, std::uint64_t last_barrier) EXCLUDES(files_mutex);
  void note(const Key& key, Error error) EXCLUDES(files_mutex);
  Result<void> turn_to(std::int32_t day) REQUIRES(write);
  Key next_key(std::int32_t day) const EXCLUDES(files_mutex);
  bool may_merge(const Key& key, const Info& info) const REQUIRES(files_mutex);
  Result<bool> choose_to_merge() REQUIRES(merge);
  Expired remove(const std::vector<Key>& keys) REQUIRES(write, merge);
};

/// Logged once for each file, whoever finds it first.
void EventLog::Impl::note(const Key& key, Error error) {
  {
    MutexLock guard(files_mutex);
    Info& info = files[key];
    if (info.damage) return;
    info.damage = error;
  }
  log::error("Stored events cannot be read; searches pass over them.",
             {{"file", path_of(key)}, {"error", error.detail}});
}

void EventLog::Impl::add_file(const Key& key, std::uint64_t last_barrier) {
  auto file = EventFile::open(path_of(key));
  if (!file) return note(key, std::move(file).error());
  const auto removed = (*file)->roll_back(last_barrier);
  if (!removed) return note(key, removed.error());
  if (*removed > 0) {
    log::info("Events of a commit that did not happen were removed; they are read again.",
              {{"file", path_of(key)}, {"blocks", *removed}});
  }
  MutexLock guard(files_mutex);
  files[key].summary = (*file)->summary();
}

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLog::~EventLog() = default;

Result<std::unique_ptr<EventLog>> EventLog::open(const std::string& directory,
                                                 const Options& options,
                                                 std::uint64_t last_barrier) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  impl->options = options;
  impl->options.days_max = std::max(options.days_max, 1u);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Errc::StoreOpen, fmt::format("{}: {}", directory, errno_text(errno))};
  }
  std::error_code failed;
  std::vector<Key> keys;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (const auto key = key_of(at->path().filename().native())) keys.push_back(*key);
  }
  if (failed) return Error{Errc::StoreOpen, fmt::format("{}: {}", directory, failed.message())};
  for (const Key& key : keys) impl->add_file(key, last_barrier);
  {
    MutexLock guard(impl->files_mutex);
    impl->last_appended = impl->committed = last_barrier;
  }
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

/// The file of that day that is to be written: its last part, unless that is full or damaged.
Key EventLog::Impl::next_key(std::int32_t day) const {
  Key last{day, 0};
  bool is_usable = true;
  {
    MutexLock guard(files_mutex);
    auto at = files.upper_bound(Key{day, std::numeric_limits<std::uint32_t>::max()});
    if (at == files.begin() || (--at)->first.day != day) return last;
    last = at->first;
    is_usable = !at->second.damage;
  }
  const std::uint64_t part_bytes_max =
      std::clamp(options.bytes_max / kPartsOfTheWhole, kPartBytesMin, kPartBytesMax);
  const bool is_full = bytes_on_disk(path_of(last)) >= part_bytes_max;
  if ((is_full || !is_usable) && last.part < kPartMax) ++last.part;
  return last;
}

Result<void> EventLog::Impl::turn_to(std::int32_t day) {
  const Key key = next_key(day);
  {
    MutexLock guard(files_mutex);
    if (current != nullptr && written == key) return {};
  }
  current.reset();
  // Its summary must not be known to two at once.
  MutexLock merge_guard(merge);
  if (merging_key == key) merging.reset();
  {
    MutexLock guard(files_mutex);
    written = key;
  }
  auto file = EventFile::open(path_of(key));
  if (!file) {
    // The next try makes another part, unless it is the directory that cannot be written.
    if (file.error().code == Errc::StoreDamaged) note(key, file.error());
    return std::move(file).error();
  }
  current = std::move(*file);
  MutexLock guard(files_mutex);
  files[key].summary = current->summary();
  return {};
}

Result<void> EventLog::append(std::uint64_t barrier, Time received, Time first_event,
                              Time last_event, std::span<const EventChunk> chunks) {
  MutexLock write_guard(impl_->write);
  {
    MutexLock guard(impl_->files_mutex);
    if (barrier <= impl_->last_appended) return {};
  }
  std::vector<BlockChunk> given;
  given.reserve(chunks.size());
  for (const EventChunk& chunk : chunks) {
    if (chunk.lines.empty()) continue;
    given.push_back({chunk.source, chunk.offset, chunk.written_by, received, chunk.lines});
  }
  if (!given.empty()) {
    VD_CHECK(impl_->turn_to(day_of(received)));
    auto written = impl_->current->append(barrier, received, {first_event, last_event}, given);
    if (!written) {
      Key key;
      {
        MutexLock guard(impl_->files_mutex);
        key = *impl_->written;
      }
      impl_->current.reset();
      if (written.error().code == Errc::StoreDamaged) impl_->note(key, written.error());
      return written;
    }
  }
  MutexLock guard(impl_->files_mutex);
  if (!given.empty()) impl_->files[*impl_->written].summary = impl_->current->summary();
  impl_->committed = impl_->last_appended;
  impl_->last_appended = barrier;
  return {};
}

EventLog::Expired EventLog::Impl::remove(const std::vector<Key>& keys) {
  Expired expired;
  for (const Key& key : keys) {
    if (merging_key == key) merging.reset();
    {
      MutexLock guard(files_mutex);
      if (written == key) {
        current.reset();
        written.reset();
      }
      files.erase(key);
    }
    // Whoever reads it goes on with the file that has no name any more.
    const std::string path = path_of(key);
    expired.bytes += bytes_on_disk(path);
    ++expired.files;
    for (const char* const suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
  }
  return expired;
}

Result<EventLog::Expired> EventLog::expire(Time now) {
  MutexLock write_guard(impl_->write);
  MutexLock merge_guard(impl_->merge);
  std::vector<Key> keys;
  {
    MutexLock guard(impl_->files_mutex);
    for (const auto& entry : impl_->files) keys.push_back(entry.first);
  }
  const std::int64_t first_day = std::int64_t{day_of(now)} + 1 - impl_->options.days_max;
  std::size_t count = 0;
  while (count < keys.size() && keys[count].day < first_day) ++count;
  std::uint64_t bytes = 0;
  for (std::size_t i = count; i < keys.size(); ++i) bytes += bytes_on_disk(impl_->path_of(keys[i]));
  while (bytes > impl_->options.bytes_max && count + 1 < keys.size()) {
    bytes -= bytes_on_disk(impl_->path_of(keys[count++]));
  }
  keys.resize(count);
  const Expired expired = impl_->remove(keys);
  if (expired.files > 0) {
    log::info("Stored events beyond the retention were removed.",
              {{"files", expired.files},
               {"bytes", expired.bytes},
               {"days_max", impl_->options.days_max},
               {"bytes_max", impl_->options.bytes_max}});
  }
  return expired;
}

bool EventLog::Impl::may_merge(const Key& key, const Info& info) const {
  return !info.damage && !info.summary.is_merged && written != key &&
         info.summary.last_barrier <= committed;
}

Result<bool> EventLog::Impl::choose_to_merge() {
  if (merging != nullptr) return true;
  Key key;
  {
    MutexLock guard(files_mutex);
    bool found = false;
    for (auto at = files.begin(); at != files.end() && !found; ++at) {
      found = may_merge(at->first, at->second);
      key = at->first;
    }
    if (!found) return false;
  }
  auto file = EventFile::open(path_of(key));
  if (!file) {
    note(key, file.error());
    return std::move(file).error();
  }
  merging = std::move(*file);
  merging_key = key;
  return true;
}

Result<bool> EventLog::compact_some() {
  MutexLock merge_guard(impl_->merge);
  VD_TRY(const bool chosen, impl_->choose_to_merge());
  if (!chosen) return false;
  auto more = impl_->merging->merge_some();
  if (more && *more) return true;
  const FileSummary summary = impl_->merging->summary();
  impl_->merging.reset();
  if (!more) {
    if (more.error().code == Errc::StoreDamaged) impl_->note(impl_->merging_key, more.error());
    return more;
  }
  MutexLock guard(impl_->files_mutex);
  impl_->files[impl_->merging_key].summary = summary;
  return true;
}

EventLog::Totals EventLog::totals() const {
  MutexLock guard(impl_->files_mutex);
  Totals totals;
  for (const auto& [key, info] : impl_->files) {
    ++totals.files;
    totals.damaged += info.damage.has_value();
    totals.bytes += bytes_on_disk(impl_->path_of(key));
    totals.lines += info.summary.next_line;
  }
  return totals;
}

std::vector<Error> EventLog::problems() const {
  MutexLock guard(impl_->files_mutex);
  std::vector<Error> problems;
  for (const auto& entry : impl_->files) {
    if (entry.second.damage) problems.push_back(*entry.second.damage);
  }
  return problems;
}

std::optional<EventLog::File> EventLog::file_at(EventOrder order, const EventPlace& place) const {
  MutexLock guard(impl_->files_mutex);
  const Key key{place.day, place.part};
  auto at = impl_->files.lower_bound(key);
  if (order == EventOrder::NewestFirst && (at == impl_->files.end() || at->first != key)) {
    if (at == impl_->files.begin()) return {};
    --at;
  }
  if (at == impl_->files.end()) return {};
  return File{at->first.day, at->first.part, impl_->path_of(at->first), at->second.summary.times,
              at->second.damage.has_value()};
}

bool EventLog::set_damaged(const File& file, const Error& error) {
  const Key key{file.day, file.part};
  {
    MutexLock guard(impl_->files_mutex);
    if (!impl_->files.contains(key)) return false;
  }
  // What cannot be read now, since the machine is short of something, may be read later.
  if (error.code == Errc::StoreDamaged) impl_->note(key, error);
  return true;
}

}  // namespace vedette::store
