#include "net/chunked.h"

#include "base/text.h"
#include "net/http_head.h"

#include <algorithm>

namespace vedette::net {
namespace {

constexpr std::size_t kSizeDigitsMax = 15;  // fits into 64 bits with room
constexpr std::size_t kBesideBytesMax = 8 * 1024;

}  // namespace

ChunkedDecoder::State ChunkedDecoder::take_size(char c) {
  if (at_ == At::SizeEnd) {
    if (c != '\n') return State::Damaged;
    at_ = left_ == 0 ? At::Trailer : At::Content;
    return State::More;
  }
  const int digit = at_ == At::Size ? hex_digit(c) : -1;
  if (digit >= 0) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return ++digits_ > kSizeDigitsMax ? State::Damaged : State::More;
  }
  if (digits_ == 0) return State::Damaged;
  if (c == '\r') {
    at_ = At::SizeEnd;
    return State::More;
  }
  if (at_ == At::Size && c != ';' && !is_blank(c)) return State::Damaged;
  at_ = At::Extension;
  const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t';
  if (control || c == 0x7F || ++beside_bytes_ > kBesideBytesMax) return State::Damaged;
  return State::More;
}

ChunkedDecoder::State ChunkedDecoder::take_trailer(char c) {
  if (++beside_bytes_ > kBesideBytesMax) return State::Damaged;
  line_ += c;
  if (c != '\n') return State::More;
  if (line_ == "\r\n") return State::Done;
  HttpField field;
  if (!line_.ends_with("\r\n")) return State::Damaged;
  if (!parse_field(std::string_view(line_).substr(0, line_.size() - 2), field)) {
    return State::Damaged;
  }
  line_.clear();
  return State::More;
}

ChunkedDecoder::State ChunkedDecoder::feed(std::string_view& bytes, std::string& out,
                                           std::size_t out_bytes_max) {
  while (!bytes.empty()) {
    if (at_ == At::Content) {
      if (left_ > out_bytes_max - out.size()) return State::TooLarge;
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      out.append(bytes.substr(0, size));
      bytes.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) at_ = At::ContentCr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    State state = State::More;
    if (at_ == At::ContentCr) {
      if (c != '\r') return State::Damaged;
      at_ = At::ContentLf;
    } else if (at_ == At::ContentLf) {
      if (c != '\n') return State::Damaged;
      at_ = At::Size;
      digits_ = 0;
    } else {
      state = at_ == At::Trailer ? take_trailer(c) : take_size(c);
    }
    if (state != State::More) return state;
  }
  return State::More;
}

}  // namespace vedette::net
