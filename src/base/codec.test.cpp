#include "base/codec.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <limits>

namespace vedette {
namespace {

TEST_SUITE("base/codec") {
  TEST_CASE("numbers of every size come back, small ones in few bytes") {
    const std::pair<std::uint64_t, std::size_t> cases[] = {
        {0, 1}, {127, 1}, {128, 2}, {16383, 2}, {16384, 3}, {~std::uint64_t{0}, 10}};
    for (const auto& [value, size] : cases) {
      std::string bytes;
      Writer(bytes).u64(value);
      CHECK(bytes.size() == size);
      Reader in(bytes);
      CHECK(in.u64() == value);
      CHECK(in.done());
    }
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{-64},
          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
      std::string bytes;
      Writer out(bytes);
      out.i64(value);
      out.time(Time{Duration{value}});
      Reader in(bytes);
      CHECK(in.i64() == value);
      CHECK(in.time() == Time{Duration{value}});
      CHECK(in.done());
    }
  }

  TEST_CASE("bytes and fixed numbers come back") {
    std::string bytes;
    Writer out(bytes);
    out.bytes(std::string_view("a\0b", 3));
    out.bytes("");
    out.fixed64(0x0123456789ABCDEF);
    CHECK(bytes.substr(5) == "\xEF\xCD\xAB\x89\x67\x45\x23\x01");  // little-endian
    Reader in(bytes);
    CHECK(in.bytes() == std::string_view("a\0b", 3));
    CHECK(in.bytes().empty());
    CHECK(in.fixed64() == 0x0123456789ABCDEF);
    CHECK(in.done());
  }

  TEST_CASE("a reader that meets the end says so once and for all") {
    Reader in(
        std::string_view("\x05"
                         "abc",
                         4));
    CHECK(in.bytes().empty());
    CHECK_FALSE(in.ok());
    CHECK(in.fixed64() == 0);
    CHECK_FALSE(in.ok());
    CHECK_FALSE(in.done());
  }

  TEST_CASE("a number that never ends and a length beyond the end are refused") {
    Reader endless(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12));
    endless.u64();
    CHECK_FALSE(endless.ok());
    std::string huge;
    Writer(huge).u64(~std::uint64_t{0});
    Reader in(huge);
    CHECK(in.bytes().empty());
    CHECK_FALSE(in.ok());
  }

  TEST_CASE("random bytes never lead beyond their end") {
    Random random(1);
    for (int round = 0; round < 5000; ++round) {
      std::string bytes(random.below(40), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.next());
      Reader in(bytes);
      for (int step = 0; step < 50 && in.ok(); ++step) {
        switch (random.below(4)) {
          case 0:
            in.u64();
            break;
          case 1:
            in.i64();
            break;
          case 2:
            in.fixed64();
            break;
          default: {
            const std::string_view text = in.bytes();
            if (text.empty()) break;
            REQUIRE(text.data() >= bytes.data());
            REQUIRE(text.data() + text.size() <= bytes.data() + bytes.size());
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace vedette
