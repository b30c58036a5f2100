// Looking at threats.
#include "api/answers.h"
#include "api/service.h"
#include "base/json_writer.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

constexpr std::size_t kPageInitial = 100, kPageMax = 1000;
// Of most, so that a body need not grow.
constexpr std::size_t kHeadBytes = 640, kThreatBytes = 8 * 1024;

void write_next(std::string& body, const ThreatQuery& query, const std::optional<RankKey>& next) {
  body += "],\"next\":";
  if (next) {
    append_json_string(body, cursor_of(query, *next));
  } else {
    body += "null";
  }
  body += '}';
}

Result<net::HttpResponse> listed(Service& service, const Exchange& exchange) {
  const Time now = service.engine().clock.now();
  VD_TRY(const ThreatQuery query, threat_query(exchange, now));
  VD_TRY(const std::size_t limit, limit_of(exchange, kPageInitial, kPageMax));
  VD_TRY(const auto after, read_cursor(exchange, query));
  std::string body = "{\"threats\":[";
  body.reserve(64 + std::min(limit, kPageInitial) * kHeadBytes);
  VD_TRY(const auto next,
         service.engine().queue.show(query, after, limit, [&](const HeadView& head) {
           if (body.back() != '[') body += ',';
           append_json(body, head, now);
         }));
  write_next(body, query, next);
  return json_response(std::move(body));
}

Result<Threat> whole(Service& service, const std::string& which) {
  std::optional<std::uint64_t> hash = parse_threat_id(which);
  VD_TRY(const std::uint64_t found, threat_named(service, which));
  VD_TRY(auto threat, service.engine().queue.threat_of(found));
  if (!threat) return Error{Errc::ThreatUnknown, threat_id(hash.value_or(found))};
  return *std::move(threat);
}

Result<net::HttpResponse> one(Service& service, const Exchange& exchange) {
  VD_TRY(const Threat threat, whole(service, exchange.arguments[0]));
  std::string body;
  body.reserve(kThreatBytes);
  append_json(body, threat, service.engine().clock.now());
  net::HttpResponse response = json_response(std::move(body));
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", threat.workflow.version));
  return response;
}

void write_audit(JsonWriter& json, const AuditEntry& entry) {
  json.begin_object().field("at", entry.at).field("kind", "change");
  json.field("who", entry.who).field("action", entry.action);
  json.field("detail", entry.reason).end_object();
}

void write_deed(JsonWriter& json, const TimelineEntry& entry) {
  json.begin_object().field("at", entry.first).field("kind", "event");
  json.field("last", entry.last).field("action", describe(entry.action).text);
  json.field("count", entry.count).field("detail", entry.detail).end_object();
}

/// What the entity did and what people did about it, in the order of time.
Result<net::HttpResponse> told(Service& service, const Exchange& exchange) {
  VD_TRY(const Threat threat, whole(service, exchange.arguments[0]));
  VD_TRY(auto audit, service.engine().queue.store().audit(
                         {.entity_hash = threat.entity_hash, .before_id = 0, .limit = 1000}));
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("id", threat.id).key("timeline").begin_array();
  auto deed = threat.timeline.begin();
  for (auto entry = audit.rbegin(); entry != audit.rend(); ++entry) {
    while (deed != threat.timeline.end() && deed->first <= entry->at) write_deed(json, *deed++);
    write_audit(json, *entry);
  }
  while (deed != threat.timeline.end()) write_deed(json, *deed++);
  json.end_array().field("merged", threat.timeline_merged).end_object();
  return json_response(std::move(body));
}

void write_finding(std::string& body, const Threat& threat, const Finding& finding) {
  JsonAppender json(body);
  json.raw(R"({"threat":)").string(threat.id);
  json.raw(R"(,"entity":{"type":)").string(to_string(threat.entity_type));
  json.raw(R"(,"value":)").string(threat.entity_value);
  json.raw(R"(},"rule":{"id":)").string(finding.rule->id);
  json.raw(R"(,"title":)").string(finding.rule->title);
  json.raw(R"(,"level":)").string(to_string(finding.rule->level));
  json.raw(R"(},"techniques":)").strings(finding.rule->techniques);
  json.raw(R"(,"count":)").number(finding.count);
  json.raw(R"(,"first_seen":)").time(finding.first_seen);
  json.raw(R"(,"last_seen":)").time(finding.last_seen);
  json.raw(R"(,"evidence":)");
  json.array(finding.evidence, [&](const auto& line) { append_json(json, *line); }).raw("}");
}

/// The findings of a page of threats: those that the query itself names, or all.
Result<net::HttpResponse> found(Service& service, const Exchange& exchange) {
  VD_TRY(const ThreatQuery query, threat_query(exchange, service.engine().clock.now()));
  VD_TRY(const std::size_t limit, limit_of(exchange, 20, 100));
  VD_TRY(const auto after, read_cursor(exchange, query));
  VD_TRY(const auto page, service.engine().queue.page(query, after, limit));
  std::string body = "{\"findings\":[";
  for (const ThreatHead& head : page.heads) {
    VD_TRY(const auto threat, service.engine().queue.threat_of(head.entity_hash));
    if (!threat) continue;
    for (const Finding& finding : threat->findings) {
      const auto& techniques = finding.rule->techniques;
      if (!query.rule.empty() && finding.rule->id != query.rule) continue;
      if (!query.technique.empty() &&
          std::find(techniques.begin(), techniques.end(), query.technique) == techniques.end()) {
        continue;
      }
      if (body.back() != '[') body += ',';
      write_finding(body, *threat, finding);
    }
  }
  write_next(body, query, page.next);
  return json_response(std::move(body));
}

Result<net::HttpResponse> about(Service& service, const Exchange& exchange) {
  const auto type = parse_entity_type(exchange.arguments[0]);
  if (!type) return Error{Errc::RequestInvalid, "the path: there is no such type of entity"};
  const auto hash = entity_hash(*type, exchange.arguments[1]);
  if (!hash) return Error{Errc::RequestInvalid, "the path: this is no address"};
  VD_TRY(const auto threat, service.engine().queue.threat_of(*hash));
  VD_TRY(const auto audit, service.engine().queue.store().audit(
                               {.entity_hash = *hash, .before_id = 0, .limit = 100}));
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("type", to_string(*type)).field("value", exchange.arguments[1]);
  json.field("threat_id", threat_id(*hash)).key("suppressions").begin_array();
  for (const Suppression& one : service.engine().queue.suppressions()->all()) {
    if (one.entity_hash == *hash) json.string(one.id);
  }
  json.end_array().key("changes").begin_array();
  for (const AuditEntry& entry : audit) write_audit(json, entry);
  json.end_array().key("threat");
  if (threat) {
    append_json(body, *threat, service.engine().clock.now());
  } else {
    body += "null";
  }
  body += '}';
  return json_response(std::move(body));
}

}  // namespace

void list_threats(Service& service, const ExchangePtr& exchange) {
  exchange->send(listed(service, *exchange));
}
void get_threat(Service& service, const ExchangePtr& exchange) {
  exchange->send(one(service, *exchange));
}
void get_timeline(Service& service, const ExchangePtr& exchange) {
  exchange->send(told(service, *exchange));
}
void list_findings(Service& service, const ExchangePtr& exchange) {
  exchange->send(found(service, *exchange));
}
void get_entity(Service& service, const ExchangePtr& exchange) {
  exchange->send(about(service, *exchange));
}

}  // namespace vedette::api
