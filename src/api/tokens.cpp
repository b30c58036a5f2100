// Who may come in, and what they did.
#include "api/answers.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "base/text.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

constexpr std::size_t kTokensMax = 10'000, kNameBytesMax = 128;
constexpr std::int64_t kDaysMax = 3660;

void write(JsonWriter& json, const Token& token) {
  json.field("id", token.id).field("name", token.name).field("role", to_string(token.role));
  json.field("created", token.created).field("expires", token.expires).field("by", token.by);
}

Result<NewToken> read_new(Service& service, const Exchange& exchange) {
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  VD_CHECK(only_members(body, {"name", "role", "days"}));
  VD_TRY(const auto name, text_member(body, "name", kNameBytesMax));
  VD_TRY(const auto role_name, text_member(body, "role", 32));
  if (!name || trim(*name).empty()) return Error{Errc::RequestInvalid, "name: it is missing"};
  const auto role = parse_role(role_name.value_or(""));
  if (!role) {
    return Error{Errc::RequestInvalid, "role: it is none of ingest, viewer, analyst, admin"};
  }
  std::int64_t days = 365;
  if (const Json* member = body.find("days")) {
    if (!member->is(Json::Kind::Integer) || member->integer < 1 || member->integer > kDaysMax) {
      return Error{Errc::RequestInvalid, fmt::format("days: no number from 1 to {}", kDaysMax)};
    }
    days = member->integer;
  }
  if (service.tokens().all().size() >= kTokensMax) {
    return Error{Errc::ChangeInvalid, fmt::format("there are {} already", kTokensMax)};
  }
  return make_token(*name, *role, exchange.caller.name, service.engine().clock.now(),
                    std::chrono::hours(24 * days));
}

AuditEntry entry_of(const Token& token, std::string who, std::string action, Time now) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  write(writer, token);
  writer.end_object();
  return {.at = now,
          .who = std::move(who),
          .action = std::move(action),
          .entity_hash = 0,
          .reason = token.name,
          .before = {},
          .after = std::move(json)};
}

Result<net::HttpResponse> audited(Service& service, const Exchange& exchange) {
  VD_TRY(const std::size_t limit, limit_of(exchange, 100, 1000));
  AuditQuery query{.entity_hash = 0, .before_id = 0, .limit = limit};
  if (const std::string* threat = exchange.parameter("threat")) {
    VD_TRY(query.entity_hash, threat_named(service, *threat));
  }
  if (const std::string* cursor = exchange.parameter("cursor")) {
    const auto before = parse_int<std::uint64_t>(*cursor);
    if (!before) return Error{Errc::RequestInvalid, "cursor: it is none"};
    query.before_id = *before;
  }
  VD_TRY(const auto entries, service.engine().queue.store().audit(query));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("entries").begin_array();
  for (const AuditEntry& entry : entries) {
    json.begin_object().field("id", entry.id).field("at", entry.at).field("who", entry.who);
    json.field("action", entry.action).key("threat");
    if (entry.entity_hash == 0) {
      json.null();
    } else {
      json.string(threat_id(entry.entity_hash));
    }
    json.field("reason", entry.reason).field("before", entry.before).field("after", entry.after);
    json.end_object();
  }
  json.end_array().key("next");
  if (entries.size() == limit) {
    json.string(std::to_string(entries.back().id));
  } else {
    json.null();
  }
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

void list_tokens(Service& service, const ExchangePtr& exchange) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("tokens").begin_array();
  for (const Token& token : service.tokens().all()) {
    json.begin_object();
    write(json, token);
    json.end_object();
  }
  json.end_array().end_object();
  exchange->send(json_response(std::move(body)));
}

void create_token(Service& service, const ExchangePtr& exchange) {
  if (!exchange->request.header("Idempotency-Key").empty()) {
    // Its answer would have to be kept, and with it the secret.
    return exchange->send(
        Error{Errc::RequestInvalid, "Idempotency-Key: not for tokens, whose secrets nobody keeps"});
  }
  auto made = read_new(service, *exchange);
  if (!made) return exchange->send(made.error());
  service.store(
      exchange,
      [&service, made = *std::move(made)](engine::Draft& draft) -> Result<net::HttpResponse> {
        draft.commit().tokens.push_back(made.token);
        draft.commit().audit.push_back(
            entry_of(made.token, made.token.by, "token-create", draft.now()));
        std::vector<Token> tokens = service.tokens().all();
        tokens.push_back(made.token);
        service.tokens().replace(std::move(tokens));
        std::string body;
        JsonWriter json(body);
        json.begin_object();
        write(json, made.token);
        json.field("token", made.secret).end_object();
        return json_response(std::move(body), 201);
      });
}

void revoke_token(Service& service, const ExchangePtr& exchange) {
  const std::string id = exchange->arguments[0], who = exchange->caller.name;
  service.store(exchange, [&service, id, who](engine::Draft& draft) -> Result<net::HttpResponse> {
    std::vector<Token> tokens = service.tokens().all();
    const auto found = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const Token& token) { return token.id == id; });
    if (found == tokens.end()) return Error{Errc::RouteUnknown, "there is no such token"};
    draft.commit().tokens_revoked.push_back(id);
    draft.commit().audit.push_back(entry_of(*found, who, "token-revoke", draft.now()));
    tokens.erase(found);
    service.tokens().replace(std::move(tokens));
    return net::HttpResponse{.status = 204, .content_type = {}};
  });
}

void list_audit(Service& service, const ExchangePtr& exchange) {
  exchange->send(audited(service, *exchange));
}

}  // namespace vedette::api
