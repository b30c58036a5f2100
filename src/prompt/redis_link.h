// RedisLink: one connection to Redis on which nothing waits. Commands go out as fast as the other
// side takes them, many behind each other, and replies come in their order. One thread.
#pragma once

#include "base/result.h"
#include "prompt/redis_address.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vedette::prompt {

struct RedisReply {
  enum class Kind : std::uint8_t { Text, Status, Error, Other };
  Kind kind = Kind::Other;
  std::string_view text{};  ///< of the first three; until the next reply
};

class RedisLink {
 public:
  /// Begins to connect; only the look-up of a host's name may take a while. Nothing is sent yet.
  static Result<RedisLink> open(const RedisAddress& address);
  RedisLink(RedisLink&&) noexcept;
  RedisLink& operator=(RedisLink&&) noexcept;
  ~RedisLink();

  // Each is answered with one reply, in order.
  void authenticate(const std::string& user, const std::string& password);
  void select(std::uint32_t database);
  void ping();
  /// At most `bytes_max` bytes of the value; no bytes if there is none.
  void get(std::string_view key, std::size_t bytes_max);
  void set(std::string_view key, std::string_view value, std::chrono::seconds lifetime);

  /// Sends what waits and goes out now, and gives `on_reply` what has come. An error ends the link.
  Result<void> exchange(const std::function<void(const RedisReply&)>& on_reply);
  int fd() const;
  bool wants_to_send() const;

 private:
  struct Impl;
  explicit RedisLink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::prompt
