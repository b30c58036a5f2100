// A writer that rotates its log in every way there is, as fast as it can, and a reader that is
// ended and started anew meanwhile: every line must come exactly once, in order.
#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "source/source_set.h"
#include "source/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <thread>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

constexpr int kSiblingsMax = 24;
/// The writer does not get further ahead than this: older siblings would be deleted unread.
constexpr std::size_t kAheadMax = 12;

class Log {
 public:
  Log(const Directory& directory, Random& random, const std::atomic<std::uint64_t>& lines_read)
      : directory_(directory), random_(random), lines_read_(lines_read) {
    reopen();
  }

  void write_some() {
    for (std::uint32_t i = random_.below(6); i > 0; --i) write_line(fd_);
  }

  void rotate() {
    ended_at_.push_back(lines_);
    if (ended_at_.size() > kAheadMax) wait_for(ended_at_[ended_at_.size() - 1 - kAheadMax]);
    switch (random_.below(8)) {
      case 0:
        return rename_and_create();
      case 1:
        return rename_and_compress();
      case 2:
        return copy_and_truncate();
      case 3:
        copy_and_truncate();
        return compress(sibling(1));
      case 4:
        return rename_with_slow_writer();
      case 5:
        return rename_within_line();
      case 6:
        return remove_and_create();
      default:
        return compress_older();
    }
  }

  std::uint64_t lines() const { return lines_; }

 private:
  std::string sibling(int number) const { return directory_ / fmt::format("log.{}", number); }

  void reopen() {
    fd_ = UniqueFd(::open((directory_ / "log").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600));
    VD_ASSERT(fd_);
  }

  void put(const UniqueFd& fd, std::string_view text) {
    VD_ASSERT(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  std::string next_line() {
    const std::string filler(random_.chance(0.05) ? random_.below(3000) : random_.below(60), '.');
    return fmt::format("{} {}\n", ++lines_, filler);
  }

  void write_line(const UniqueFd& fd) {
    const std::string line = next_line();
    const std::size_t half =
        random_.chance(0.2) ? random_.below(static_cast<std::uint32_t>(line.size())) : line.size();
    put(fd, line.substr(0, half));
    put(fd, line.substr(half));
  }

  void wait_for(std::uint64_t line) const {
    while (lines_read_ < line) std::this_thread::yield();
  }

  void shift() {
    for (int number = kSiblingsMax; number >= 1; --number) {
      for (const char* ending : {"", ".gz"}) {
        const std::string from = sibling(number) + ending;
        if (::access(from.c_str(), F_OK) != 0) continue;
        if (number == kSiblingsMax) {
          remove(from);
        } else {
          testing::rename(from, sibling(number + 1) + ending);
        }
      }
    }
  }

  static void compress(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0) return;
    write(path + ".gz", gzip(slurp(path)));
    remove(path);
  }

  void rename_and_create() {
    shift();
    testing::rename(directory_ / "log", sibling(1));
    reopen();
  }

  void rename_and_compress() {
    rename_and_create();
    compress(sibling(1));
  }

  void copy_and_truncate() {
    shift();
    write(sibling(1), slurp(directory_ / "log"));
    VD_ASSERT(::ftruncate(fd_.get(), 0) == 0);
  }

  /// The writer hears of the rotation only after some more lines.
  void rename_with_slow_writer() {
    shift();
    testing::rename(directory_ / "log", sibling(1));
    UniqueFd old = std::move(fd_);
    fd_ = UniqueFd();
    reopen();
    for (std::uint32_t i = random_.below(4); i > 0; --i) write_line(old);
  }

  void rename_within_line() {
    const std::string line = next_line();
    const std::size_t half = random_.below(static_cast<std::uint32_t>(line.size()));
    put(fd_, line.substr(0, half));
    shift();
    testing::rename(directory_ / "log", sibling(1));
    put(fd_, line.substr(half));
    fd_ = UniqueFd();
    if (random_.chance(0.5)) std::this_thread::yield();
    reopen();
  }

  /// What nobody has read when it is removed is gone, whoever reads.
  void remove_and_create() {
    wait_for(lines_);
    remove(directory_ / "log");
    fd_ = UniqueFd();
    reopen();
  }

  void compress_older() {
    rename_and_create();
    compress(sibling(2 + static_cast<int>(random_.below(3))));
  }

  const Directory& directory_;
  Random& random_;
  const std::atomic<std::uint64_t>& lines_read_;
  UniqueFd fd_;
  std::uint64_t lines_ = 0;
  std::vector<std::uint64_t> ended_at_;  // the last line before each rotation
};

/// A dated file each time, and a link that is swapped to it.
class LinkedLog {
 public:
  LinkedLog(const Directory& directory, Random& random,
            const std::atomic<std::uint64_t>& lines_read)
      : directory_(directory), random_(random), lines_read_(lines_read) {
    rotate();
  }

  void write_some() {
    for (std::uint32_t i = random_.below(6); i > 0; --i) {
      append(name(number_), fmt::format("{} line\n", ++lines_));
    }
  }

  void rotate() {
    ended_at_.push_back(lines_);
    if (ended_at_.size() > kAheadMax) {
      while (lines_read_ < ended_at_[ended_at_.size() - 1 - kAheadMax]) std::this_thread::yield();
    }
    ++number_;
    append(name(number_), "");
    VD_ASSERT(::symlink(name(number_).c_str(), (directory_ / "new").c_str()) == 0);
    testing::rename(directory_ / "new", directory_ / "log");
    if (number_ > 2 && random_.chance(0.5)) {
      write(name(number_ - 1) + ".gz", gzip(slurp(name(number_ - 1))));
      remove(name(number_ - 1));
    }
    if (number_ > kSiblingsMax) std::filesystem::remove(name(number_ - kSiblingsMax));
    if (number_ > kSiblingsMax) std::filesystem::remove(name(number_ - kSiblingsMax) + ".gz");
  }

  std::uint64_t lines() const { return lines_; }

 private:
  std::string name(int number) const {
    return directory_ / fmt::format("app-20240101-{}.log", 1'704'067'200 + number);
  }

  const Directory& directory_;
  Random& random_;
  const std::atomic<std::uint64_t>& lines_read_;
  int number_ = 0;
  std::uint64_t lines_ = 0;
  std::vector<std::uint64_t> ended_at_;
};

struct Tally {
  std::uint64_t lines_written = 0, lines_read = 0;
  std::string first_wrong;
  int restarts = 0;
};

template <typename Writer>
Tally run(std::uint64_t seed, int rotations, double restart_chance) {
  const Directory directory;
  std::atomic<std::uint64_t> lines_read{0};
  std::atomic<std::uint64_t> lines_written{0};
  std::atomic<bool> done{false};
  const SystemClock clock;
  const auto start = [&] {
    auto sources = std::make_unique<SourceSet>(SourceOptions{}, clock);
    sources->follow(directory / "log", true);
    return sources;
  };
  auto sources = start();
  std::thread writer([&] {
    Random random(seed);
    Writer log(directory, random, lines_read);
    for (int i = 0; i < rotations; ++i) {
      log.write_some();
      log.rotate();
    }
    log.write_some();
    lines_written = log.lines();
    done = true;
  });

  Tally out;
  Random random(seed + 1);
  RawBatch batch;
  const double deadline = monotonic_seconds() + 120;
  while (out.first_wrong.empty() && monotonic_seconds() < deadline) {
    const bool was_done = done;
    const bool came = sources->read(batch, std::chrono::milliseconds(20)) == ReadStatus::Filled;
    Lines lines;
    split(batch, lines);
    for (const std::string& line : lines) {
      const auto number =
          parse_int<std::uint64_t>(std::string_view(line).substr(0, line.find(' ')));
      if (number != out.lines_read + 1 && out.first_wrong.empty()) {
        out.first_wrong = fmt::format("after {} came '{}'", out.lines_read, line.substr(0, 40));
      }
      ++out.lines_read;
    }
    lines_read = out.first_wrong.empty() ? out.lines_read : ~std::uint64_t{0};
    if (was_done && !came && out.lines_read >= lines_written) break;
    if (random.chance(restart_chance)) {
      const auto positions = sources->positions();
      sources.reset();
      sources = start();
      sources->restore(positions);
      ++out.restarts;
    }
  }
  lines_read = ~std::uint64_t{0};  // lets the writer go, however it ended
  writer.join();
  out.lines_written = lines_written;
  return out;
}

void check(const Tally& outcome) {
  CHECK(outcome.first_wrong == "");
  CHECK(outcome.lines_read == outcome.lines_written);
}

std::uint64_t seed() {
  const char* text = std::getenv("VEDETTE_SEED");
  return text == nullptr ? 1 : parse_int<std::uint64_t>(text).value_or(1);
}

}  // namespace

TEST_SUITE("source/chaos") {
  TEST_CASE(
      "1,000 rotations of all kinds, with a reader that is started anew: every line once, in "
      "order") {
    CAPTURE(seed());
    const Tally outcome = run<Log>(seed(), 1000, 0.2);
    check(outcome);
    CHECK(outcome.restarts > 3);
  }

  TEST_CASE("rotations under one reader that stays") {
    CAPTURE(seed());
    check(run<Log>(seed() + 1000, 300, 0));
  }

  TEST_CASE("a link that is swapped to a new file each time") {
    CAPTURE(seed());
    check(run<LinkedLog>(seed() + 2000, 300, 0.1));
  }
}
