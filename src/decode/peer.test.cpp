#include "decode/peer.h"

#include <doctest/doctest.h>

namespace vedette::decode {

TEST_SUITE_BEGIN("decode/peer");

TEST_CASE("a peer is read from the left end with what closes it") {
  struct {
    std::string_view text, host, port, rest;
  } const cases[] = {
      {"192.0.2.7", "192.0.2.7", "", ""},
      {"192.0.2.7 port 9", "192.0.2.7", "9", ""},
      {"192.0.2.7: 11: Bye", "192.0.2.7", "", "11: Bye"},
      {"192.0.2.7 port 9:11: Bye", "192.0.2.7", "9", "11: Bye"},
      {"192.0.2.7 port 9: x", "192.0.2.7", "9", "x"},
      {"2001:db8::7: x", "2001:db8::7", "", "x"},
      {"2001:db8:: x", "2001:db8::", "", "x"},
      {"host.example maps to", "host.example", "", "maps to"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    std::string_view text = c.text;
    Peer peer;
    CHECK(take_peer(text, peer));
    CHECK(peer.host == c.host);
    CHECK(peer.port == c.port);
    CHECK(text == c.rest);
  }
}

TEST_CASE("a peer is read from the right end, and what stands before it is left") {
  std::string_view text = "bob 198.51.100.9 port 22 192.0.2.7 port 9";
  Peer peer;
  CHECK(take_peer_from_right(text, peer));
  CHECK(peer.host == "192.0.2.7");
  CHECK(peer.port == "9");
  CHECK(text == "bob 198.51.100.9 port 22");
  text = "192.0.2.7";
  CHECK(take_peer_from_right(text, peer));
  CHECK(text.empty());
  CHECK(peer.port.empty());
}

TEST_CASE("what is no host is left alone") {
  for (const std::string_view kept : {"", " ", "(x)", "a/b", "port 9", "'x'"}) {
    CAPTURE(kept);
    std::string_view text = kept;
    Peer peer;
    if (kept != "port 9") CHECK_FALSE(take_peer(text, peer));
    CHECK((kept == "port 9" || !take_peer_from_right(text, peer)));
    CHECK(text == kept);
  }
  CHECK_FALSE(is_host(std::string(256, 'a')));
}

TEST_CASE("escaped bytes count once") {
  CHECK(unescaped_length("abc") == 3);
  CHECK(unescaped_length("a\\003c") == 3);
  CHECK(unescaped_length("a\\\\c") == 3);
  CHECK(unescaped_length("a\\") == 2);
  CHECK(unescaped_length("a\\12") == 4);
}

TEST_SUITE_END();

}  // namespace vedette::decode
