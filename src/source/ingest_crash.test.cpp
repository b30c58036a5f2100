// The ingest journal under kill -9: a child process accepts batches and says which ones it
// acknowledged; its parent kills it at any moment and looks at what is left.
#include "base/random.h"
#include "source/ingest_testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <unistd.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

constexpr std::size_t kClients = 4;
using Numbers = std::array<std::uint32_t, kClients>;
constexpr IngestJournal::Options kOptions{.segment_bytes = 16 * 1024};

struct Acknowledged {
  std::uint32_t client, number;
};

std::string batch_of(std::size_t client, std::uint32_t number) {
  return fmt::format("{} {} begin {}\n{} {} end\n", client, number,
                     std::string(number * 37 % 2000, 'x'), client, number);
}

/// The child: every client sends its next batch when the one before is acknowledged.
[[noreturn]] void serve(const std::string& directory, const Numbers& next, int answers) {
  const auto journal = open_ingest(directory, kOptions);
  std::array<std::thread, kClients> clients;
  for (std::uint32_t c = 0; c < kClients; ++c) {
    clients[c] = std::thread([&, c] {
      for (std::uint32_t number = next[c];; ++number) {
        VD_ASSERT(store(*journal, batch_of(c, number), fmt::format("{}-{}", c, number)));
        const Acknowledged answer{c, number};
        if (::write(answers, &answer, sizeof answer) != sizeof answer) ::_exit(1);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  ::_exit(1);
}

/// Runs a child until it has acknowledged `enough` batches, and one of every client, kills it, and
/// takes note of all that it acknowledged. One of every client: ids are known as long as their
/// segment is, so who sends again must be heard before the next but one process.
void run_and_kill(const std::string& directory, Numbers& next, std::uint32_t enough) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    serve(directory, next, ends[1]);
  }
  ::close(ends[1]);
  Acknowledged answer{};
  std::uint32_t count = 0;
  std::array<bool, kClients> heard{};
  bool killed = false;
  while (::read(ends[0], &answer, sizeof answer) == sizeof answer) {
    CHECK(answer.number == next[answer.client]);
    next[answer.client] = answer.number + 1;
    heard[answer.client] = true;
    const bool all = std::all_of(heard.begin(), heard.end(), [](bool one) { return one; });
    if (++count < enough || !all || killed) continue;
    killed = true;
    ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(count >= enough);
}

/// Checks that what is read goes on, per client, where it was, with no batch twice, none missing
/// and none in part.
void check_lines(const Lines& lines, Numbers& read) {
  REQUIRE(lines.size() % 2 == 0);
  for (std::size_t i = 0; i < lines.size(); i += 2) {
    const auto client = static_cast<std::size_t>(lines[i][0] - '0');
    REQUIRE(client < kClients);
    CHECK(lines[i] + "\n" + lines[i + 1] + "\n" == batch_of(client, read[client]++));
  }
}

}  // namespace

TEST_SUITE("source/ingest_crash") {
  TEST_CASE("kill -9 at any moment loses nothing acknowledged, and nothing is read twice") {
    const Directory d;
    const std::string directory = d / "ingest";
    Random random(20'261);
    Numbers acknowledged{}, read{};
    std::string position;
    for (int round = 0; round < 12; ++round) {
      run_and_kill(directory, acknowledged, random.between(1, 150));
      const auto journal = open_ingest(directory, kOptions);
      if (!position.empty()) REQUIRE(journal->restore(position));
      check_lines(read_all(*journal), read);
      for (std::size_t c = 0; c < kClients; ++c) {
        // One more than was acknowledged may be there: its answer was not sent in time. It is sent
        // again with its id.
        CHECK(read[c] >= acknowledged[c]);
        CHECK(read[c] <= acknowledged[c] + 1);
      }
      // Released by the next restore(), not now: a client whose answer was not sent will send
      // again.
      position = journal->position();
      CHECK(journal->take_problems().empty());
    }
  }
}
