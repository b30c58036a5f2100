#include "source/journal.h"

#include "base/codec.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

#include <fmt/core.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <poll.h>

namespace vedette::source {
namespace {

constexpr std::uint64_t kVersion = 1;
/// A name of a host or program is not longer; what is, was made to annoy.
constexpr std::size_t kNameBytesMax = 255;

Error failed(std::string_view what, int error_number) {
  return Error{Errc::JournalFailed, fmt::format("{}: {}", what, errno_text(-error_number))};
}

/// The value of a field of the current entry; it lives until the next call. "" if there is none.
std::string_view field(sd_journal* journal, const char* name) {
  const void* bytes = nullptr;
  std::size_t size = 0;
  if (::sd_journal_get_data(journal, name, &bytes, &size) < 0) return {};
  const std::string_view whole(static_cast<const char*>(bytes), size);
  const auto equals = whole.find('=');
  return equals == std::string_view::npos ? std::string_view{} : whole.substr(equals + 1);
}

std::string_view first_field(sd_journal* journal, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto value = field(journal, name); !value.empty()) return value;
  }
  return {};
}

/// Appends a name that anyone may have chosen: one word, so that it cannot pass for the rest of a
/// line.
void append_word(std::string& out, std::string_view word, std::string_view otherwise) {
  if (word.empty()) word = otherwise;
  for (const char c : word.substr(0, kNameBytesMax)) {
    const bool printable = static_cast<unsigned char>(c) > ' ' && c != 0x7F;
    out += printable ? c : '_';
  }
}

void append_time(std::string& out, sd_journal* journal) {
  // The time at the program, if the journal was told; else when it received the entry.
  auto microseconds = parse_int<std::int64_t>(field(journal, "_SOURCE_REALTIME_TIMESTAMP"));
  if (!microseconds) {
    std::uint64_t received = 0;
    if (::sd_journal_get_realtime_usec(journal, &received) < 0) received = 0;
    microseconds = static_cast<std::int64_t>(received);
  }
  constexpr std::int64_t kMicrosecondsMax = std::int64_t{4102444800} * 1'000'000;  // the year 2100
  const std::int64_t whole = std::clamp<std::int64_t>(*microseconds, 0, kMicrosecondsMax);
  const Time time{std::chrono::microseconds(whole)};
  const Civil civil = to_civil_utc(time);
  out += fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", civil.year, civil.month,
                     civil.day, civil.hour, civil.minute, civil.second, civil.nanosecond / 1000);
}

/// The current entry as one line, without newline.
void make_line(std::string& out, sd_journal* journal) {
  out.clear();
  append_time(out, journal);
  out += ' ';
  append_word(out, field(journal, "_HOSTNAME"), "localhost");
  out += ' ';
  if (field(journal, "_TRANSPORT") == "kernel") {
    out += "kernel";
  } else {
    append_word(out, first_field(journal, {"SYSLOG_IDENTIFIER", "_COMM"}), "unknown");
    const auto pid = first_field(journal, {"_PID", "SYSLOG_PID"});
    if (!pid.empty()) {
      out += '[';
      append_word(out, pid, "");
      out += ']';
    }
  }
  out += ": ";
  const std::size_t message_at = out.size();
  out += field(journal, "MESSAGE");
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(message_at), out.end(), '\n', ' ');
}

}  // namespace

struct Journal::Impl {
  ~Impl() { ::sd_journal_close(journal); }

  /// Steps to the next entry. False at the end, or when the journal is damaged there.
  bool step() {
    int moved = 0;
    if (is_at_next) {
      is_at_next = false;
      return true;
    }
    moved = ::sd_journal_next(journal);
    if (moved < 0) report(moved);
    return moved > 0;
  }

  void remember_cursor() {
    char* text = nullptr;
    if (::sd_journal_get_cursor(journal, &text) < 0) return;
    cursor = text;
    std::free(text);
  }

  void report(int error_number) {
    Error error = failed(name, error_number);
    if (std::ranges::find(told, error.detail) != told.end() || told.size() >= 16) return;
    told.push_back(error.detail);
    problems.push_back(std::move(error));
  }

  sd_journal* journal = nullptr;
  std::string name;
  std::string cursor;       // of the last entry handed out, or before the first one to come
  bool is_at_next = false;  // the current entry was not handed out yet
  std::string line;
  std::uint64_t bytes_read = 0;
  std::vector<Error> problems;
  std::vector<std::string> told;
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory) {
  auto impl = std::make_unique<Impl>();
  impl->name = directory.empty() ? "the journal of this machine" : directory;
  const int opened = directory.empty()
                         ? ::sd_journal_open(&impl->journal, SD_JOURNAL_LOCAL_ONLY)
                         : ::sd_journal_open_directory(&impl->journal, directory.c_str(), 0);
  if (opened < 0) return failed(impl->name, opened);
  sd_journal* journal = impl->journal;
  ::sd_journal_set_data_threshold(journal, kLineBytesMax);
  // Before the first look, or what is written in between would not wake us.
  if (const int fd = ::sd_journal_get_fd(journal); fd < 0) return failed(impl->name, fd);
  // Opening succeeds where there is nothing, or nothing that we may read.
  std::uint64_t bytes = 0;
  if (::sd_journal_get_usage(journal, &bytes) < 0 || bytes == 0) {
    return Error{Errc::JournalFailed,
                 fmt::format("{}: there are no journal files that this user may read", impl->name)};
  }
  if (directory.empty()) {
    ::sd_journal_seek_tail(journal);
    // Without a step back the position "tail" would move on with each new entry.
    if (::sd_journal_previous(journal) > 0) impl->remember_cursor();
  } else {
    ::sd_journal_seek_head(journal);
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

bool Journal::restore(std::string_view position) {
  Reader in(position);
  const std::uint64_t version = in.u64();
  const std::string cursor(in.bytes());
  if (!in.done() || version != kVersion) return false;
  sd_journal* journal = impl_->journal;
  impl_->is_at_next = false;
  impl_->cursor = cursor;
  if (cursor.empty()) {
    ::sd_journal_seek_head(journal);
    return true;
  }
  if (::sd_journal_seek_cursor(journal, cursor.c_str()) < 0) return false;
  // If the entry is no longer there this is the one after it, which was not read yet.
  if (::sd_journal_next(journal) > 0) {
    impl_->is_at_next = ::sd_journal_test_cursor(journal, cursor.c_str()) <= 0;
  }
  return true;
}

Fill Journal::fill(RawBatch& batch, SourceIndex source, Time now) {
  Impl& i = *impl_;
  Chunk chunk;
  chunk.source = source;
  chunk.offset = i.bytes_read;
  chunk.written_by = now;
  std::size_t used = 0;
  Fill result = Fill::NoRoom;
  while (batch.room_bytes() - used > kLineBytesMax) {
    if (!i.step()) {
      result = Fill::Drained;
      break;
    }
    make_line(i.line, i.journal);
    if (i.line.size() > kLineBytesMax) {
      i.line.resize(kLineBytesMax);
      ++chunk.truncated;
    }
    i.line += '\n';
    std::memcpy(batch.room() + used, i.line.data(), i.line.size());
    used += i.line.size();
  }
  if (used == 0) return result;
  batch.add(chunk, used);
  i.bytes_read += used;
  i.remember_cursor();
  return result;
}

std::string Journal::position() const {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.bytes(impl_->cursor);
  return bytes;
}

int Journal::fd() const {
  return ::sd_journal_get_fd(impl_->journal);
}

short Journal::events() const {
  const int events = ::sd_journal_get_events(impl_->journal);
  return static_cast<short>(events < 0 ? POLLIN : events);
}

void Journal::process() {
  if (const int result = ::sd_journal_process(impl_->journal); result < 0) impl_->report(result);
}

std::uint64_t Journal::bytes_read() const {
  return impl_->bytes_read;
}

std::vector<Error> Journal::take_problems() {
  return std::exchange(impl_->problems, {});
}

}  // namespace vedette::source
