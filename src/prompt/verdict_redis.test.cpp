#include "prompt/verdict_redis.h"

#include "base/file.h"
#include "base/text.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <unistd.h>

namespace vedette::prompt {
namespace {

using Command = std::vector<std::string>;
using Answer = std::function<std::string(const Command&)>;

/// The first whole command in `bytes`, taken out of it; none if there is none yet.
Command take_command(std::string& bytes) {
  std::size_t at = 0;
  const auto number = [&]() -> std::optional<std::size_t> {
    const auto end = bytes.find("\r\n", at);
    if (end == std::string::npos) return {};
    const std::string_view digits = std::string_view(bytes).substr(at + 1, end - at - 1);
    at = end + 2;
    return parse_int<std::size_t>(digits);
  };
  const auto words = number();
  Command command;
  for (std::size_t i = 0; words && i < *words; ++i) {
    const auto size = number();
    if (!size || at + *size + 2 > bytes.size()) return {};
    command.push_back(bytes.substr(at, *size));
    at += *size + 2;
  }
  if (command.empty()) return {};
  bytes.erase(0, at);
  return command;
}

/// What the real one does with our commands.
class Kept {
 public:
  std::string operator()(const Command& command) {
    if (command[0] == "PING") return "+PONG\r\n";
    if (command[0] == "SET") values_[command[1]] = command[2];
    if (command[0] != "GETRANGE") return "+OK\r\n";
    const std::string& value = values_[command[1]];
    return "$" + std::to_string(value.size()) + "\r\n" + value + "\r\n";
  }

 private:
  std::map<std::string, std::string> values_;
};

/// A server on a Unix socket that answers as it is told: for what the real one never does.
class FakeRedis {
 public:
  explicit FakeRedis(Answer answer) : answer_(std::move(answer)) {
    char path[] = "/tmp/vedette-redis-XXXXXX";
    directory_ = ::mkdtemp(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    this->path().copy(address.sun_path, sizeof address.sun_path - 1);
    listening_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0));
    REQUIRE(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening_.get(), 8) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeRedis() {
    stopping_ = true;
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
    std::filesystem::remove_all(directory_);
  }
  std::string path() const { return directory_ + "/s"; }

 private:
  void serve() {
    while (!stopping_) {
      const UniqueFd client(::accept(listening_.get(), nullptr, nullptr));
      std::string bytes;
      char piece[4096];
      ssize_t count = 0;
      while (client && (count = ::read(client.get(), piece, sizeof piece)) > 0) {
        bytes.append(piece, static_cast<std::size_t>(count));
        for (Command command = take_command(bytes); !command.empty();
             command = take_command(bytes)) {
          const std::string reply = answer_(command);
          ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        }
      }
    }
  }

  Answer answer_;
  std::string directory_;
  UniqueFd listening_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

constexpr std::size_t kLong = 10'000;
const EntrySeal kSeal(std::string(32, 'k'), 7);

Receipt receipt_of(std::uint64_t number) {
  return {.text = sha256(std::to_string(number)), .policy = 1, .model = 2};
}

VerdictRedis::Options patient(const FakeRedis& redis) {
  return {.address = {.socket_path = redis.path(), .host = {}, .user = {}},
          .patience_per_byte = std::chrono::seconds(1)};
}

template <typename Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

TEST_SUITE("prompt/verdict_redis") {
  TEST_CASE("what one puts another finds, if it has the key") {
    FakeRedis redis{Kept()};
    VerdictRedis one(patient(redis), kSeal);
    wait_until([&] { return !one.counts().open; });
    std::string entry;
    CHECK_FALSE(one.find(receipt_of(1), kLong, entry));
    one.put(receipt_of(1), kLong, "entry");
    wait_until([&] { return one.counts().stored == 1; });
    CHECK(one.find(receipt_of(1), kLong, entry));
    CHECK(entry == "entry");
    CHECK_FALSE(one.find(receipt_of(2), kLong, entry));
    CHECK(one.counts().hits == 1);
    CHECK(one.counts().misses == 2);
    CHECK(one.counts().refused == 0);
  }

  TEST_CASE("short texts are neither asked for nor kept") {
    FakeRedis redis{Kept()};
    VerdictRedis tier(patient(redis), kSeal);
    wait_until([&] { return !tier.counts().open; });
    std::string entry;
    tier.put(receipt_of(1), 8191, "entry");
    CHECK_FALSE(tier.find(receipt_of(1), 8191, entry));
    CHECK(tier.counts().misses == 0);
    CHECK(tier.counts().dropped == 0);
    CHECK(tier.counts().stored == 0);
  }

  TEST_CASE("user, password and database come first, and keys say nothing of the text") {
    std::vector<Command> seen;
    {
      FakeRedis redis([&, kept = Kept()](const Command& command) mutable {
        seen.push_back(command);
        return kept(command);
      });
      auto options = patient(redis);
      options.address.user = "ada";
      options.address.database = 3;
      options.password = "hunter2";
      VerdictRedis tier(options, kSeal);
      wait_until([&] { return !tier.counts().open; });
      tier.put(receipt_of(1), kLong, "entry");
      wait_until([&] { return tier.counts().stored == 1; });
    }
    REQUIRE(seen.size() == 4);
    CHECK(seen[0] == Command{"AUTH", "ada", "hunter2"});
    CHECK(seen[1] == Command{"SELECT", "3"});
    CHECK(seen[2] == Command{"PING"});
    CHECK(seen[3][1] == "vedette:verdict:" + kSeal.name(receipt_of(1)));
    CHECK(seen[3][1].find(hex(receipt_of(1).text)) == std::string::npos);
    CHECK(seen[3][3] == "EX");
    CHECK(seen[3][4] == "600");
  }

  TEST_CASE("what others wrote is not believed") {
    FakeRedis redis([kept = Kept()](const Command& command) mutable {
      if (command[0] == "GETRANGE") return std::string("$5\r\nentry\r\n");
      return kept(command);
    });
    VerdictRedis tier(patient(redis), kSeal);
    wait_until([&] { return !tier.counts().open; });
    std::string entry;
    CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    CHECK(tier.counts().refused == 1);
    CHECK(tier.counts().misses == 1);
  }

  TEST_CASE("an error as an answer is a miss, and the circuit stays closed") {
    FakeRedis redis([kept = Kept()](const Command& command) mutable {
      if (command[0] == "PING") return kept(command);
      return std::string("-WRONGTYPE it is a list\r\n");
    });
    VerdictRedis tier(patient(redis), kSeal);
    wait_until([&] { return !tier.counts().open; });
    std::string entry;
    for (int i = 0; i < 20; ++i) CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    tier.put(receipt_of(1), kLong, "entry");
    wait_until([&] { return tier.counts().dropped == 1; });
    CHECK(tier.counts().misses == 20);
    CHECK(tier.counts().errors == 21);
    CHECK_FALSE(tier.counts().open);
  }

  TEST_CASE("answers that come too late, some in a row, open the circuit until it answers again") {
    std::atomic<bool> well = true;
    FakeRedis redis([&, kept = Kept()](const Command& command) mutable {
      return well ? kept(command) : std::string();
    });
    auto options = patient(redis);
    options.patience_per_byte = std::chrono::nanoseconds(0);
    VerdictRedis tier(options, kSeal);
    wait_until([&] { return !tier.counts().open; });
    well = false;
    std::string entry;
    for (unsigned i = 0; i < VerdictRedis::kTimeoutsMax; ++i) {
      CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    }
    CHECK(tier.counts().timeouts == VerdictRedis::kTimeoutsMax);
    CHECK(tier.counts().open);
    CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    tier.put(receipt_of(1), kLong, "entry");
    CHECK(tier.counts().timeouts == VerdictRedis::kTimeoutsMax);
    CHECK(tier.counts().dropped == 1);
    wait_until([&] { return tier.counts().errors > 0; });
    well = true;
    wait_until([&] { return !tier.counts().open; });
  }

  TEST_CASE("while nothing is answered the queue keeps its bound, and what is in it is dropped") {
    FakeRedis redis(
        [](const Command& command) { return command[0] == "PING" ? "+PONG\r\n" : std::string(); });
    VerdictRedis tier(patient(redis), kSeal);
    wait_until([&] { return !tier.counts().open; });
    const std::string entry(50'000, 'x');
    std::uint64_t puts = 0;
    while (tier.counts().dropped == 0) tier.put(receipt_of(++puts), kLong, entry);
    std::string found;
    CHECK_FALSE(tier.find(receipt_of(1), kLong, found));  // until the link is given up
    wait_until([&] { return tier.counts().dropped == puts; });
    CHECK(tier.counts().stored == 0);
    CHECK(tier.counts().errors > 0);
  }

  TEST_CASE("who speaks another language, or for ever, or refuses the password, is left alone") {
    const std::string endless = "$999999999\r\n" + std::string(17u << 20, 'x');
    for (const std::string& answer :
         {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string("-WRONGPASS no\r\n"),
          std::string("+PONG\r\n+PONG\r\n"), std::string("*1000000\r\n*1000000\r\n"), endless}) {
      CAPTURE(answer.substr(0, 40));
      FakeRedis redis([&](const Command&) { return answer; });
      VerdictRedis tier(patient(redis), kSeal);
      wait_until([&] { return tier.counts().errors >= 1; });
      std::string entry;
      CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    }
  }

  TEST_CASE("without a Redis the circuit is open from the start") {
    VerdictRedis tier({.address = {.socket_path = "/nowhere/s", .host = {}, .user = {}}}, kSeal);
    wait_until([&] { return tier.counts().errors >= 1; });
    std::string entry;
    CHECK_FALSE(tier.find(receipt_of(1), kLong, entry));
    CHECK(tier.counts().open);
    CHECK(tier.counts().misses == 0);
  }
}

}  // namespace
}  // namespace vedette::prompt
