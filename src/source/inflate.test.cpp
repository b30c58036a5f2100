#include "source/inflate.h"

#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

struct Unpacked {
  std::string text;
  bool damaged = false;
  bool complete = false;
};

Unpacked unpack(Packing packing, std::string_view bytes, std::size_t piece, std::size_t room) {
  const auto decoder = make_decoder(packing);
  Unpacked out;
  std::string buffer(room, '\0');
  for (int idle = 0; idle < 3 && !out.damaged;) {
    const auto step = decoder->decode(bytes.substr(0, piece), buffer.data(), room);
    bytes.remove_prefix(step.taken);
    out.text.append(buffer, 0, step.made);
    out.damaged = step.damaged;
    idle = step.taken + step.made == 0 ? idle + 1 : 0;
  }
  out.complete = decoder->complete();
  return out;
}

}  // namespace

TEST_SUITE("source/inflate") {
  TEST_CASE("the first bytes tell what a file is") {
    CHECK((packing_of("\x1f\x8b\x08") == Packing::Gzip));
    CHECK((packing_of("\x28\xb5\x2f\xfd") == Packing::Zstd));
    CHECK((packing_of("\x52\x2a\x4d\x18") == Packing::Zstd));
    CHECK((packing_of("BZh9") == Packing::Foreign));
    CHECK((packing_of("LPKSHHRH") == Packing::Foreign));
    CHECK(foreign_name("BZh9") == "bzip2");
    CHECK((packing_of("Jan  1 00:00:00") == Packing::Plain));
    CHECK((packing_of("P") == std::nullopt));
    CHECK((packing_of("PK") == std::nullopt));
    CHECK((packing_of("PA") == Packing::Plain));
    CHECK((packing_of("") == std::nullopt));
    for (int first = 0; first < 256; ++first) {
      CHECK((packing_of(static_cast<char>(first) + std::string(7, 'x')) == Packing::Plain));
    }
  }

  TEST_CASE("members one behind the other are one text, however they are cut") {
    std::string text;
    for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + "\n";
    const std::string_view all = text;
    const std::string gz = gzip(all.substr(0, 100)) + gzip("") + gzip(all.substr(100));
    const std::string zst = zstd(all.substr(0, 100'000)) + zstd(all.substr(100'000));
    for (const std::size_t piece : {1u, 7u, 4096u, 1u << 20}) {
      for (const std::size_t room : {3u, 1u << 16}) {
        const auto a = unpack(Packing::Gzip, gz, piece, room);
        CHECK(a.text == text);
        CHECK(a.complete);
        const auto b = unpack(Packing::Zstd, zst, piece, room);
        CHECK(b.text == text);
        CHECK(b.complete);
      }
    }
  }

  TEST_CASE("zeros behind the last member are padding") {
    const auto a = unpack(Packing::Gzip, gzip("text\n") + std::string(1000, '\0'), 64, 64);
    CHECK(a.text == "text\n");
    CHECK(a.complete);
    CHECK_FALSE(a.damaged);
  }

  TEST_CASE("what was cut short is not complete, what was changed is damaged") {
    for (const Packing packing : {Packing::Gzip, Packing::Zstd}) {
      const std::string whole =
          packing == Packing::Gzip ? gzip("some text\n") : zstd("some text\n");
      for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto cut = unpack(packing, std::string_view(whole).substr(0, size), 64, 64);
        CHECK_FALSE(cut.complete);
        CHECK_FALSE(cut.damaged);
      }
    }
    std::string wrong = gzip("some text\n");
    wrong[wrong.size() - 6] ^= 1;  // the check sum
    const auto damaged = unpack(Packing::Gzip, wrong, 64, 64);
    CHECK(damaged.text == "some text\n");
    CHECK(damaged.damaged);
    CHECK(unpack(Packing::Gzip, gzip("a\n") + "rubbish", 64, 64).damaged);
    CHECK(unpack(Packing::Zstd, zstd("a\n") + "rubbish", 64, 64).damaged);
  }

  TEST_CASE("a gzip file knows when its content was written") {
    const auto decoder = make_decoder(Packing::Gzip);
    char room[64];
    const std::string packed = gzip("x\n", 1'000'000'000);
    decoder->decode(packed, room, sizeof room);
    CHECK((decoder->written_at() == Time{std::chrono::seconds(1'000'000'000)}));

    const auto unknown = make_decoder(Packing::Gzip);
    unknown->decode(gzip("x\n"), room, sizeof room);
    CHECK((unknown->written_at() == std::nullopt));
  }
}
