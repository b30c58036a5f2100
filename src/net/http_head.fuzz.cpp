#include "net/http_head.h"

#include "base/assert.h"
#include "net/chunked.h"
#include "net/content_coding.h"

using namespace vedette;
using namespace vedette::net;

namespace {

constexpr std::size_t kBodyBytesMax = 4096;

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// A body that is cut elsewhere is the same body.
void check_body(std::string_view bytes, std::size_t cut) {
  std::string whole;
  std::string pieces;
  std::string_view rest = bytes;
  const auto state = ChunkedDecoder().feed(rest, whole, kBodyBytesMax);
  ChunkedDecoder decoder;
  std::string_view first = bytes.substr(0, cut);
  std::string_view second = bytes.substr(cut);
  auto other = decoder.feed(first, pieces, kBodyBytesMax);
  if (other == ChunkedDecoder::State::More) other = decoder.feed(second, pieces, kBodyBytesMax);
  VD_ASSERT(state == other);
  VD_ASSERT(whole.size() <= kBodyBytesMax);
  if (state == ChunkedDecoder::State::Done) VD_ASSERT(whole == pieces);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const HeadLimits limits{.bytes_max = 2048, .target_bytes_max = 512, .fields_max = 20};
  HeadScanner scanner(limits);
  HeadScanner slow(limits);
  const auto state = scanner.scan(bytes);
  auto other = HeadScanner::State::More;
  for (std::size_t i = 1; i <= size && other == HeadScanner::State::More; ++i) {
    other = slow.scan(bytes.substr(0, i));
  }
  if (state != HeadScanner::State::Complete) return 0;
  const std::string_view head = scanner.head(bytes);
  HttpRequest request;
  Framing framing;
  if (parse_head(head, limits, request, framing)) return 0;
  // Byte by byte, a header that will be refused may be refused before its end.
  VD_ASSERT(other == state && slow.end() == scanner.end());
  VD_ASSERT(inside(request.method, head) && request.fields.size() <= limits.fields_max);
  VD_ASSERT(!request.target.empty() && request.target.size() <= limits.target_bytes_max);
  VD_ASSERT(!(framing.chunked && framing.content_length));
  for (const HttpField& field : request.fields) {
    VD_ASSERT(inside(field.name, head) && inside(field.value, head) && !field.name.empty());
    VD_ASSERT(field.value.find_first_of("\r\n") == std::string_view::npos);
  }
  best_coding(framing.accept_encoding);
  const std::string_view body = bytes.substr(scanner.end());
  if (framing.chunked) check_body(body, body.empty() ? 0 : data[0] % body.size());
  return 0;
}
