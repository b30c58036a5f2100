#include "prompt/secret_shapes.h"

#include "base/text.h"
#include "prompt/leak_bytes.h"
#include "prompt/randomness.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

enum class Check : std::uint8_t {
  Random,
  Half,   ///< an identifier that stands beside the secret: half the score
  Crc,    ///< the checksum of GitHub and npm; where it does not fit, half the score
  Slack,  ///< parts with a hyphen between, most of them numbers
  Dot14,  ///< a dot behind so many bytes
  Dot22,
  EndsAA,
  OpenAi,  ///< "OpenAI" in base 64 in the middle
  Uuid,
  NotHex,
  Jwt
};

struct Shape {
  std::string_view prefix;
  LeakKind kind;
  Check check;
  ByteSet body;
  std::uint16_t size_min, size_max;
};

constexpr Shape kShapes[] = {
#define VD_SHAPE(kind, prefix, body, least, most, check) \
  {prefix, LeakKind::kind, Check::check, body, least, most},
#include "prompt/secret_shapes.def"
#undef VD_SHAPE
};

/// Of each first byte, where its shapes begin and end.
struct Bucket {
  std::uint8_t begin = 0, end = 0;
};
constexpr auto kBuckets = [] {
  std::array<Bucket, 256> buckets{};
  std::uint8_t i = 0;
  for (const Shape& shape : kShapes) {
    Bucket& bucket = buckets[static_cast<unsigned char>(shape.prefix[0])];
    if (bucket.end == 0) bucket.begin = i;
    bucket.end = ++i;
  }
  return buckets;
}();
static_assert(std::size(kShapes) < 256);
static_assert(
    [] {
      for (std::size_t i = 0; i < std::size(kShapes); ++i) {
        const Bucket bucket = kBuckets[static_cast<unsigned char>(kShapes[i].prefix[0])];
        if (i < bucket.begin || i >= bucket.end) return false;
        if (kShapes[bucket.begin].prefix[0] != kShapes[bucket.end - 1].prefix[0]) return false;
      }
      std::size_t sum = 0;
      for (const Bucket bucket : kBuckets) sum += std::size_t{bucket.end} - bucket.begin;
      return sum == std::size(kShapes);
    }(),
    "shapes with the same first byte stand together");

constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
    table[i] = value;
  }
  return table;
}();

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '-') != (i == 8 || i == 13 || i == 18 || i == 23)) return false;
  }
  return true;
}

/// The part of the kind's score that the body deserves.
float judge(const Shape& shape, std::string_view body) {
  const float entropy_min = shape.check == Check::Slack ? 2.3F : body.size() < 20 ? 2.6F : 2.9F;
  if (!looks_random(body, entropy_min)) return 0;
  switch (shape.check) {
    case Check::Random:
      return 1;
    case Check::Half:
      return 0.5F;
    case Check::Crc:
      return crc_fits(body) ? 1 : 0.5F;
    case Check::Slack:
      return in(body[0], kDigit) && body.back() != '-' &&
             std::count_if(body.begin(), body.end(), is_digit) >= 8;
    case Check::Dot14:
      return body[14] == '.';
    case Check::Dot22:
      return body[22] == '.';
    case Check::EndsAA:
      return body.ends_with("AA");
    case Check::OpenAi:
      return body.find("T3BlbkFJ") != std::string_view::npos;
    case Check::Uuid:
      return is_uuid(body);
    case Check::NotHex:
      return run_end(body, 0, kHex) < body.size();
    case Check::Jwt:
      break;  // match_jwt() has its own way
  }
  return 0;
}

constexpr auto kSextets = [] {
  std::array<std::uint8_t, 256> values{};
  std::uint8_t value = 0;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) values[c] = value++;
  for (unsigned char c = 'a'; c <= 'z'; ++c) values[c] = value++;
  for (unsigned char c = '0'; c <= '9'; ++c) values[c] = value++;
  values['-'] = values['+'] = value++;
  values['_'] = values['/'] = value;
  return values;
}();

constexpr std::size_t kJwtHeaderMax = 2048, kJwtPartMax = 16 * 1024;

/// Of bytes of the alphabet only; what is left over at the end is dropped.
std::string_view decode_base64(std::string_view text, char* out) {
  std::size_t size = 0;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bits = bits << 6 | kSextets[static_cast<unsigned char>(text[i])];
    if (i % 4 > 0) out[size++] = static_cast<char>(bits >> (6 - i % 4 * 2) & 0xFF);
  }
  return {out, size};
}

}  // namespace

bool crc_fits(std::string_view body) {
  constexpr std::string_view kBase62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (body.size() < 6) return false;
  const std::size_t size = body.size() - 6;
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::size_t i = 0; i < size; ++i) {
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<unsigned char>(body[i])) & 0xFF];
  }
  crc = ~crc;
  for (std::size_t i = body.size(); i-- > size; crc /= 62) {
    if (body[i] != kBase62[crc % 62]) return false;
  }
  return true;
}

std::optional<LeakHit> match_jwt(std::string_view text, std::size_t at) {
  const std::size_t header_end = run_end(text, at, kUrlSafe, kJwtHeaderMax);
  if (header_end >= text.size() || text[header_end] != '.') return {};
  char decoded[kJwtHeaderMax];
  const auto header = decode_base64(text.substr(at, header_end - at), decoded);
  if (!header.starts_with('{') || !header.ends_with('}')) return {};
  const auto names = [&](std::string_view name) {
    return header.find(name) != std::string_view::npos;
  };
  if (!names("\"alg\"") && !names("\"typ\"")) return {};
  std::size_t end = run_end(text, header_end + 1, kUrlSafe, kJwtPartMax);
  if (!names("\"enc\"")) {  // an encrypted one says nothing more that could be read
    if (end - header_end < 8) return {};
    const auto payload = decode_base64(text.substr(header_end + 1, 8), decoded);
    if (!payload.starts_with('{')) return {};
  }
  for (int part = 0; part < 3 && in(text, end, kDot) && in(text, end + 1, kUrlSafe); ++part) {
    end = run_end(text, end + 1, kUrlSafe, kJwtPartMax);
  }
  return make_hit(LeakKind::Jwt, at, end);
}

std::optional<LeakHit> match_shape(std::string_view text, std::size_t at) {
  const Bucket bucket = kBuckets[static_cast<unsigned char>(text[at])];
  const std::string_view rest = text.substr(at);
  for (std::size_t i = bucket.begin; i < bucket.end; ++i) {
    const Shape& shape = kShapes[i];
    if (!rest.starts_with(shape.prefix)) continue;
    if (shape.check == Check::Jwt) return match_jwt(text, at);
    const std::size_t begin = at + shape.prefix.size();
    const std::size_t end = run_end(text, begin, shape.body, shape.size_max + std::size_t{1});
    const std::size_t size = end - begin;
    if (size < shape.size_min || size > shape.size_max || in(text, end, kWord)) continue;
    const float part = judge(shape, text.substr(begin, size));
    if (part > 0) return make_hit(shape.kind, at, end, part);
  }
  return {};
}

}  // namespace vedette::prompt
