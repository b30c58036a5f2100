// What the HTTP server may be told. Limits hold whatever the clients do.
#pragma once

#include "net/http_head.h"
#include "net/http_message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace vedette::net {

enum class Compression : std::uint8_t { Off, On };

struct HttpOptions {
  std::string address = "127.0.0.1";  ///< numeric; "": no TCP
  std::uint16_t port = 8420;          ///< 0: any free one
  std::string socket_path{};          ///< Unix socket, mode 0600, never TLS; "": none
  std::string certificate_file{};     ///< PEM; "": no TLS
  std::string key_file{};             ///< PEM
  std::size_t threads = 1;

  std::size_t connections_max = 1024;           ///< over all; more get a 503 and are closed
  std::size_t connections_per_peer_max = 0;     ///< of one address; 0: no such limit
  std::size_t requests_per_connection_max = 0;  ///< 0: no such limit
  HeadLimits head{};
  std::size_t body_bytes_max = 1 << 20;      ///< unless Admission says another; packed and unpacked
  std::size_t bodies_bytes_max = 256 << 20;  ///< of all bodies under way together; more: 503
  std::size_t stream_bytes_max = 256 * 1024;  ///< that wait for one client of a stream

  std::chrono::milliseconds handshake_time_max{10'000};
  std::chrono::milliseconds header_time_max{10'000};  ///< from its first byte to its last
  std::chrono::milliseconds idle_max{60'000};         ///< between two requests
  /// A body, or an answer that is not taken, has this long; after that it must have moved at
  /// bytes_per_second_min on the average since it began.
  std::chrono::milliseconds transfer_grace{10'000};
  std::size_t bytes_per_second_min = 1024;
  /// After a last answer: how long what still comes is read and thrown away, so that the client
  /// sees the answer and not a reset.
  std::chrono::milliseconds linger_max{2'000};

  Compression compression = Compression::On;
  std::size_t compress_bytes_min = 1024;
  HttpHeaders headers{};  ///< that every response gets
};

}  // namespace vedette::net
