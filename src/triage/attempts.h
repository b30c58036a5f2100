// Attempts: one failed login is one failure, however many lines tell of it.
//
// For one wrong password sshd writes up to four lines (PAM's, its own verdict, that the user does
// not exist, that the connection is given up), in an order that differs between versions. Lines of
// one kind each tell of an attempt of their own and add up; lines of different kinds tell of the
// same attempts. So the failures of a connection are the most that any one kind tells of, and each
// line adds what it raises that maximum by. The sum over the lines is the same in whatever order
// they come.
//
// A connection is one process on one host, until nothing was heard of it for kQuiet (process ids
// come back). For keyboard-interactive logins sshd starts a child for each attempt: PAM's line has
// the child's process id, sshd's word about it ("error: PAM: …") the connection's. The two find
// each other by time. An entity remembers its latest kConnections: lines of more connections than
// that, interleaved, are counted anew. 96 bytes; no allocation.
#pragma once

#include "base/codec.h"
#include "base/time.h"
#include "model/event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::triage {

/// Which kind of line tells of a failure.
enum class Telling : std::uint8_t {
  Verdict,   ///< the program's own: "Failed password for", sudo's count of incorrect attempts
  PamError,  ///< sshd: "error: PAM: Authentication failure for", beside its verdict
  Pam,       ///< pam_unix and its neighbours
  Identity,  ///< the user does not exist
  Probe,     ///< a login without credentials: how every client begins
  Refusal,   ///< the configuration does not let the user in
  GivenUp,   ///< too many failures
  kCount
};
inline constexpr std::size_t kTellings = static_cast<std::size_t>(Telling::kCount);

/// What the event tells of, if it is a failed login of a process that can be followed.
struct Attempt {
  std::uint32_t connection;  ///< hash of process and host
  Telling telling;
};
std::optional<Attempt> attempt_of(const EventBatch& batch, const Event& event);

class Attempts {
 public:
  static constexpr std::size_t kConnections = 6;
  static constexpr std::chrono::minutes kQuiet{15};

  /// Notes `times` lines of one kind. Returns how many failures nobody had told of before.
  std::uint32_t add(const Attempt& attempt, Time time, std::uint32_t times);

  void encode(Writer& out) const;
  bool decode(Reader& in);
  auto operator<=>(const Attempts&) const = default;

 private:
  struct Connection {
    std::uint32_t id = 0;
    std::uint32_t last = 0;                      // seconds since 1970 of the latest line; 0: unused
    std::array<std::uint8_t, kTellings> told{};  // lines by kind; stays at its maximum
    std::uint8_t reported = 0;                   // failures that add() returned for it
    auto operator<=>(const Connection&) const = default;

    std::uint8_t& of(Telling telling) { return told[static_cast<std::size_t>(telling)]; }
    std::uint8_t of(Telling telling) const { return told[static_cast<std::size_t>(telling)]; }
    std::uint8_t failures() const;
  };
  Connection& connection_of(const Attempt& attempt, std::uint32_t now);
  Connection* find(std::uint32_t id);
  Connection* parent_waiting(std::uint32_t now);
  Connection* lone_child(std::uint32_t now, const Connection* except);
  void forget(Connection& connection);
  Connection& move_to_back(Connection& connection);
  bool someone_begins(std::uint32_t now) const;

  std::array<Connection, kConnections> connections_{};  // the latest last, unused ones first
};
static_assert(sizeof(Attempts) == 96);

}  // namespace vedette::triage
