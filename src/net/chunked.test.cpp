#include "net/chunked.h"

#include <doctest/doctest.h>

namespace vedette::net {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::More;
  std::string content;
  std::string rest;
};

/// Feeds at most `piece` bytes at a time.
Decoded decode(std::string_view bytes, std::size_t piece, std::size_t bytes_max = 1000) {
  Decoded out;
  ChunkedDecoder decoder;
  while (!bytes.empty() && out.state == State::More) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    out.state = decoder.feed(part, out.content, bytes_max);
    out.rest = std::string(part) + std::string(bytes);
  }
  return out;
}

}  // namespace

TEST_SUITE("net/chunked") {
  TEST_CASE("chunks become their content, however they are cut, and what follows stays") {
    const std::string_view bytes =
        "3\r\nabc\r\n0A;name=\"v\"\r\n0123456789\r\n0 \r\nX-Trailer: 1\r\n\r\nGET /";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const Decoded out = decode(bytes, piece);
      CAPTURE(piece);
      CHECK(out.state == State::Done);
      CHECK(out.content == "abc0123456789");
      CHECK(out.rest == "GET /");
    }
  }

  TEST_CASE("what is not exactly a chunk is refused") {
    for (const std::string_view bytes :
         {"\r\n", "x\r\n", "-1\r\n", "0x1\r\n", ";a\r\n", "1\nabc", "1\r\nab\r\n", "1\r\na\n",
          "1\r\na\rx", "1\r\na\r\n\r\n", "1;\x01\r\n", "1;a\n", "0\r\n\n", "0\r\nX : 1\r\n",
          "0\r\n X\r\n", "1000000000000000\r\n", "1\r\r\n"}) {
      CAPTURE(bytes);
      CHECK(decode(bytes, 100).state == State::Damaged);
      CHECK(decode(bytes, 1).state == State::Damaged);
    }
  }

  TEST_CASE("content, extensions and trailers have their limits") {
    CHECK(decode("5\r\nabcde\r\n0\r\n\r\n", 100, 5).state == State::Done);
    CHECK(decode("6\r\nabcdef\r\n0\r\n\r\n", 100, 5).state == State::TooLarge);
    CHECK(decode("3\r\nabc\r\nfffffff\r\n", 100, 5).state == State::More);
    CHECK(decode("3\r\nabc\r\nfffffff\r\na", 100, 5).state == State::TooLarge);
    CHECK(decode("1;" + std::string(10'000, 'x'), 100).state == State::Damaged);
    CHECK(decode("0\r\nX: " + std::string(10'000, 'x'), 100).state == State::Damaged);
  }
}

}  // namespace vedette::net
