// Changing threats.
#include "api/answers.h"
#include "api/problem.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "base/text.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

constexpr std::size_t kBulkMax = 10'000;

/// `"7"` or `*`; nothing without the header.
Result<std::optional<std::uint64_t>> if_match(const net::HttpRequest& request) {
  std::string_view text = trim(request.header("If-Match"));
  if (text.empty() || text == "*") return std::optional<std::uint64_t>{};
  const bool quoted = take_char(text, '"') && take_suffix(text, "\"");
  const auto version = parse_int<std::uint64_t>(text);
  if (!quoted || !version) {
    return Error{Errc::RequestInvalid, "If-Match: it is no ETag as this API gives them"};
  }
  return std::optional<std::uint64_t>(*version);
}

net::HttpResponse changed(const ThreatHead& head, Time now) {
  std::string body;
  append_json(body, head, now);
  net::HttpResponse response = json_response(std::move(body));
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", head.workflow.version));
  return response;
}

struct Ask {
  std::uint64_t entity_hash = 0;
  engine::Change change;
};

Result<Ask> read_one(Service& service, const Exchange& exchange) {
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  Ask ask;
  VD_TRY(ask.change, read_change(service, body, exchange.caller));
  VD_TRY(ask.change.if_version, if_match(exchange.request));
  VD_TRY(ask.entity_hash, threat_named(service, exchange.arguments[0]));
  return ask;
}

struct BulkAsk {
  std::vector<std::string> ids;
  std::vector<std::uint64_t> hashes;
  engine::Change change;
};

Result<void> read_ids(const Json& ids, BulkAsk& ask) {
  if (!ids.is(Json::Kind::Array) || ids.items.size() > kBulkMax) {
    return Error{Errc::RequestInvalid, fmt::format("ids: no list of at most {}", kBulkMax)};
  }
  for (const Json& id : ids.items) {
    const auto lowest = parse_threat_id(id.string);
    if (!lowest) return Error{Errc::RequestInvalid, "ids: one is no id of a threat"};
    ask.ids.push_back(id.string);
  }
  return {};
}

/// What the query finds now; more than kBulkMax is refused, not cut.
Result<void> read_found(Service& service, const Json& query, BulkAsk& ask) {
  VD_TRY(const ThreatQuery wanted, threat_query(query, service.engine().clock.now()));
  std::optional<RankKey> after;
  do {
    VD_TRY(const auto page, service.engine().queue.page(wanted, after, 1000));
    for (const ThreatHead& head : page.heads) ask.hashes.push_back(head.entity_hash);
    after = page.next;
    if (ask.hashes.size() > kBulkMax) {
      return Error{Errc::ChangeInvalid,
                   fmt::format("query: it finds more than {}; narrow it", kBulkMax)};
    }
  } while (after);
  return {};
}

Result<BulkAsk> read_bulk(Service& service, const Exchange& exchange) {
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  VD_CHECK(only_members(body, {"ids", "query", "change"}));
  const Json *ids = body.find("ids"), *query = body.find("query"), *change = body.find("change");
  if ((ids == nullptr) == (query == nullptr) || change == nullptr) {
    return Error{Errc::RequestInvalid,
                 "the body: `change` and one of `ids` and `query` are wanted"};
  }
  BulkAsk ask;
  VD_TRY(ask.change, read_change(service, *change, exchange.caller));
  if (ids != nullptr) {
    VD_CHECK(read_ids(*ids, ask));
    for (const std::string& id : ask.ids) {
      VD_TRY(const auto hash, service.engine().queue.find(id));
      ask.hashes.push_back(hash.value_or(0));
    }
  } else {
    VD_CHECK(read_found(service, *query, ask));
  }
  return ask;
}

Result<net::HttpResponse> change_all(engine::Draft& draft, const BulkAsk& ask) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("results").begin_array();
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < ask.hashes.size(); ++i) {
    const std::string id = i < ask.ids.size() ? ask.ids[i] : threat_id(ask.hashes[i]);
    json.begin_object().field("id", id);
    const auto outcome = ask.hashes[i] == 0 ? Result<ThreatHead>(Error{Errc::ThreatUnknown, id})
                                            : draft.change(ask.hashes[i], ask.change);
    if (outcome) {
      ++done;
      json.field("status", std::uint64_t{200}).field("version", outcome->workflow.version);
    } else {
      json.field("status", std::uint64_t{status_of(outcome.error().code)});
      json.field("code", describe(outcome.error().code).id);
      json.field("detail", outcome.error().detail);
    }
    json.end_object();
  }
  json.end_array().field("changed", done).end_object();
  return json_response(std::move(body));
}

}  // namespace

void change_threat(Service& service, const ExchangePtr& exchange) {
  auto ask = read_one(service, *exchange);
  if (!ask) return exchange->send(ask.error());
  service.store(exchange,
                [ask = *std::move(ask)](engine::Draft& draft) -> Result<net::HttpResponse> {
                  VD_TRY(const ThreatHead head, draft.change(ask.entity_hash, ask.change));
                  return changed(head, draft.now());
                });
}

void change_threats(Service& service, const ExchangePtr& exchange) {
  auto ask = read_bulk(service, *exchange);
  if (!ask) return exchange->send(ask.error());
  service.store(exchange,
                [ask = *std::move(ask)](engine::Draft& draft) { return change_all(draft, ask); });
}

}  // namespace vedette::api
