#include "source/ingest_frame.h"

#include "base/hash.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;

namespace {

constexpr Place kPlace{3, 4096};

std::string frame_of(std::string_view lines, std::string_view id, Time written = {},
                     const Place& place = kPlace) {
  return frame_head(place, {.written = written, .id = id, .lines = lines}, hash64(lines))
      .append(lines);
}

}  // namespace

TEST_SUITE("source/ingest_frame") {
  TEST_CASE("a frame gives back what was put into it") {
    const Time written{std::chrono::seconds(1'800'000'000)};
    for (const std::string& lines : {std::string("one\ntwo\n"), std::string(), std::string(1, '\n'),
                                     std::string(100'000, 'x') + "\n"}) {
      for (const std::string& id : {std::string(), std::string("a"), std::string(64, '\xff')}) {
        const std::string bytes = frame_of(lines, id, written);
        Frame frame;
        const std::string more = bytes + "rest";
        REQUIRE((parse_frame(more, kPlace, frame) == FrameStatus::Whole));
        CHECK(frame.bytes == bytes.size());
        CHECK(frame.lines == lines);
        CHECK(frame.id == id);
        CHECK((frame.written == written));
      }
    }
  }

  TEST_CASE("a part of a frame is short, and says how much is needed") {
    const std::string bytes = frame_of("one\ntwo\n", "id");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Frame frame;
      CHECK((parse_frame(bytes.substr(0, size), kPlace, frame) == FrameStatus::Short));
      CHECK(frame.bytes == (size < kFrameHeaderBytes ? kFrameHeaderBytes : bytes.size()));
    }
  }

  TEST_CASE("no flipped bit goes unnoticed") {
    const std::string good = frame_of("one\ntwo\n", "id");
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bytes = good;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
      Frame frame;
      CHECK((parse_frame(bytes, kPlace, frame) != FrameStatus::Whole));
    }
  }

  TEST_CASE("a frame is one only where it was written") {
    const std::string bytes = frame_of("one\n", "");
    Frame frame;
    CHECK((parse_frame(bytes, {3, 4097}, frame) == FrameStatus::Damaged));
    CHECK((parse_frame(bytes, {4, 4096}, frame) == FrameStatus::Damaged));
  }

  TEST_CASE("lines that do not end are not those of a frame") {
    Frame frame;
    CHECK((parse_frame(frame_of("one", ""), kPlace, frame) == FrameStatus::Damaged));
  }

  TEST_CASE("times that no clock should show are brought into bounds") {
    Frame frame;
    REQUIRE((parse_frame(frame_of("", "", Time::min()), kPlace, frame) == FrameStatus::Whole));
    CHECK((frame.written == Time{}));
    REQUIRE((parse_frame(frame_of("", "", Time::max()), kPlace, frame) == FrameStatus::Whole));
    CHECK((frame.written + std::chrono::hours(24 * 365) > frame.written));
  }
}
