// Takes a body apart that comes in chunks (RFC 9112, section 7.1), whatever pieces it arrives in.
// As strict as the header: a chunk ends with CR LF, its size is digits, and what stands beside the
// size, or behind the last chunk, is bounded and thrown away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::net {

class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { More, Done, Damaged, TooLarge };

  /// Takes bytes off the front of `bytes`, appends the content to `out`, which never grows beyond
  /// `out_bytes_max`. Done leaves what follows the body in `bytes`; every other state but More is
  /// final, and what is left is of no use.
  State feed(std::string_view& bytes, std::string& out, std::size_t out_bytes_max);

 private:
  enum class At : std::uint8_t { Size, Extension, SizeEnd, Content, ContentCr, ContentLf, Trailer };

  State take_size(char c);
  State take_trailer(char c);

  At at_ = At::Size;
  std::uint64_t left_ = 0;  // of this chunk; while At::Size, its size so far
  std::size_t digits_ = 0;
  std::size_t beside_bytes_ = 0;  // extensions of all chunks, and the trailer
  std::string line_;              // of the trailer
};

}  // namespace vedette::net
