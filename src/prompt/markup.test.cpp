#include "prompt/markup.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

std::string stripped(std::string_view text) {
  MappedText out;
  strip_markup(text, out);
  return out.text;
}

TEST_SUITE("prompt/markup") {
  TEST_CASE("what stands within words goes, what stands between them is a blank") {
    const char* const cases[][2] = {
        {"ig<b></b>nore <B>all</B>", "ignore all"},
        {"ig<wbr>nore<br>all<br/>of it", "ignore all of it"},
        {"<w>Ignore</w><w>all</w>", " Ignore  all "},
        {"ig<!-- <b> -->nore", "ignore"},
        {"ig<?php x ?>nore", "ignore"},
        {"ig<![CDATA[nore <b>]]> all", "ignore <b> all"},
        {"<a title=\"x > y\">go</a>", "go"},
        {"<m:text-run>go</m:text-run>", " go "},
    };
    for (const auto& [text, expected] : cases) CHECK(stripped(text) == expected);
  }

  TEST_CASE("code and prose have none") {
    for (const std::string_view text :
         {"if a < b and c > d", "std::vector<int> v; std::map<a, b> m", "1 <2> 3", "<", "</", "<>",
          "a <!-- never closed", "<![CDATA[ never closed", "<? never closed", "<b title=\"x",
          "x <- y; y <<= 1", "Use List<String> here"}) {
      CAPTURE(text);
      CHECK(stripped(text) == "");
    }
  }

  TEST_CASE("what is left leads back to where it stood") {
    const std::string text = "<p>ig<![CDATA[nore]]> all</p>";
    MappedText out;
    strip_markup(text, out);
    const std::size_t at = out.text.find("ignore all");
    REQUIRE(at != std::string::npos);
    const Span span = out.map.origin(at, at + 10);
    CHECK(text.substr(span.begin, span.end - span.begin) == "ig<![CDATA[nore]]> all");
  }
}

}  // namespace
}  // namespace vedette::prompt
