#include "store/event_block.h"

#include "base/compress.h"
#include "store/words.h"

#include <doctest/doctest.h>

namespace vedette::store {
namespace {

Time at(std::int64_t seconds) {
  return Time{std::chrono::seconds{seconds}};
}

std::vector<std::vector<std::string>> cut(const std::vector<BlockChunk>& chunks) {
  std::vector<std::vector<std::string>> blocks;
  BlockCutter cutter(chunks);
  for (auto block = cutter.take(); !block.empty(); block = cutter.take()) {
    auto& lines = blocks.emplace_back();
    for (const BlockChunk& chunk : block) lines.emplace_back(chunk.lines);
  }
  return blocks;
}

TEST_SUITE("store/event_block") {
  TEST_CASE("what was packed comes back as it was") {
    const std::vector<BlockChunk> chunks = {
        {"/var/log/auth.log", 77, at(5), at(6), "one\ntwo\n"},
        {"journal", 0, at(-7), at(8), std::string_view("\0\xFF\nno end", 9)}};
    WordSet words;
    const PackedBlock packed = pack(chunks, words);
    CHECK(packed.lines == 4);
    CHECK(packed.raw_bytes == 17);
    const auto block = EventBlock::unpack(packed.bytes);
    REQUIRE(block);
    REQUIRE(block->chunks().size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      const BlockChunk& chunk = block->chunks()[i];
      CHECK(chunk.source == chunks[i].source);
      CHECK(chunk.offset == chunks[i].offset);
      CHECK(chunk.written_by == chunks[i].written_by);
      CHECK(chunk.received == chunks[i].received);
      CHECK(chunk.lines == chunks[i].lines);
    }
  }

  TEST_CASE("bytes that are no block are refused") {
    WordSet words;
    const std::vector<BlockChunk> chunks = {{"source", 0, at(0), at(0), "a line\n"}};
    const std::string good = pack(chunks, words).bytes;
    CHECK_FALSE(EventBlock::unpack(""));
    CHECK_FALSE(EventBlock::unpack("lines\n"));
    for (std::size_t size = 0; size < good.size(); ++size) {
      CHECK_FALSE(EventBlock::unpack(std::string_view(good).substr(0, size)));
    }
    CHECK_FALSE(EventBlock::unpack(zstd("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 1)));
    CHECK_FALSE(EventBlock::unpack(zstd(*unzstd(good, 1000) + "more", 1)));
  }

  TEST_CASE("blocks are cut between lines, and the offsets go on") {
    std::string lines;
    while (lines.size() < 3 * kBlockBytesMax) lines += std::string(99, 'x') + '\n';
    const std::vector<BlockChunk> chunks = {{"source", 1000, at(0), at(0), lines}};
    BlockCutter cutter(chunks);
    std::uint64_t offset = 1000;
    std::size_t blocks = 0;
    for (auto block = cutter.take(); !block.empty(); block = cutter.take(), ++blocks) {
      REQUIRE(block.size() == 1);
      CHECK(bytes_of(block[0]) <= kBlockBytesMax);
      CHECK(block[0].offset == offset);
      CHECK(block[0].lines.size() % 100 == 0);
      offset += block[0].lines.size();
    }
    CHECK(offset == 1000 + lines.size());
    CHECK(blocks == 4);
  }

  TEST_CASE("a line longer than a block is a block of its own") {
    const std::string line(2 * kBlockBytesMax, 'x');
    const std::string lines = "first\n" + line + "\nlast";
    CHECK(cut({{"source", 0, at(0), at(0), lines}}) ==
          std::vector<std::vector<std::string>>{{"first\n"}, {line + "\n"}, {"last"}});
  }

  TEST_CASE("names of sources count, so that many short chunks make no giant") {
    const std::string name(4000, 'n');
    const std::vector<BlockChunk> chunks(1000, {name, 0, at(0), at(0), "x\n"});
    const auto blocks = cut(chunks);
    CHECK(blocks.size() >= 1000 / (kBlockBytesMax / 4000));
    std::size_t lines = 0;
    for (const auto& block : blocks) lines += block.size();
    CHECK(lines == 1000);
  }

  TEST_CASE("the last line counts without its end, too") {
    CHECK(count_lines("") == 0);
    CHECK(count_lines("\n") == 1);
    CHECK(count_lines("a\nb") == 2);
    CHECK(count_lines("a\nb\n") == 2);
  }
}

}  // namespace
}  // namespace vedette::store
