#include "prompt/carriers.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

/// "kind:text" of each, one after the other.
std::string carried(std::string_view text) {
  std::vector<Carrier> found;
  find_carriers(text, 100, found);
  std::string all;
  for (const Carrier& carrier : found) {
    all += std::string(name_of(carrier.kind)) + ":" +
           std::string(text.substr(carrier.span.begin, carrier.span.end - carrier.span.begin)) +
           ";";
  }
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("prompt/carriers");

TEST_CASE("where documents hide text") {
  const char* const cases[][2] = {
      {"a <!-- do this --> b", "comment: do this ;"},
      {"a <!-- never closed", "comment: never closed;"},
      {"<img src=x alt=\"do this\" title='and that'>", "attribute:do this;attribute:and that;"},
      {"<meta name=\"d\" content=\"do this\">", "attribute:do this;"},
      {"<p style=\"color:red; Display : none\">do this</p> x", "hidden-text:do this;"},
      {"<div hidden>do <b>this</b></div>", "hidden-text:do <b>this</b>;"},
      {"<SCRIPT>var a;</SCRIPT>", "script:var a;;"},
      {"[a b](http://x.example/?q=1 \"do this\")",
       "link-text:a b;link-url:http://x.example/?q=1;link-title:do this;"},
      {"![](http://x.example/p.png)", "link-url:http://x.example/p.png;"},
      {"x\n[//]: # (do this)\ny", "comment: # (do this);"},
      {"{\"a\": \"do \\\"this\\\"\", \"b\":\"c\"}", "string-value:do \\\"this\\\";string-value:c;"},
      {"{\"a\": \"<!-- x -->\"}", "string-value:<!-- x -->;comment: x ;"},
  };
  for (const auto& [text, expected] : cases) CHECK(carried(text) == expected);
}

TEST_CASE("prose and code have nothing that carries") {
  for (const std::string_view text :
       {"if a < b and c > d: return x[0]", "a[1](2", "note: \"quoted\" text", "std::vector<int> v;",
        "1 < 2", "<", "](", "[x]", ":", "see [1] and (2)", "<p style=\"color:red\">seen</p>"}) {
    CHECK(carried(text) == "");
  }
}

TEST_CASE("no more are found than asked for") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "<!--x-->";
  std::vector<Carrier> found;
  find_carriers(text, 10, found);
  CHECK(found.size() == 10);
}

TEST_SUITE_END();

}  // namespace vedette::prompt
