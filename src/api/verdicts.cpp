// Looking at the verdicts that are kept.
#include "api/answers.h"
#include "api/service.h"
#include "api/verdict_log.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "prompt/verdict_json.h"
#include "prompt/verdict_record.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>

namespace vedette::api {
namespace {

using store::LoggedVerdict;
using store::TextForm;
using store::VerdictKey;
using store::VerdictOrder;
using store::VerdictQuery;

constexpr std::uint64_t kCursorVersion = 1;

Error invalid(std::string_view name, std::string_view what) {
  return {Errc::RequestInvalid, fmt::format("{}: {}", name, what)};
}

Result<double> score_in(std::string_view text) {
  double score = -1;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, score);
  if (error == std::errc{} && end == last && score >= 0 && score <= 1) return score;
  return invalid("score_min", "it is no number from 0 to 1");
}

Result<VerdictQuery> read(const Exchange& exchange) {
  VerdictQuery query;
  for (const auto& [name, value] : exchange.query) {
    if (name == "since" || name == "until") {
      const auto time = parse_rfc3339(value);
      if (!time) return invalid(name, "it is no RFC 3339 time");
      (name == "since" ? query.since : query.until) = *time;
    } else if (name == "score_min") {
      VD_TRY(query.score_min, score_in(value));
    } else if (name == "scanner") {
      const auto scanner = prompt::parse_scanner(value);
      if (!scanner) return invalid(name, "there is no such scanner");
      query.scanner = static_cast<unsigned>(*scanner);
    } else if (name == "decision") {
      const auto decision = prompt::parse_decision(value);
      if (!decision) return invalid(name, "it is none of allow, flag, block");
      query.decision = static_cast<std::uint8_t>(*decision);
    } else if (name == "client") {
      query.client = client_name(value);
    } else if (name == "sort") {
      if (value != "newest" && value != "score") return invalid(name, "it is none");
      query.order = value == "score" ? VerdictOrder::HighestScore : VerdictOrder::Newest;
    }
  }
  return query;
}

std::string cursor_of(const VerdictQuery& query, const VerdictKey& last) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kCursorVersion);
  out.u64(static_cast<std::uint64_t>(query.order));
  out.fixed64(std::bit_cast<std::uint64_t>(last.score));
  out.time(last.time);
  out.u64(last.id);
  out.fixed64(hash64(bytes));
  return base64url(bytes);
}

Result<std::optional<VerdictKey>> cursor_in(const Exchange& exchange, const VerdictQuery& query) {
  const std::string* text = exchange.parameter("cursor");
  if (text == nullptr) return std::optional<VerdictKey>{};
  const auto bytes = from_base64url(*text);
  if (!bytes || bytes->size() < 8) return invalid("cursor", "it is none");
  Reader in(*bytes);
  const std::uint64_t version = in.u64(), order = in.u64();
  VerdictKey key;
  key.score = std::bit_cast<double>(in.fixed64());
  key.time = in.time();
  key.id = in.u64();
  const std::uint64_t sum = in.fixed64();
  const bool whole = in.done() && version == kCursorVersion &&
                     sum == hash64(std::string_view(*bytes).substr(0, bytes->size() - 8));
  if (!whole) return invalid("cursor", "it is none");
  if (order != static_cast<std::uint64_t>(query.order)) {
    return invalid("cursor", "it is of a list in another order");
  }
  return std::optional<VerdictKey>(key);
}

void write_head(JsonWriter& json, const LoggedVerdict& verdict) {
  json.field("id", verdict.id).field("time", verdict.time);
  json.key("client");
  verdict.client.empty() ? json.null() : json.string(verdict.client);
  prompt::write_receipt(
      json, {.text = verdict.text_hash,
             .policy = verdict.policy,
             .model = verdict.model,
             .direction = static_cast<prompt::Direction>(verdict.direction % prompt::kDirections)});
  json.key("alarmed").begin_array();
  for (std::size_t i = 0; i < prompt::kScanners; ++i) {
    if ((verdict.alarmed >> i & 1) != 0) json.string(to_string(static_cast<prompt::ScannerId>(i)));
  }
  json.end_array();
}

Result<net::HttpResponse> listed(store::PromptStore& store, const VerdictQuery& query,
                                 const std::optional<VerdictKey>& after, std::size_t limit) {
  VD_TRY(const auto page, store.page(query, after, limit));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("verdicts").begin_array();
  for (const LoggedVerdict& verdict : page.verdicts) {
    json.begin_object();
    write_head(json, verdict);
    json.field("verdict", to_string(static_cast<prompt::Decision>(verdict.decision % 3)));
    json.key("score").real(verdict.score).end_object();
  }
  json.end_array().key("next");
  page.next ? json.string(cursor_of(query, *page.next)) : json.null();
  json.end_object();
  return json_response(std::move(body));
}

Result<net::HttpResponse> one(store::PromptStore& store, std::uint64_t id) {
  VD_TRY(const auto found, store.verdict(id));
  if (!found) return Error{Errc::RouteUnknown, "there is no such verdict, or it was too old"};
  prompt::Verdict verdict;
  if (!prompt::decode_record(found->body, verdict)) {
    return Error{Errc::StoreDamaged, fmt::format("verdict {}: it cannot be understood", id)};
  }
  constexpr std::array<std::string_view, 3> kForms{"none", "masked", "raw"};
  std::optional<std::string_view> text;
  if (found->form == TextForm::Raw) text = found->text;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_head(json, *found);
  prompt::write_verdict(json, text, verdict);
  json.field("text_form", kForms[static_cast<std::size_t>(found->form) % kForms.size()]);
  json.key("text");
  found->form == TextForm::None ? json.null() : json.string(found->text);
  json.end_object();
  return json_response(std::move(body));
}

/// Answers with what `read` says, where the disk may be waited for.
template <typename Read>
void answer_later(Service& service, const ExchangePtr& exchange, Read read) {
  VerdictLog* log = service.engine().verdicts;
  if (log == nullptr) {
    return exchange->send(Error{Errc::RouteUnknown, "this instance keeps no verdicts"});
  }
  const bool taken = service.later(
      [exchange, log, read = std::move(read)] { exchange->send(read(log->store())); });
  if (!taken) exchange->send(Error{Errc::Busy, "too many searches are waiting"});
}

}  // namespace

void list_verdicts(Service& service, const ExchangePtr& exchange) {
  const auto limit = limit_of(*exchange, 100, 1000);
  if (!limit) return exchange->send(limit.error());
  const auto query = read(*exchange);
  if (!query) return exchange->send(query.error());
  const auto after = cursor_in(*exchange, *query);
  if (!after) return exchange->send(after.error());
  answer_later(service, exchange,
               [query = *query, after = *after, limit = *limit](store::PromptStore& store) {
                 return listed(store, query, after, limit);
               });
}

void get_verdict(Service& service, const ExchangePtr& exchange) {
  const auto id = parse_int<std::int64_t>(exchange->arguments[0]);
  // What is no number is the id of none.
  answer_later(service, exchange, [id = id.value_or(0)](store::PromptStore& store) {
    return one(store, static_cast<std::uint64_t>(id));
  });
}

}  // namespace vedette::api
