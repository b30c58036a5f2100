// The web server as its two logs show it: every request has a line in access.log, and some have one
// in error.log with the reason. Used by visitors and attackers alike.
#pragma once

#include "simulate/actor.h"

#include <cstdint>
#include <string_view>

namespace vedette::simulate {

/// Why error.log says something about a request.
enum class Trouble : std::uint8_t {
  None,
  NotFound,
  ScriptMissing,
  Forbidden,
  NoIndex,
  WrongPassword,
  UnknownUser,
  RateLimited,
  Malformed,
  Upstream,
};

/// `target` is written as it is, so it must hold no quote and no control character, as clients that
/// encode their URLs send it.
struct Request {
  std::string_view method = "GET";
  std::string_view target = "/";
  std::string_view protocol = "HTTP/1.1";
  std::string_view user = "-";
  std::uint32_t status = 200;
  std::uint32_t bytes = 0;
  std::string_view referrer = "-";
  std::string_view agent = "-";
  Trouble trouble = Trouble::None;
  Attack attack = Attack::None;
  Subject account = Subject::None;  ///< whose name `user` is
};

/// Writes the lines of one answered request at the script's time.
void answer(Script& script, const Peer& peer, const Request& request);
/// What came was no HTTP: `line` stands where the request would, in the server's escaped form.
void answer_malformed(Script& script, const Peer& peer, std::string_view line);

}  // namespace vedette::simulate
