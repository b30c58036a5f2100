// How the instance is.
#include "api/answers.h"
#include "api/openapi.h"
#include "api/problem.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "engine/learning.h"
#include "observe/metrics.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

using engine::Stats;

net::HttpResponse text(std::string body, unsigned status = 200) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

bool is_ready(const Stats& stats) {
  return stats.ready && !stats.store_failing;
}

void write_rule(JsonWriter& json, const RuleInfo& rule) {
  json.begin_object().field("id", rule.id.empty() ? rule.title : rule.id);
  json.field("title", rule.title).field("level", to_string(rule.level));
  json.field("description", rule.description).field("advice", rule.advice);
  json.key("techniques").begin_array();
  for (const std::string& technique : rule.techniques) json.string(technique);
  json.end_array().key("reports").boolean(rule.reports).field("file", rule.file).end_object();
}

const std::string& id_of(const RuleInfo& rule) {
  return rule.id.empty() ? rule.title : rule.id;
}

/// How far learning has come, and by what alarms are judged.
void write_anomaly(JsonWriter& json, const Stats& stats) {
  json.key("anomaly").begin_object();
  json.field("profiles", Stats::get(stats.profiles));
  json.field("profiles_evicted", Stats::get(stats.profiles_evicted));
  json.field("vectors", Stats::get(stats.vectors_scored));
  json.field("findings", Stats::get(stats.anomalies));
  json.field("models_trained", Stats::get(stats.models_trained)).key("kinds").begin_array();
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const Stats::Behaviour& its = stats.behaviour[k];
    const bool learned = its.model != 0;
    json.begin_object().field("kind", to_string(static_cast<anomaly::Kind>(k)));
    json.field("state",
               learned ? std::string("detecting")
                       : fmt::format("learning, {:.0f} % of baseline", 100 * its.progress.load()));
    json.key("baseline").real(its.progress, 3).key("threshold").real(its.threshold, 3);
    json.key("score_drift").real(its.score_drift, 4);
    json.key("feature_drift").real(its.feature_drift, 3);
    json.field("model", learned ? fmt::format("{:016x}", its.model.load()) : std::string());
    json.field("trained_at", Time{std::chrono::hours(its.trained_hour)}).end_object();
  }
  json.end_array().end_object();
}

/// What a person should look at, each with its name and a sentence.
void write_alerts(JsonWriter& json, const Stats& stats) {
  constexpr std::uint64_t kResolvedMin = 20;
  constexpr double kAccuracyMin = 0.9;
  json.key("alerts").begin_array();
  const auto alert = [&](std::string_view name, const std::string& sentence) {
    json.begin_object().field("name", name).field("sentence", sentence).end_object();
  };
  if (stats.store_failing) alert("store-failing", "The database cannot be written.");
  if (stats.resolved >= kResolvedMin && stats.accuracy < kAccuracyMin) {
    alert("anomaly-accuracy",
          fmt::format("Of {} closed threats anomalies judged {:.0f} % as people did.",
                      stats.resolved.load(), 100 * stats.accuracy.load()));
  }
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    if (!engine::has_drifted(stats.behaviour[k])) continue;
    alert("anomaly-drift", fmt::format("What is usual for a {} has changed since the model before.",
                                       to_string(static_cast<anomaly::Kind>(k))));
  }
  json.end_array();
}

}  // namespace

void get_health(Service&, const ExchangePtr& exchange) {
  exchange->send(text("ok\n"));
}

void get_readiness(Service& service, const ExchangePtr& exchange) {
  const Stats& stats = service.engine().stats;
  if (!stats.ready) return exchange->send(text("starting or ending\n", 503));
  if (stats.store_failing) return exchange->send(text("the database cannot be written\n", 503));
  exchange->send(text("ready\n"));
}

void get_metrics(Service& service, const ExchangePtr& exchange) {
  exchange->send(net::HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                   .body = observe::to_prometheus(service.metrics())});
}

void get_status(Service& service, const ExchangePtr& exchange) {
  const Stats& stats = service.engine().stats;
  const ThreatCounts counts = service.engine().queue.counts();
  std::uint64_t open = 0, critical = 0;
  for (const auto& tier : counts) {
    for (std::size_t level = 0; level < kLevels; ++level) {
      for (std::size_t status = 0; status < kStatuses; ++status) {
        if (is_closed(static_cast<Status>(status))) continue;
        open += tier[level][status];
        if (static_cast<Level>(level) == Level::Critical) critical += tier[level][status];
      }
    }
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("status", is_ready(stats) ? "ready" : "degraded");
  json.field("mode", "observe").key("store_failing").boolean(stats.store_failing);
  json.field("threats_open", open).field("threats_critical", critical);
  json.field("rules", std::uint64_t{service.engine().rules.size()});
  json.field("events", Stats::get(stats.events)).field("lines", Stats::get(stats.lines));
  json.field("time", service.engine().clock.now());
  write_alerts(json, stats);
  json.end_object();
  exchange->send(json_response(std::move(body)));
}

void get_statistics(Service& service, const ExchangePtr& exchange) {
  const Stats& stats = service.engine().stats;
  const ThreatCounts counts = service.engine().queue.counts();
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("threats").begin_array();
  for (std::size_t t = 0; t < kTiers; ++t) {
    for (std::size_t l = 0; l < kLevels; ++l) {
      for (std::size_t s = 0; s < kStatuses; ++s) {
        if (counts[t][l][s] == 0) continue;
        json.begin_object().field("tier", to_string(static_cast<Tier>(t)));
        json.field("severity", to_string(static_cast<Level>(l)));
        json.field("status", to_string(static_cast<Status>(s)));
        json.field("count", counts[t][l][s]).end_object();
      }
    }
  }
  json.end_array().key("pipeline").begin_object();
  json.field("bytes", Stats::get(stats.bytes)).field("lines", Stats::get(stats.lines));
  json.field("events", Stats::get(stats.events)).field("undecoded", Stats::get(stats.undecoded));
  json.field("truncated", Stats::get(stats.truncated));
  json.field("filtered", Stats::get(stats.filtered));
  json.field("findings", Stats::get(stats.findings));
  json.field("findings_suppressed", Stats::get(stats.findings_hidden));
  json.field("entities", Stats::get(stats.entities));
  json.field("entities_evicted", Stats::get(stats.entities_evicted));
  json.field("commits", Stats::get(stats.commits)).end_object();
  write_anomaly(json, stats);
  json.key("queue").begin_object();
  json.field("working", std::uint64_t{service.engine().queue.working()});
  json.field("working_bytes", std::uint64_t{service.engine().queue.working_bytes()});
  json.field("changes_waiting", std::uint64_t{service.engine().desk.waiting()});
  json.field("streams", std::uint64_t{service.hub().streams()}).end_object().end_object();
  exchange->send(json_response(std::move(body)));
}

void list_rules(Service& service, const ExchangePtr& exchange) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("rules").begin_array();
  for (const RuleInfo& rule : service.engine().rules) write_rule(json, rule);
  json.end_array().end_object();
  exchange->send(json_response(std::move(body)));
}

void get_rule(Service& service, const ExchangePtr& exchange) {
  for (const RuleInfo& rule : service.engine().rules) {
    if (id_of(rule) != exchange->arguments[0]) continue;
    std::string body;
    JsonWriter json(body);
    write_rule(json, rule);
    return exchange->send(json_response(std::move(body)));
  }
  exchange->send(Error{Errc::RouteUnknown, "there is no such rule"});
}

void list_decisions(Service&, const ExchangePtr& exchange) {
  // Nothing is enforced yet: this version observes.
  exchange->send(json_response(R"({"mode":"observe","decisions":[]})"));
}

void get_openapi(Service&, const ExchangePtr& exchange) {
  static const auto kDocument = std::make_shared<const std::string>(openapi_document());
  exchange->send(net::HttpResponse{.content_type = "application/json", .shared_body = kDocument});
}

void watch(Service& service, const ExchangePtr& exchange) {
  if (!exchange->reply) return exchange->send(Error{Errc::RouteUnknown, "only over a network"});
  if (service.hub().streams() >= Hub::kStreamsMax) {
    return exchange->send(Error{Errc::Busy, "too many watch the stream already"});
  }
  net::Reply reply = std::move(*exchange->reply);
  exchange->reply.reset();
  net::HttpHeaders headers = exchange->headers;
  headers.emplace_back("X-Request-Id", exchange->id);
  if (exchange->observer) exchange->observer(*exchange, net::HttpResponse{});
  const std::string last(exchange->request.header("Last-Event-ID"));
  auto stream = std::move(reply).stream(std::move(headers));
  stream->send(": watching\n\n");
  service.hub().watch(std::move(stream), last);
}

}  // namespace vedette::api
