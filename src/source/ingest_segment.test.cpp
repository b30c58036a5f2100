#include "source/ingest_segment.h"

#include "base/hash.h"
#include "source/ingest_testing.h"

#include <doctest/doctest.h>

#include <fcntl.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;
using Step = SegmentReader::Step;

namespace {

/// One segment under the tests' hands.
struct Fixture {
  Fixture() {
    directory_fd = UniqueFd(::open(d.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(writer.begin(d.path(), directory_fd.get(), 1));
  }

  Result<void> add(std::string lines) {
    std::string head = frame_head(writer.end(), {.lines = lines}, hash64(lines));
    std::vector<iovec> pieces{{head.data(), head.size()}, {lines.data(), lines.size()}};
    return writer.append(pieces);
  }

  SegmentReader reader(const Place& start = {1, 0}) {
    return {UniqueFd(::open(segment_path(d.path(), 1).c_str(), O_RDONLY | O_CLOEXEC)), start};
  }

  Directory d;
  UniqueFd directory_fd;
  SegmentWriter writer;
};

}  // namespace

TEST_SUITE("source/ingest_segment") {
  TEST_CASE("segments are found by their names, in order") {
    Directory d;
    write(segment_path(d.path(), 12), "");
    write(segment_path(d.path(), 3), "");
    write(d / "3.seg", "");
    write(d / "00000000000000000000.seg", "");
    write(d / "00000000000000000004.seg.gz", "");
    write(d / "99999999999999999999.seg", "");
    write(d / "-0000000000000000001.seg", "");
    const auto numbers = list_segments(d.path());
    REQUIRE(numbers);
    CHECK((*numbers == std::vector<std::uint64_t>{3, 12}));
    CHECK_FALSE(list_segments(d / "none"));
  }

  TEST_CASE("frames are read up to the place that is asked for, as they are written") {
    Fixture f;
    SegmentReader reader = f.reader();
    Frame frame;
    CHECK((reader.next(0, frame) == Step::End));
    for (const std::string& lines :
         {std::string("one\n"), std::string(3'000'000, '\n'), std::string("two\n")}) {
      REQUIRE(f.add(lines));
      REQUIRE((reader.next(f.writer.end().offset, frame) == Step::Frame));
      CHECK(frame.lines == lines);
      CHECK((reader.place() == f.writer.end()));
      CHECK((reader.next(f.writer.end().offset, frame) == Step::End));
    }
  }

  TEST_CASE("more pieces than the kernel takes at once are written all the same") {
    Fixture f;
    std::string bytes(10'000, 'x');
    std::vector<iovec> pieces;
    for (char& byte : bytes) pieces.push_back({&byte, 1});
    REQUIRE(f.writer.append(pieces));
    CHECK(slurp(segment_path(f.d.path(), 1)) == bytes);
  }

  TEST_CASE("a segment that exists is never written over") {
    Fixture f;
    SegmentWriter other;
    const auto begun = other.begin(f.d.path(), f.directory_fd.get(), 1);
    REQUIRE_FALSE(begun);
    CHECK((begun.error().code == Errc::FileWrite));
    CHECK_FALSE(other.begin(f.d.path(), f.directory_fd.get(), kSegmentNumberMax + 1));
  }

  TEST_CASE("a write that fails half way leaves nothing behind, and a later one succeeds") {
    Fixture f;
    REQUIRE(f.add("one\n"));
    const std::uint64_t whole = f.writer.end().offset;
    {
      const FileSizeLimit limit(whole + 1000);
      const auto failed = f.add(std::string(5000, '\n'));
      REQUIRE_FALSE(failed);
      CHECK((failed.error().code == Errc::FileWrite));
      CHECK(slurp(segment_path(f.d.path(), 1)).size() == whole);
      REQUIRE(f.add("small\n"));
    }
    REQUIRE(f.add("three\n"));
    SegmentReader reader = f.reader();
    Frame frame;
    for (const std::string_view lines : {"one\n", "small\n", "three\n"}) {
      REQUIRE((reader.next(f.writer.end().offset, frame) == Step::Frame));
      CHECK(frame.lines == lines);
    }
  }

  TEST_CASE("one damaged frame is passed over if a whole one stands behind it") {
    Fixture f;
    REQUIRE(f.add("one\n"));
    const std::uint64_t second = f.writer.end().offset;
    REQUIRE(f.add("two\n"));
    REQUIRE(f.add("three\n"));
    std::string bytes = slurp(segment_path(f.d.path(), 1));
    bytes[second + kFrameHeaderBytes + 12] = '?';
    write(segment_path(f.d.path(), 1), bytes);
    SegmentReader reader = f.reader();
    Frame frame;
    CHECK((reader.next(bytes.size(), frame) == Step::Frame));
    CHECK((reader.next(bytes.size(), frame) == Step::Skipped));
    REQUIRE((reader.next(bytes.size(), frame) == Step::Frame));
    CHECK(frame.lines == "three\n");
  }

  TEST_CASE("a damaged length loses the rest of the segment, and no more") {
    Fixture f;
    REQUIRE(f.add("one\n"));
    REQUIRE(f.add("two\n"));
    std::string bytes = slurp(segment_path(f.d.path(), 1));
    bytes[4] = '\x7f';
    write(segment_path(f.d.path(), 1), bytes);
    SegmentReader reader = f.reader();
    Frame frame;
    CHECK((reader.next(bytes.size(), frame) == Step::Lost));
    CHECK((reader.place() == Place{1, 0}));
  }

  TEST_CASE("a file that is shorter than what was synced is lost from there on") {
    Fixture f;
    REQUIRE(f.add("one\n"));
    REQUIRE(f.add("two\n"));
    const std::uint64_t end = f.writer.end().offset;
    REQUIRE(::truncate(segment_path(f.d.path(), 1).c_str(), static_cast<off_t>(end - 1)) == 0);
    SegmentReader reader = f.reader();
    Frame frame;
    CHECK((reader.next(end, frame) == Step::Frame));
    CHECK((reader.next(end, frame) == Step::Lost));
  }
}
