// FileTail: one followed path, through every rotation. It knows the files that were at the path
// (the last few of them, oldest first) and how far each was read; reads the newest to its end, and
// only then begins with the one that came after it.
//
// Owned by SourceSet, used by its thread. Holds at most four descriptors. fill() costs a few
// system calls when nothing came; a rotation costs a listing of the directory.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "model/raw_batch.h"
#include "source/directories.h"
#include "source/fill.h"
#include "source/input_file.h"
#include "source/lineage.h"
#include "source/live_file.h"
#include "source/watcher.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

class FileTail {
 public:
  FileTail(std::string path, SourceIndex source, Watcher& watcher, Directories& directories,
           const Clock& clock);
  ~FileTail();
  FileTail(const FileTail&) = delete;
  FileTail& operator=(const FileTail&) = delete;

  /// Without a position: the rotated siblings count as read, and so does what is there, but for
  /// `from_start`.
  void start(bool from_start);
  /// Goes on where an earlier process was. False (and nothing changed) if the position is not one.
  bool restore(std::string_view position);

  /// Hands out lines. `seconds` is monotonic time.
  Fill fill(RawBatch& batch, double seconds);
  /// Behind the last line handed out.
  std::string position() const;

  /// The directory that was watched went away.
  void names_lost() { names_watched_ = false; }
  /// The last fill() found no descriptor left to open a file with.
  bool is_starved() const { return starved_; }
  /// Gives back the descriptors of files that are only watched for a slow writer.
  void let_go_of_old();
  /// inotify cannot see this path: ask regularly.
  bool is_polled() const { return polled_; }

  const std::string& path() const { return path_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  /// Problems that came since the last call.
  std::vector<Error> take_problems();

 private:
  /// One file that is or was at the path.
  struct Part {
    enum class State : std::uint8_t {
      Open,  ///< being read
      Lost,  ///< to be found: restored, or emptied in place
      Done,
    };
    State state = State::Done;
    Mark mark;  ///< out of date while the file is open: see mark_of()
    std::unique_ptr<LiveFile> live;
    std::unique_ptr<InputFile> packed;
    LineCutter cutter;  ///< of a packed file, or what is left of a lost one
    int watch = Watcher::kNone;
    double active_at = 0;  ///< monotonic: when bytes last came
  };
  /// A file at the path in which nothing was written yet.
  struct Waiting {
    UniqueFd fd;
    FileId id;
    int watch = Watcher::kNone;
    Time modified;
    double since = 0;    ///< monotonic: when `modified` was first seen
    bool quiet = false;  ///< nothing was written to it and copied away: see wait_for()
  };

  Fill drain_all(RawBatch& batch, double seconds);
  Fill drain(Part& part, RawBatch& batch, double seconds);
  Fill drain_live(Part& part, RawBatch& batch, double seconds);
  Fill drain_packed(Part& part, RawBatch& batch);
  bool hand_out_tail(Part& part, RawBatch& batch);
  void let_go(RawBatch& batch, double seconds);

  // Which file comes next: file_tail_next.cpp. Nothing: begin again with what is open now.
  std::optional<Fill> advance(RawBatch& batch, double seconds);
  bool nothing_newer();
  std::optional<bool> was_copied();
  std::optional<Fill> find_lost(Snapshot& snapshot, std::size_t which, RawBatch& batch);
  std::optional<Fill> begin(Snapshot& snapshot, std::size_t i, RawBatch& batch, double seconds);
  bool waiting_was_removed(Snapshot& snapshot) const;
  std::optional<Fill> begin_waiting(RawBatch& batch, double seconds);
  std::optional<Fill> succeed(Part next, RawBatch& batch, double seconds);
  bool open_part(Part& part, Snapshot& snapshot, std::size_t i);
  bool open_packed(Part& part, const Sibling& sibling);
  bool open_live(Part& part, UniqueFd fd);
  UniqueFd open_same(const Sibling& sibling);
  Fill unsettled(const Snapshot& snapshot);
  std::optional<Fill> cannot_open(const Sibling& sibling, int error_number);
  bool resume(Snapshot& snapshot);
  void close(Part& part, Part::State state);
  void wait_for(UniqueFd fd, const FileId& id, double seconds);
  void stop_waiting();
  void drop(Waiting& waiting);
  void skip_what_is_there(const Sibling& current);

  Mark mark_of(const Part& part) const;
  std::vector<Known> known() const;

  void watch_names();
  void watch_name(std::string path);
  int watch(int fd);
  void poll_instead(const std::string& what, int error_number);
  void report(Errc code, std::string detail);

  std::string path_;
  SourceIndex source_;
  Watcher& watcher_;
  Directories& directories_;
  const Clock& clock_;
  std::vector<Part> parts_;  // oldest first
  Waiting waiting_;
  Waiting waiting_before_;  // was rotated away empty; a slow writer may still write to it
  bool names_watched_ = false;
  bool polled_ = false;
  bool starved_ = false;
  std::uint64_t bytes_read_ = 0;
  std::vector<Error> problems_;    // not yet taken
  std::vector<std::string> told_;  // their details, so that each is told once
};

}  // namespace vedette::source
