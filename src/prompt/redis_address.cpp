#include "prompt/redis_address.h"

#include "base/text.h"

#include <fmt/core.h>

#include <optional>

namespace vedette::prompt {
namespace {

constexpr std::uint32_t kDatabaseMax = 65535;

/// HOST, HOST:PORT or [HOST]:PORT.
bool read_host(std::string_view text, RedisAddress& to) {
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    to.host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    if (!text.empty() && text[0] != ':') return false;
    if (!text.empty()) port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    to.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (port) {
    const auto number = parse_int<std::uint16_t>(*port);
    if (!number || *number == 0) return false;
    to.port = *number;
  }
  return !to.host.empty() && to.host.find_first_of("/@ ") == std::string::npos;
}

bool read_database(std::string_view text, RedisAddress& to) {
  if (text.empty()) return true;
  const auto number = parse_int<std::uint32_t>(text);
  if (!number || *number > kDatabaseMax) return false;
  to.database = *number;
  return true;
}

}  // namespace

std::string RedisAddress::text() const {
  return socket_path.empty() ? fmt::format("{}:{}", host, port) : socket_path;
}

Result<RedisAddress> parse_redis_address(std::string_view text) {
  RedisAddress address;
  if (text.starts_with('/')) {
    address.socket_path = text;
    return address;
  }
  const bool is_url = take_prefix(text, "redis://");
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    address.user = text.substr(0, at);
    text.remove_prefix(at + 1);
    // What stands here may be a secret, whatever the form: nothing of it is shown.
    if (!is_url || address.user.find(':') != std::string::npos) {
      return Error{Errc::ConfigValue,
                   "prompt_redis: a password does not belong here, but into the file of "
                   "prompt_redis_password_file"};
    }
  }
  const auto slash = is_url ? text.find('/') : std::string_view::npos;
  const bool is_read =
      read_host(text.substr(0, slash), address) &&
      (slash == std::string_view::npos || read_database(text.substr(slash + 1), address));
  if (is_read) return address;
  return Error{Errc::ConfigValue,
               fmt::format("prompt_redis: '{}' is not HOST:PORT, the path of a socket, or "
                           "redis://USER@HOST:PORT/DATABASE",
                           text)};
}

}  // namespace vedette::prompt
