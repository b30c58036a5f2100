#include "net/content_coding.h"

#include "base/compress.h"

#include <doctest/doctest.h>

namespace vedette::net {
namespace {

std::string header(const HttpResponse& response, std::string_view wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return {};
}

}  // namespace

TEST_SUITE("net/content_coding") {
  TEST_CASE("the coding with the highest weight is taken, of equals zstd") {
    CHECK(best_coding("") == Coding::Identity);
    CHECK(best_coding("gzip, deflate, br, zstd") == Coding::Zstd);
    CHECK(best_coding("gzip, deflate, br") == Coding::Gzip);
    CHECK(best_coding("zstd;q=0.5, gzip;q=0.75") == Coding::Gzip);
    CHECK(best_coding("GZIP ; Q=1.0") == Coding::Gzip);
    CHECK(best_coding("*") == Coding::Zstd);
    CHECK(best_coding("*;q=0.1, zstd;q=0") == Coding::Gzip);
    CHECK(best_coding("gzip;q=0, zstd;q=0.000") == Coding::Identity);
    CHECK(best_coding("identity, gzip;q=0.5") == Coding::Identity);
    CHECK(best_coding("gzip;q=2, zstd;q=abc") == Coding::Identity);
    CHECK(best_coding("br, deflate") == Coding::Identity);
    CHECK(best_coding(",,;q=1,") == Coding::Identity);
  }

  TEST_CASE("a coding that is not known, or several, is none") {
    CHECK(parse_content_coding("") == Coding::Identity);
    CHECK(parse_content_coding("GZip") == Coding::Gzip);
    CHECK(parse_content_coding("zstd") == Coding::Zstd);
    CHECK_FALSE(parse_content_coding("br"));
    CHECK_FALSE(parse_content_coding("gzip, gzip"));
  }

  TEST_CASE("a large text is packed, and says that it depends on the request") {
    const std::string text(5000, 'x');
    HttpResponse response{.content_type = "application/json; charset=utf-8", .body = text};
    compress(response, Coding::Gzip, 1024);
    CHECK(header(response, "Content-Encoding") == "gzip");
    CHECK(header(response, "Vary") == "Accept-Encoding");
    CHECK(gunzip(response.body, 10'000) == text);

    HttpResponse shared{.shared_body = std::make_shared<const std::string>(text)};
    compress(shared, Coding::Zstd, 1024);
    CHECK(unzstd(shared.content(), 10'000) == text);
  }

  TEST_CASE("small, packed or other content is left as it is") {
    HttpResponse small{.body = "x"};
    compress(small, Coding::Gzip, 1024);
    CHECK(small.headers.empty());
    HttpResponse image{.content_type = "image/png", .body = std::string(5000, 'x')};
    compress(image, Coding::Gzip, 1024);
    CHECK(image.headers.empty());
    HttpResponse packed{.headers = {{"content-encoding", "br"}}, .body = std::string(5000, 'x')};
    compress(packed, Coding::Gzip, 1024);
    CHECK(packed.headers.size() == 1);
    HttpResponse plain{.body = std::string(5000, 'x')};
    compress(plain, Coding::Identity, 1024);
    CHECK(header(plain, "Vary") == "Accept-Encoding");
    CHECK(plain.body.size() == 5000);
  }

  TEST_CASE("a body that is damaged differs from one that is too large") {
    const std::string text(5000, 'x');
    std::string out;
    CHECK(unpack(out, gzip(text, 1), Coding::Gzip, 5000) == Unpack::Done);
    CHECK(out == text);
    CHECK(unpack(out, gzip(text, 1), Coding::Gzip, 4999) == Unpack::TooLarge);
    CHECK(unpack(out, zstd(text, 1), Coding::Zstd, 4999) == Unpack::TooLarge);
    CHECK(unpack(out, "rubbish", Coding::Gzip, 4999) == Unpack::Damaged);
    CHECK(unpack(out, "", Coding::Zstd, 4999) == Unpack::Damaged);
  }
}

}  // namespace vedette::net
