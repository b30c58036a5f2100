// Reads the header of an HTTP/1 request: strictly, since what two programs understand differently
// is how requests are smuggled past one of them (RFC 9112, section 11.2). Nothing is repaired: bare
// line feeds, folded lines, blanks before a colon, two lengths, a length beside a transfer coding,
// unknown transfer codings and doubtful hosts are refused. Pure functions; they keep only views.
#pragma once

#include "net/http_message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::net {

struct HeadLimits {
  std::size_t bytes_max = 16 * 1024;        ///< the whole header; more: 431
  std::size_t target_bytes_max = 8 * 1024;  ///< more: 414
  std::size_t fields_max = 100;             ///< more: 431
};

/// Why a request is refused; the connection closes after that. `detail` lives for ever.
struct Refusal {
  unsigned status = 400;
  std::string_view detail;
};

enum class Expect : std::uint8_t { Nothing, Continue, Unknown };

/// What the header says about the body and the connection. Views point into the header.
struct Framing {
  bool http_1_1 = true;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  Expect expect = Expect::Nothing;
  std::string_view content_encoding;
  std::string_view accept_encoding;

  bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// Finds where a header ends, looking at each byte once however slowly they come.
class HeadScanner {
 public:
  enum class State : std::uint8_t { More, Complete, Refused };

  explicit HeadScanner(const HeadLimits& limits) : limits_(&limits) {}

  /// `bytes`: all that came so far, from the same beginning each time.
  State scan(std::string_view bytes);

  /// When Complete: the header with its last empty line, without empty lines before it.
  std::string_view head(std::string_view bytes) const {
    return bytes.substr(begin_, end_ - begin_);
  }
  std::size_t end() const { return end_; }             ///< when Complete: where the body begins
  const Refusal& refusal() const { return refusal_; }  ///< when Refused

 private:
  State refuse(unsigned status, std::string_view detail);
  State check_incomplete(std::string_view bytes);

  const HeadLimits* limits_;
  std::size_t begin_ = 0;  // of the request line
  std::size_t line_ = 0;   // of the line that is not complete
  std::size_t at_ = 0;     // looked at so far
  std::size_t end_ = 0;
  Refusal refusal_;
};

/// `head`: what HeadScanner::head() gave. Fills method, target and fields of `request`, and
/// `framing`. Nothing when all is well. `request.tls` says which scheme a whole URL may have.
std::optional<Refusal> parse_head(std::string_view head, const HeadLimits& limits,
                                  HttpRequest& request, Framing& framing);

/// One line `name: value` without its end, of a header or a trailer. False if it is not one.
bool parse_field(std::string_view line, HttpField& field);

}  // namespace vedette::net
