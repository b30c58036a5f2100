// Door: how a command asks for and changes what `vedette run` found. Over the socket of the daemon
// that runs on a state directory; if none does, in this process on its store; or over the network,
// if a server was named. The requests are those of the API (docs/api.md), and the answers do not
// depend on the way.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::cli {

struct DoorOptions {
  std::string state{};   ///< directory; empty: default_state_directory()
  std::string server{};  ///< "http://host:port", or a socket's path; empty: whoever has `state`
  std::string token{};   ///< for a server; empty: $VEDETTE_TOKEN
  /// What a store is for that does not exist: most questions make no sense without one.
  enum class Missing : std::uint8_t { Refused, Made } missing = Missing::Refused;
};

/// One request. `target` is escaped.
struct Ask {
  std::string method = "GET";
  std::string target;
  std::string body{};                            ///< JSON; empty: none
  std::optional<std::uint64_t> if_version = {};  ///< as `If-Match`
};

/// One thread. Holds the store, if it has it, for as long as it lives: nobody else can then.
class Door {
 public:
  /// StoreOpen, StoreLocked and others say who may come in and how. Tries for two seconds, as a
  /// daemon may be starting and another command may have the store.
  static Result<Door> open(DoorOptions options, const Clock& clock);
  Door(Door&&) noexcept;
  ~Door();

  /// The body of a good answer. The errors of the API as they are: a problem document becomes the
  /// error that it was made from. Who is told to come back does so for some seconds.
  Result<std::string> ask(const Ask& ask);

 private:
  struct Impl;
  Result<std::string> ask_once(const Ask& ask);
  explicit Door(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The error that a problem document (RFC 9457) was made from; of what is none, ServerUnreachable.
Error error_of(unsigned status, const std::string& body);

/// An error by its id ("VD6001"), with what the server said of it.
Error error_named(std::string_view id, std::string detail);

}  // namespace vedette::cli
