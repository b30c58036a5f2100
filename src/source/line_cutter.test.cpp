#include "source/line_cutter.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

using namespace vedette;
using namespace vedette::source;

namespace {

struct Piece {
  std::string bytes;
  std::uint64_t offset;
  std::uint32_t truncated;
};

/// Gives `text` to a cutter in pieces of at most `piece` bytes.
std::vector<Piece> cut(std::string_view text, std::size_t piece, LineCutter& cutter,
                       std::size_t capacity = 256 * 1024) {
  std::vector<Piece> out;
  RawBatch batch(capacity);
  const auto empty = [&] {
    for (const Chunk& chunk : batch.chunks()) {
      out.push_back({std::string(batch.bytes(chunk)), chunk.offset, chunk.truncated});
    }
    batch.clear();
  };
  while (!text.empty()) {
    if (!cutter.fits(batch)) empty();
    const auto space = cutter.space(batch);
    const std::size_t bytes = std::min({piece, text.size(), space.bytes});
    std::memcpy(space.at, text.data(), bytes);
    text.remove_prefix(bytes);
    cutter.take(batch, bytes, {});
  }
  if (!cutter.fits(batch)) empty();
  cutter.finish(batch, {});
  empty();
  return out;
}

std::string joined(const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) out += piece.bytes;
  return out;
}

/// What must come out, said in the simplest way.
std::string expected(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto line = text.substr(0, newline);
    out += line.substr(0, kLineBytesMax);
    if (newline != std::string_view::npos || line.size() > kLineBytesMax) out += '\n';
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return out;
}

}  // namespace

TEST_SUITE("source/line_cutter") {
  TEST_CASE("only whole lines are handed out until the source ends") {
    RawBatch batch;
    LineCutter cutter;
    auto space = cutter.space(batch);
    std::memcpy(space.at, "one\ntw", 6);
    cutter.take(batch, 6, {.source = 7, .written_by = Time{Duration{5}}});
    REQUIRE(batch.chunks().size() == 1);
    CHECK(batch.bytes(batch.chunks()[0]) == "one\n");
    CHECK(batch.chunks()[0].source == 7);
    CHECK(batch.chunks()[0].written_by == Time{Duration{5}});
    CHECK(cutter.offset() == 4);
    CHECK(cutter.read_offset() == 6);
    CHECK(cutter.read_trail().bytes() == "one\ntw");

    space = cutter.space(batch);
    std::memcpy(space.at, "o\n", 2);
    cutter.take(batch, 2, {});
    REQUIRE(batch.chunks().size() == 2);
    CHECK(batch.bytes(batch.chunks()[1]) == "two\n");
    CHECK(batch.chunks()[1].offset == 4);
    CHECK(cutter.offset() == 8);
  }

  TEST_CASE("a source that ends without a newline gives its last line as it is") {
    LineCutter cutter;
    CHECK(joined(cut("a\nb", 1, cutter)) == "a\nb");
    CHECK(cutter.offset() == 3);
  }

  TEST_CASE("a line of the greatest length is whole, a longer one is cut and its rest skipped") {
    const std::string longest(kLineBytesMax, 'x');
    LineCutter whole;
    auto pieces = cut(longest + "\nnext\n", 1 << 20, whole);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].truncated == 0);
    CHECK(pieces[0].bytes == longest + "\nnext\n");

    LineCutter cutter;
    pieces = cut("first\n" + longest + "yz\nnext\n", 1 << 20, cutter);
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0].bytes == "first\n" + longest + "\n");
    CHECK(pieces[0].truncated == 1);
    CHECK(pieces[1].bytes == "next\n");
    CHECK(pieces[1].offset == 6 + kLineBytesMax + 3);
    CHECK(pieces[1].truncated == 0);
  }

  TEST_CASE("a line that never ends costs no memory and gives one cut line") {
    LineCutter cutter;
    const auto pieces = cut(std::string(3'000'000, 'x'), 50'000, cutter);
    CHECK(pieces.size() == 1);
    CHECK(cutter.in_long_line());
    CHECK(cutter.offset() == 3'000'000);
    CHECK_FALSE(cutter.has_tail());
  }

  TEST_CASE("holes of NUL bytes pass through") {
    LineCutter cutter;
    const std::string text = std::string("a\n") + std::string(5000, '\0') + "b\n";
    CHECK(joined(cut(text, 4096, cutter)) == text);
  }

  TEST_CASE("it goes on in the middle of a long line that was cut before") {
    LineCutter cutter(100'000, true, "xxxx");
    const auto pieces = cut("xxx\nnext\n", 3, cutter);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].bytes == "next\n");
    CHECK(pieces[0].offset == 100'004);
  }

  TEST_CASE("any text in any pieces gives the same lines at true offsets") {
    Random random(1);
    for (int round = 0; round < 60; ++round) {
      std::string text;
      const std::uint32_t lines = random.below(40);
      for (std::uint32_t i = 0; i < lines; ++i) {
        const std::uint32_t kind = random.below(10);
        const std::uint32_t size = kind == 0   ? random.below(200'000)
                                   : kind == 1 ? kLineBytesMax - 2 + random.below(5)
                                               : random.below(300);
        text += std::string(size, static_cast<char>('a' + random.below(26)));
        text += '\n';
      }
      if (random.chance(0.5) && !text.empty()) text.pop_back();
      LineCutter cutter;
      const std::size_t capacity = random.chance(0.5) ? LineCutter::kBatchBytesMin : 256 * 1024;
      const auto pieces = cut(text, 1 + random.below(100'000), cutter, capacity);
      REQUIRE(joined(pieces) == expected(text));
      for (const Piece& piece : pieces) {
        const std::size_t same = piece.bytes.size() - (piece.truncated > 0 ? 1 : 0);
        REQUIRE(text.compare(piece.offset, same, piece.bytes, 0, same) == 0);
      }
      CHECK(cutter.offset() == text.size());
      const std::size_t trail = std::min(text.size(), kTrailBytes);
      CHECK(cutter.trail().bytes() == text.substr(text.size() - trail));
    }
  }
}
