#include "source/input_file.h"

#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

std::string read(InputFile& file, std::size_t piece) {
  std::string out, buffer(piece, '\0');
  for (;;) {
    const auto step = file.read(buffer.data(), piece);
    if (step.state != InputFile::State::More) return out;
    out.append(buffer, 0, step.bytes);
  }
}

}  // namespace

TEST_SUITE("source/input_file") {
  TEST_CASE("plain and packed files give their content in any pieces") {
    Directory d;
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + "\n";
    write(d / "plain", text);
    write(d / "gz", gzip(text));
    write(d / "zst", zstd(text));
    for (const char* name : {"plain", "gz", "zst"}) {
      for (const std::size_t piece : {1000u, 64u * 1024, 1u << 20}) {
        auto file = InputFile::open(d / name);
        REQUIRE(file);
        CHECK(read(*file, piece) == text);
        CHECK_FALSE(file->problem());
        CHECK(file->is_packed() == (std::string_view(name) != "plain"));
        CHECK(file->bytes_read() == file->bytes_total());
      }
    }
  }

  TEST_CASE("short and empty files are plain") {
    Directory d;
    for (const char* text : {"", "P", "\x1f", "BZ"}) {
      write(d / "f", text);
      auto file = InputFile::open(d / "f");
      REQUIRE(file);
      CHECK(read(*file, 10) == text);
      CHECK_FALSE(file->problem());
    }
  }

  TEST_CASE("skipping counts unpacked bytes, and says when there are not so many") {
    Directory d;
    write(d / "gz", gzip("0123456789"));
    auto file = InputFile::open(d / "gz");
    REQUIRE(file);
    CHECK(file->skip(4));
    CHECK(read(*file, 3) == "456789");
    auto again = InputFile::open(d / "gz");
    REQUIRE(again);
    CHECK_FALSE(again->skip(11));
  }

  TEST_CASE("what gzip really makes is read, and what is left of it after a crash") {
    Directory d;
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += "line " + std::to_string(i * 7919 % 10007) + "\n";
    write(d / "log", text);
    if (std::system(("gzip -9 " + (d / "log") + " 2>/dev/null").c_str()) != 0) {
      MESSAGE("skipped: gzip is not installed");
      return;
    }
    auto file = InputFile::open(d / "log.gz");
    REQUIRE(file);
    CHECK(read(*file, 5000) == text);

    const std::string packed = slurp(d / "log.gz");
    write(d / "half.gz", packed.substr(0, packed.size() / 2));
    auto half = InputFile::open(d / "half.gz");
    REQUIRE(half);
    const std::string got = read(*half, 5000);
    CHECK(got.size() > text.size() / 4);
    CHECK(text.starts_with(got));
    REQUIRE(half->problem());
    CHECK((half->problem()->code == Errc::InputDamaged));
  }

  TEST_CASE("the first bytes of a file, unpacked") {
    Directory d;
    write(d / "gz", gzip(std::string(5000, 'x')));
    CHECK(read_head(d / "gz") == std::string(kHeadBytes, 'x'));
    CHECK(read_head(d / "absent").empty());
  }
}
