// Where a Redis is, as people write it. The password is not part of it: addresses are shown in
// logs and in lists of processes.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::prompt {

struct RedisAddress {
  std::string socket_path;  ///< of a Unix socket; empty: TCP
  std::string host;         ///< a name or an address
  std::uint16_t port = 6379;
  std::string user;            ///< of its access lists; empty: the default one
  std::uint32_t database = 0;  ///< 0 to 65535

  /// For people.
  std::string text() const;
};

/// "/run/redis.sock", "HOST", "HOST:PORT", "[::1]:6379", or
/// "redis://[USER@]HOST[:PORT][/DATABASE]". ConfigValue for anything else, and for a password in
/// it, which is then not repeated.
Result<RedisAddress> parse_redis_address(std::string_view text);

}  // namespace vedette::prompt
