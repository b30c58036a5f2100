#include "api/problem.h"

#include "base/json_writer.h"
#include "base/text.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

constexpr const char* kType = "application/problem+json";
constexpr const char* kRetrySeconds = "1";

}  // namespace

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::RequestInvalid:
    case Errc::EventSearch:
      return 400;
    case Errc::TokenInvalid:
      return 401;
    case Errc::RoleMissing:
      return 403;
    case Errc::RouteUnknown:
    case Errc::ThreatUnknown:
      return 404;
    case Errc::MethodUnknown:
      return 405;
    case Errc::ChangeConflict:
      return 412;
    case Errc::BodyTooLarge:
      return 413;
    case Errc::ContentRefused:
      return 415;
    case Errc::ChangeInvalid:
    case Errc::KeyReused:
      return 422;
    case Errc::TooManyRequests:
    case Errc::Busy:
      return 429;
    case Errc::StoreWrite:
    case Errc::StoreRead:
      return 503;
    default:
      return 500;
  }
}

net::HttpResponse problem(const Error& error, std::string_view request_id) {
  const ErrorText& text = describe(error.code);
  net::HttpResponse response{.status = status_of(error.code), .content_type = kType};
  JsonWriter json(response.body);
  json.begin_object().field("type", fmt::format("urn:vedette:error:{}", text.id));
  json.field("title", text.what).field("status", std::uint64_t{response.status});
  json.field("detail", clip_utf8(error.detail, 2048)).field("code", text.id);
  json.field("hint", text.hint).field("request_id", request_id).end_object();
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 429 || response.status == 503) {
    response.headers.emplace_back("Retry-After", kRetrySeconds);
  }
  return response;
}

net::HttpResponse problem(unsigned status, std::string_view detail) {
  net::HttpResponse response{.status = status, .content_type = kType};
  JsonWriter json(response.body);
  json.begin_object().field("type", "about:blank");
  json.field("title", net::reason_phrase(status)).field("status", std::uint64_t{status});
  json.field("detail", detail).end_object();
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", kRetrySeconds);
  return response;
}

}  // namespace vedette::api
