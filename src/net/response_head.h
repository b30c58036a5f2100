// Writes the head of a response. One per io thread: it keeps the lines that do not change, and the
// date, which changes once a second.
#pragma once

#include "base/time.h"
#include "net/http_message.h"

#include <cstdint>
#include <string>

namespace vedette::net {

/// What happens to the connection after the response.
enum class After : std::uint8_t { Keep, KeepAndSay, Close };  ///< KeepAndSay: for HTTP/1.0
/// Where the body ends.
enum class BodyEnd : std::uint8_t { Length, Chunks, Connection };

class ResponseHead {
 public:
  /// `fixed`: fields that every response gets.
  explicit ResponseHead(const HttpHeaders& fixed);

  /// Before the first response, and now and then.
  void set_time(Time now);

  /// Appends the head with its empty line. 1xx, 204 and 304 have no length.
  void write(std::string& out, const HttpResponse& response, After after, BodyEnd end) const;

 private:
  std::string fixed_;
  std::string tail_;  // Date and the fixed fields
  std::int64_t second_ = -1;
};

/// Whether a response of this status may have a body.
bool may_have_body(unsigned status);

}  // namespace vedette::net
