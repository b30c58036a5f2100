#include "net/listen.h"

#include "net/testing.h"

#include <sys/stat.h>

#include <fstream>

namespace vedette::net {
namespace {

using namespace vedette::net::testing;

std::string detail_of(const std::string& path) {
  const auto listener = UnixListener::open(path);
  return listener ? "" : listener.error().detail;
}

}  // namespace

TEST_SUITE("net/listen") {
  TEST_CASE("sockets that share a port have the same one, on IPv4 and IPv6") {
    for (const char* address : {"127.0.0.1", "::1"}) {
      const auto sockets = listen_tcp(address, 0, 3);
      if (!sockets && std::string_view(address) == "::1") continue;  // a machine without IPv6
      REQUIRE(sockets);
      CHECK(sockets->size() == 3);
      CHECK(bound_port((*sockets)[0]) != 0);
      CHECK(bound_port((*sockets)[0]) == bound_port((*sockets)[2]));
    }
  }

  TEST_CASE("what is no address, or not this machine's, is refused by name") {
    CHECK(listen_tcp("localhost", 0, 1).error().detail.starts_with("localhost:0: "));
    CHECK(listen_tcp("192.0.2.1", 0, 1).error().code == Errc::SocketFailed);
  }

  TEST_CASE("a socket file is its owner's alone, and goes with its listener") {
    const TempDirectory directory;
    const std::string path = directory / "http";
    struct stat found {};
    {
      const auto listener = UnixListener::open(path);
      REQUIRE(listener);
      REQUIRE(::lstat(path.c_str(), &found) == 0);
      CHECK((found.st_mode & 0777) == 0600);
    }
    CHECK(::lstat(path.c_str(), &found) != 0);
    UnixListener listener = *UnixListener::open(path);
    CHECK(::lstat(path.c_str(), &found) == 0);
    listener = UnixListener();
    CHECK(::lstat(path.c_str(), &found) != 0);
  }

  TEST_CASE("a socket file on which somebody answers is left alone, a stale one is replaced") {
    const TempDirectory directory;
    const std::string path = directory / "http";
    const std::string link = directory / "link";
    {
      const auto listener = UnixListener::open(path);
      REQUIRE(listener);
      CHECK(detail_of(path).find("another process answers") != std::string::npos);
      // A second name keeps the file when its listener goes: what a crash leaves behind.
      REQUIRE(::link(path.c_str(), link.c_str()) == 0);
    }
    CHECK(detail_of(link).empty());
  }

  TEST_CASE("a file that is no socket, and a path that is too long, are refused") {
    const TempDirectory directory;
    const std::string path = directory / "file";
    std::ofstream(path) << "precious";
    CHECK(detail_of(path).find("no socket") != std::string::npos);
    CHECK(std::ifstream(path).peek() == 'p');
    CHECK(detail_of(directory / std::string(200, 'x')).find("longer than") != std::string::npos);
    CHECK_FALSE(detail_of(directory / "none/http").empty());
  }
}

}  // namespace vedette::net
