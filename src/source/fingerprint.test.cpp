#include "source/fingerprint.h"

#include <doctest/doctest.h>

using namespace vedette::source;

TEST_SUITE("source/fingerprint") {
  TEST_CASE("a fingerprint fits what begins with the same bytes") {
    const Fingerprint print = fingerprint("Jan  1 line");
    CHECK(begins_with("Jan  1 line", print));
    CHECK(begins_with("Jan  1 line and more", print));
    CHECK_FALSE(begins_with("Jan  1 lin", print));
    CHECK_FALSE(begins_with("Jan  2 line", print));
    CHECK(begins_with("", Fingerprint{}));
  }

  TEST_CASE("a trail keeps the last bytes of all that was appended") {
    Trail trail;
    CHECK(trail.bytes().empty());
    trail.append("abc");
    trail.append("");
    trail.append("de");
    CHECK(trail.bytes() == "abcde");
    std::string all = "abcde";
    for (int i = 0; i < 300; ++i) {
      const std::string more(static_cast<std::size_t>(i % 90), static_cast<char>('a' + i % 26));
      trail.append(more);
      all += more;
      REQUIRE(trail.bytes() ==
              std::string_view(all).substr(all.size() - std::min(all.size(), kTrailBytes)));
    }
  }

  TEST_CASE("marks survive being stored, and rubbish is refused") {
    const std::vector<Mark> marks{
        {.id = {1, 2},
         .head = fingerprint("head"),
         .offset = 10,
         .trail = fingerprint("ad"),
         .in_long_line = true},
        {.id = {0xFFFFFFFFFFFFFFFF, 3}, .head = {}, .offset = 0, .trail = {}, .whole = true},
    };
    const std::string stored = encode(marks);
    const auto back = decode_marks(stored);
    REQUIRE(back);
    REQUIRE(back->size() == 2);
    CHECK(((*back)[0].id == marks[0].id));
    CHECK(((*back)[0].head == marks[0].head));
    CHECK((*back)[0].offset == 10);
    CHECK(((*back)[0].trail == marks[0].trail));
    CHECK((*back)[0].in_long_line);
    CHECK_FALSE((*back)[0].whole);
    CHECK(((*back)[1].id == marks[1].id));
    CHECK((*back)[1].whole);

    for (std::size_t size = 0; size < stored.size(); ++size) {
      CHECK_FALSE(decode_marks(std::string_view(stored).substr(0, size)));
    }
    CHECK_FALSE(decode_marks(stored + "x"));
    CHECK_FALSE(decode_marks("\x02" + stored.substr(1)));
    CHECK_FALSE(decode_marks(std::string(50, '\xff')));
  }
}
