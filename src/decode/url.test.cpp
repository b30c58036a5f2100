#include "decode/url.h"

#include <doctest/doctest.h>

#include <string>

using vedette::Arena;
using vedette::decode::decode_url;

TEST_SUITE_BEGIN("decode/url");

TEST_CASE("a target is decoded as an attacked application would") {
  struct Row {
    std::string_view target, decoded;
  };
  static constexpr Row kRows[] = {
      {"/plain/path?x=1", ""},
      {"/a%2e%2e%2fetc/passwd", "/a../etc/passwd"},
      {"/%252e%252e%252fboot.ini", "/../boot.ini"},
      {"/%25252e", "/%2e"},  // two passes, not three
      {"/a+b?q=union+select", "/a+b?q=union select"},
      {"/..%c0%af..%c0%afwinnt", "/../../winnt"},
      {"/..%c1%9c..%c1%1cwinnt", "/..\\..\\winnt"},
      {"/..%e0%80%afetc", "/../etc"},
      {"/..%u2215..%u2216%uff0e", "/../..\\."},
      {"/%u0041", "/A"},
      {R"(/x\x22onload=\"1\")", R"(/x"onload="1")"},
      {R"(/\x5c\x5c\\)", R"(/\\\)"},
      {"/100%", ""},
      {"/%zz%4", ""},
      {"/%2", ""},
      {"/%C3%9C", "/\xC3\x9C"},
      {"/%u12", ""},
      {"", ""},
  };
  Arena arena;
  for (const Row& row : kRows) {
    CAPTURE(row.target);
    CHECK(decode_url(row.target, arena) == row.decoded);
  }
}

TEST_CASE("a NUL byte is kept") {
  Arena arena;
  CHECK(decode_url("/a%00.php", arena) == std::string_view("/a\0.php", 7));
}

TEST_CASE("the decoded text is never longer than the target") {
  Arena arena;
  for (const std::string_view piece : {"%u20ac", "%25", "\\x41", "%c0%af", "+?+", "%%%", "\\"}) {
    std::string target;
    for (int i = 0; i < 2000; ++i) target += piece;
    CHECK(decode_url(target, arena).size() <= target.size());
  }
}

TEST_SUITE_END();
