#include "prompt/secret_shapes.h"

#include "base/random.h"
#include "prompt/leak_bytes.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

/// As the table has it, with the name of the check.
struct Shape {
  LeakKind kind;
  std::string prefix;
  ByteSet body;
  std::size_t size_min, size_max;
  std::string_view check;
};
const Shape kShapes[] = {
#define VD_SHAPE(kind, prefix, body, least, most, check) \
  {LeakKind::kind, prefix, body, least, most, #check},
#include "prompt/secret_shapes.def"
#undef VD_SHAPE
};

/// A made-up key of the shape.
std::string make_body(const Shape& shape, std::size_t size, Random& random) {
  std::string alphabet;
  for (char c = ' '; c < '\x7F'; ++c) {
    const bool common = in(c, kAlnum) || shape.check == "Uuid" || shape.check == "Slack";
    if (in(c, shape.body) && common && c != '-') alphabet += c;
  }
  std::string body;
  while (body.size() < size) {
    body += alphabet[random.below(static_cast<std::uint32_t>(alphabet.size()))];
  }
  if (shape.check == "Uuid") body[8] = body[13] = body[18] = body[23] = '-';
  if (shape.check == "Slack") body.replace(0, 10, "4829105736");
  if (shape.check == "Dot14") body[14] = '.';
  if (shape.check == "Dot22") body[22] = '.';
  if (shape.check == "EndsAA") body.replace(size - 2, 2, "AA");
  if (shape.check == "OpenAi") body.replace(20, 8, "T3BlbkFJ");
  if (shape.check == "NotHex") body[0] = 'Z';
  return body;
}

std::string jwt(std::string_view header, std::string_view payload) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto encode = [&](std::string_view bytes) {
    std::string out;
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
      unsigned value = 0;
      for (std::size_t i = bit; i < bit + 6; ++i) {
        const unsigned byte = i / 8 < bytes.size() ? static_cast<unsigned char>(bytes[i / 8]) : 0u;
        value = value << 1 | (byte >> (7 - i % 8) & 1u);
      }
      out += kDigits[value];
    }
    return out;
  };
  return encode(header) + '.' + encode(payload) + '.' + encode("a signature of some bytes");
}

}  // namespace

TEST_SUITE_BEGIN("prompt/secret_shapes");

TEST_CASE("a key of every shape is found, and one that is a byte too short or too long is not") {
  Random random(3);
  for (const Shape& shape : kShapes) {
    if (shape.check == "Jwt") continue;
    for (const std::size_t size : {shape.size_min, shape.size_max}) {
      const std::string key = shape.prefix + make_body(shape, size, random);
      const auto found = match_shape("key " + key + " end", 4);
      REQUIRE_MESSAGE(found, key);
      CHECK_MESSAGE(found->kind == shape.kind, key);
      CHECK(found->span == Span{4, static_cast<std::uint32_t>(4 + key.size())});
      CHECK(found->score <= describe(shape.kind).score);
    }
    const std::string tail = make_body(shape, shape.size_max + 1, random);
    const auto longer = match_shape(shape.prefix + tail, 0);
    CHECK_MESSAGE((!longer || longer->kind != shape.kind || shape.size_max > 32), shape.prefix);
    const std::string head = make_body(shape, shape.size_max, random).substr(0, shape.size_min - 1);
    const auto shorter = match_shape(shape.prefix + head, 0);
    CHECK_MESSAGE((!shorter || shorter->kind != shape.kind || shape.size_min > 32), shape.prefix);
    CHECK(!match_shape(shape.prefix + std::string(shape.size_min, 'x'), 0));
    CHECK(!match_shape(shape.prefix, 0));
  }
}

TEST_CASE("GitHub's checksum tells a key from what looks like one") {
  // The checksum was computed with another program.
  CHECK(crc_fits("Vedette0123456789TestBody0000a0zhVw4"));
  CHECK(!crc_fits("Vedette0123456789TestBody0000a0zhVw5"));
  CHECK(!crc_fits("abc"));
}

TEST_CASE("a JSON Web Token has a header and a payload that decode") {
  const std::string token = jwt(R"({"alg":"HS256","typ":"JWT"})", R"({"sub":"ada"})");
  const auto found = match_jwt("x " + token + " y", 2);
  REQUIRE(found);
  CHECK(found->span == Span{2, static_cast<std::uint32_t>(2 + token.size())});
  CHECK(match_jwt(token.substr(0, token.rfind('.')) + ".", 0));  // without a signature
  CHECK(match_jwt(jwt(R"({"alg":"dir","enc":"A256GCM"})", "not an object at all"), 0));
  CHECK(!match_jwt(jwt(R"({"alg":"HS256","typ":"JWT"})", "not an object"), 0));
  CHECK(!match_jwt(jwt(R"({"name":"value of no meaning"})", R"({"sub":"ada"})"), 0));
  CHECK(!match_jwt(jwt(R"({"alg":"HS256","typ":)", R"({"sub":"ada"})"), 0));
  CHECK(!match_jwt("eyJ.eyJ.abc", 0));
  CHECK(!match_jwt("eyJ", 0));
}

TEST_SUITE_END();

}  // namespace vedette::prompt
