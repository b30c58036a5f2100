// What nobody wants to see again: proposed from a threat, shown with what it would have hidden, and
// in force only when it is accepted.
#include "api/answers.h"
#include "api/secret.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace vedette::api {
namespace {

constexpr std::chrono::hours kInitial{30 * 24}, kLongest{366 * 24};
constexpr std::size_t kSuppressionsMax = 10'000;
/// Threats of the history that a proposal looks at.
constexpr std::size_t kHistoryMax = 2'000;

void write(JsonWriter& json, const Suppression& one, Time now) {
  json.begin_object().field("id", one.id).field("rule", one.rule);
  json.key("entity");
  if (one.entity_type) {
    json.begin_object().field("type", to_string(*one.entity_type));
    json.field("value", one.entity_value).end_object();
  } else {
    json.null();
  }
  json.key("techniques").begin_array();
  for (const std::string& technique : one.techniques) json.string(technique);
  json.end_array().field("created", one.created).field("expires", one.expires);
  json.key("in_force").boolean(one.expires > now);
  json.field("by", one.by).field("reason", one.reason).end_object();
}

/// `{"rule","entity":{"type","value"},"expires","reason"}`: what a person writes or accepts.
Result<Suppression> read(const Json& body, Time now) {
  VD_CHECK(only_members(body, {"rule", "entity", "techniques", "expires", "reason"}));
  Suppression one;
  VD_TRY(const auto rule, text_member(body, "rule", 128));
  one.rule = rule.value_or("");
  const Json* entity = body.find("entity");
  if (entity != nullptr && !entity->is(Json::Kind::Null)) {
    VD_CHECK(only_members(*entity, {"type", "value"}));
    VD_TRY(const auto type, text_member(*entity, "type", 64));
    VD_TRY(const auto value, text_member(*entity, "value", 512));
    one.entity_type = parse_entity_type(type.value_or("source.ip"));
    const auto hash =
        one.entity_type && value ? entity_hash(*one.entity_type, *value) : std::nullopt;
    if (!hash) return Error{Errc::RequestInvalid, "entity: its type or value is none"};
    one.entity_value = *value;
    one.entity_hash = *hash;
  }
  if (one.rule.empty() && one.entity_hash == 0) {
    return Error{Errc::ChangeInvalid, "a suppression names a rule, an entity, or both"};
  }
  VD_TRY(const auto reason, text_member(body, "reason", kReasonBytesMax));
  one.reason = reason.value_or("");
  VD_TRY(const auto expires, text_member(body, "expires", 64));
  one.created = now;
  one.expires = now + kInitial;
  if (expires) {
    const auto time = parse_rfc3339(*expires);
    if (!time) return Error{Errc::RequestInvalid, "expires: it is no RFC 3339 time"};
    one.expires = *time;
  }
  if (one.expires <= now || one.expires > now + kLongest) {
    return Error{Errc::ChangeInvalid, "expires: not within a year from now"};
  }
  return one;
}

struct Effect {
  std::uint64_t threats = 0, findings = 0, events = 0, confirmed = 0;
  std::set<std::string> techniques;
  bool whole = true;  // all of the history was looked at
};

/// What stored threats hold of it, and the techniques that are known with it: those it may hide.
Result<Effect> effect_of(Service& service, const Suppression& one) {
  Effect effect;
  engine::ThreatQueue& queue = service.engine().queue;
  std::vector<std::uint64_t> hashes;
  if (one.entity_hash != 0) {
    hashes.push_back(one.entity_hash);
  } else {
    ThreatQuery query;
    query.rule = one.rule;
    query.sort = Sort::LastSeen;
    std::optional<RankKey> after;
    do {
      VD_TRY(const auto page, queue.page(query, after, 500));
      for (const ThreatHead& head : page.heads) hashes.push_back(head.entity_hash);
      after = page.next;
    } while (after && hashes.size() < kHistoryMax);
    effect.whole = !after;
  }
  for (const std::uint64_t hash : hashes) {
    VD_TRY(const auto threat, queue.threat_of(hash));
    if (!threat) continue;
    bool any = false;
    for (const Finding& finding : threat->findings) {
      if (!one.rule.empty() && finding.rule->id != one.rule) continue;
      any = true;
      ++effect.findings;
      effect.events += finding.count;
      effect.techniques.insert(finding.rule->techniques.begin(), finding.rule->techniques.end());
    }
    if (!any) continue;
    ++effect.threats;
    if (threat->workflow.status == Status::Resolved) ++effect.confirmed;
  }
  return effect;
}

/// The techniques of the rule itself count too: it may not have fired yet.
void complete(Service& service, Suppression& one, const Effect& effect) {
  std::set<std::string> techniques = effect.techniques;
  for (const RuleInfo& rule : service.engine().rules) {
    if (!one.rule.empty() && (rule.id.empty() ? rule.title : rule.id) == one.rule) {
      techniques.insert(rule.techniques.begin(), rule.techniques.end());
    }
  }
  one.techniques.assign(techniques.begin(), techniques.end());
}

void write_effect(JsonWriter& json, const Effect& effect) {
  json.key("would_have_hidden").begin_object().field("threats", effect.threats);
  json.field("findings", effect.findings).field("events", effect.events);
  json.field("of_confirmed_threats", effect.confirmed);
  json.key("complete").boolean(effect.whole).end_object();
}

/// From a threat the narrowest: its worst finding, and it alone.
Result<Suppression> proposed(Service& service, const std::string& which) {
  VD_TRY(const std::uint64_t hash, threat_named(service, which));
  VD_TRY(const auto threat, service.engine().queue.threat_of(hash));
  if (!threat) return Error{Errc::ThreatUnknown, which};
  Suppression one;
  if (!threat->findings.empty()) one.rule = threat->findings[0].rule->id;
  one.entity_type = threat->entity_type;
  one.entity_value = threat->entity_value;
  one.entity_hash = hash;
  one.created = service.engine().clock.now();
  one.expires = one.created + kInitial;
  return one;
}

Result<net::HttpResponse> proposal(Service& service, const Exchange& exchange) {
  const Time now = service.engine().clock.now();
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  Suppression one;
  if (body.find("threat") != nullptr) {
    VD_CHECK(only_members(body, {"threat"}));
    VD_TRY(const auto which, text_member(body, "threat", 512));
    VD_TRY(one, proposed(service, which.value_or("")));
  } else {
    VD_TRY(one, read(body, now));
  }
  VD_TRY(const Effect effect, effect_of(service, one));
  complete(service, one, effect);
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("suppression");
  write(json, one, now);
  write_effect(json, effect);
  json.end_object();
  return json_response(std::move(text));
}

std::string new_id() {
  std::string id = "s-";
  for (const char byte : random_bytes(6)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

}  // namespace

void list_suppressions(Service& service, const ExchangePtr& exchange) {
  const Time now = service.engine().clock.now();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("suppressions").begin_array();
  for (const Suppression& one : service.engine().queue.suppressions()->all()) {
    write(json, one, now);
  }
  json.end_array().end_object();
  exchange->send(json_response(std::move(body)));
}

void propose_suppression(Service& service, const ExchangePtr& exchange) {
  exchange->send(proposal(service, *exchange));
}

void create_suppression(Service& service, const ExchangePtr& exchange) {
  const Time now = service.engine().clock.now();
  const auto made = [&]() -> Result<Suppression> {
    VD_TRY(const Json body, Json::parse(exchange->request.body));
    VD_TRY(Suppression one, read(body, now));
    if (service.engine().queue.suppressions()->all().size() >= kSuppressionsMax) {
      return Error{Errc::ChangeInvalid, fmt::format("there are {} already", kSuppressionsMax)};
    }
    VD_TRY(const Effect effect, effect_of(service, one));
    complete(service, one, effect);
    one.id = new_id();
    one.by = exchange->caller.name;
    return one;
  }();
  if (!made) return exchange->send(made.error());
  service.store(exchange, [one = *made](engine::Draft& draft) -> Result<net::HttpResponse> {
    std::string body;
    JsonWriter json(body);
    write(json, one, draft.now());
    draft.commit().suppressions.push_back(one);
    draft.commit().audit.push_back({.at = draft.now(),
                                    .who = one.by,
                                    .action = "suppress",
                                    .entity_hash = one.entity_hash,
                                    .reason = one.reason,
                                    .before = {},
                                    .after = body});
    return json_response(std::move(body), 201);
  });
}

void end_suppression(Service& service, const ExchangePtr& exchange) {
  const std::string id = exchange->arguments[0], who = exchange->caller.name;
  service.store(exchange, [&service, id, who](engine::Draft& draft) -> Result<net::HttpResponse> {
    Commit& commit = draft.commit();
    const auto all = service.engine().queue.suppressions();
    const auto one = std::find_if(all->all().begin(), all->all().end(),
                                  [&](const Suppression& its) { return its.id == id; });
    const auto& ended = commit.suppressions_ended;  // in the same transaction
    if (one == all->all().end() || std::find(ended.begin(), ended.end(), id) != ended.end()) {
      return Error{Errc::RouteUnknown, "there is no such suppression"};
    }
    commit.suppressions_ended.push_back(id);
    commit.audit.push_back({.at = draft.now(),
                            .who = who,
                            .action = "unsuppress",
                            .entity_hash = one->entity_hash,
                            .reason = {},
                            .before = id,
                            .after = {}});
    return net::HttpResponse{.status = 204, .content_type = {}};
  });
}

}  // namespace vedette::api
