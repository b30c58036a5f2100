#include "base/compress.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

constexpr std::size_t kPlenty = 64u << 20;

std::string noise(std::size_t size) {
  Random random(1);
  std::string out;
  while (out.size() < size) out.push_back(static_cast<char>(random.next()));
  return out;
}

}  // namespace

TEST_SUITE("base/compress") {
  TEST_CASE("what was packed comes back the same") {
    for (const std::string& text :
         {std::string(), std::string("a"), std::string(1'000'000, 'x'), noise(300'000)}) {
      CAPTURE(text.size());
      CHECK(gunzip(gzip(text, 1), kPlenty) == text);
      CHECK(unzstd(zstd(text, 1), kPlenty) == text);
      CHECK(unzstd(zstd(text, -3), kPlenty) == text);
    }
  }

  TEST_CASE("members and frames behind each other are one text") {
    CHECK(gunzip(gzip("one ", 1) + gzip("two", 9), kPlenty) == "one two");
    CHECK(unzstd(zstd("one ", 1) + zstd("two", 3), kPlenty) == "one two");
  }

  TEST_CASE("a bomb is refused at the limit, one byte less is not") {
    const std::string text(1'000'000, 'x');
    CHECK_FALSE(gunzip(gzip(text, 9), text.size() - 1));
    CHECK_FALSE(unzstd(zstd(text, 3), text.size() - 1));
    CHECK(gunzip(gzip(text, 9), text.size()));
    CHECK(unzstd(zstd(text, 3), text.size()));
  }

  TEST_CASE("why nothing came of it is told") {
    auto why = UnpackFailure::Damaged;
    CHECK_FALSE(gunzip(gzip("abc", 1), 2, &why));
    CHECK(why == UnpackFailure::TooLarge);
    CHECK_FALSE(unzstd("abc", 2, &why));
    CHECK(why == UnpackFailure::Damaged);
    CHECK_FALSE(unzstd(zstd("abc", 1), 2, &why));
    CHECK(why == UnpackFailure::TooLarge);
  }

  TEST_CASE("what is cut short or damaged is refused") {
    const std::string text = noise(1000);
    for (const std::size_t keep : {std::size_t{0}, std::size_t{5}, std::size_t{500}}) {
      CAPTURE(keep);
      CHECK_FALSE(gunzip(gzip(text, 1).substr(0, keep), kPlenty));
      CHECK_FALSE(unzstd(zstd(text, 1).substr(0, keep), kPlenty));
    }
    CHECK_FALSE(gunzip("this is no gzip", kPlenty));
    CHECK_FALSE(unzstd("this is no zstd", kPlenty));
    CHECK_FALSE(gunzip(gzip("x", 1) + "rubbish behind", kPlenty));
  }
}

}  // namespace vedette
