// What comes in: events, threats that others found, and single events to be looked at at once.
#include "api/alert.h"
#include "api/answers.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "base/sha256.h"
#include "base/text.h"
#include "source/ingest_journal.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::api {
namespace {

using source::IngestJournal;

constexpr double kAnalysisSecondsMax = 3;

Error no_journal() {
  return {Errc::RouteUnknown, "this instance takes no events"};
}

/// A line of JSON each: NDJSON as it is, an array as its elements. Newlines between the tokens of
/// JSON may be blanks; inside of texts they cannot stand.
Result<std::string> lines_of(std::string_view body, std::string_view content_type) {
  std::string_view start = body;
  while (!start.empty() &&
         (is_blank(start.front()) || start.front() == '\n' || start.front() == '\r')) {
    start.remove_prefix(1);
  }
  if (start.empty()) return Error{Errc::RequestInvalid, "the body: there are no events in it"};
  if (!start.starts_with('[')) {
    if (!start.starts_with('{') && content_type.find("ndjson") == std::string_view::npos) {
      return Error{Errc::RequestInvalid, "the body: it is neither an object nor an array"};
    }
    return std::string(body);
  }
  auto elements = array_elements(body);
  if (!elements) return std::move(elements).error();
  std::string lines;
  lines.reserve(body.size());
  for (std::string& element : *elements) {
    std::replace(element.begin(), element.end(), '\n', ' ');
    std::replace(element.begin(), element.end(), '\r', ' ');
    lines += element;
    lines += '\n';
  }
  if (lines.empty()) return Error{Errc::RequestInvalid, "the body: there are no events in it"};
  return lines;
}

std::uint64_t count_lines(std::string_view lines) {
  const auto ends = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  return ends + (lines.ends_with('\n') ? 0 : 1);
}

/// Answers with what `made` gives, once the lines are on disk.
void append(Service& service, const ExchangePtr& exchange, std::string lines,
            std::function<void(const source::Place&)> stored) {
  IngestJournal* journal = service.engine().journal;
  if (journal == nullptr) return exchange->send(no_journal());
  const std::string_view key = exchange->request.header("Idempotency-Key");
  const std::string id =
      key.empty() ? ""
                  : base64url(as_bytes(sha256(exchange->caller.name + '\n' + std::string(key))));
  const auto accepted = journal->append(
      std::move(lines),
      [exchange, stored = std::move(stored)](Result<source::Place> place) {
        if (!place) return exchange->send(Error{Errc::StoreWrite, place.error().detail});
        stored(*place);
      },
      id);
  if (accepted == IngestJournal::Accepted::Queued) return;
  exchange->send(accepted == IngestJournal::Accepted::Busy
                     ? Error{Errc::Busy, "events wait to be read"}
                     : Error{Errc::BodyTooLarge, "more than one batch may be"});
}

void accept(Service& service, const ExchangePtr& exchange, std::string lines) {
  const std::uint64_t count = count_lines(lines);
  append(service, exchange, std::move(lines), [exchange, count](const source::Place&) {
    std::string body;
    JsonWriter(body).begin_object().field("accepted", count).end_object();
    exchange->send(json_response(std::move(body), 202));
  });
}

/// With blanks between them.
Result<std::string> techniques_of(const Json& threat) {
  const Json* techniques = threat.find("techniques");
  std::string all;
  if (techniques == nullptr) return all;
  if (!techniques->is(Json::Kind::Array) || techniques->items.size() > 32) {
    return Error{Errc::RequestInvalid, "techniques: no list of at most 32"};
  }
  for (const Json& technique : techniques->items) {
    const bool plain =
        !technique.string.empty() && technique.string.size() <= 32 &&
        std::all_of(technique.string.begin(), technique.string.end(), [](char c) {
          return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-';
        });
    if (!plain) return Error{Errc::RequestInvalid, "techniques: one is none, such as T1110.001"};
    all += (all.empty() ? "" : " ") + technique.string;
  }
  return all;
}

/// An alert in ECS, as `decode` understands it, of a threat that another program found.
Result<std::string> alert_of(const Json& threat, Time now, std::uint64_t& hash) {
  VD_CHECK(only_members(threat,
                        {"entity", "rule", "title", "severity", "techniques", "detail", "time"}));
  const Json* entity = threat.find("entity");
  if (entity == nullptr) return Error{Errc::RequestInvalid, "entity: it is missing"};
  VD_CHECK(only_members(*entity, {"type", "value"}));
  VD_TRY(const auto type_name, text_member(*entity, "type", 64));
  VD_TRY(const auto value, text_member(*entity, "value", 512));
  const auto type = parse_entity_type(type_name.value_or("source.ip"));
  const auto its_hash = type && value ? entity_hash(*type, *value) : std::nullopt;
  if (!its_hash) return Error{Errc::RequestInvalid, "entity: its type or value is none"};
  hash = *its_hash;
  VD_TRY(const auto rule, text_member(threat, "rule", 128));
  VD_TRY(const auto title, text_member(threat, "title", 256));
  VD_TRY(const auto severity, text_member(threat, "severity", 32));
  VD_TRY(const auto detail, text_member(threat, "detail", 512));
  VD_TRY(const auto time, text_member(threat, "time", 64));
  if (!title || title->empty()) return Error{Errc::RequestInvalid, "title: it is missing"};
  if (severity && !parse_level(*severity))
    return Error{Errc::RequestInvalid, "severity: it is none"};
  if (time && !parse_rfc3339(*time)) return Error{Errc::RequestInvalid, "time: it is none"};
  VD_TRY(const std::string techniques, techniques_of(threat));
  return alert_line({.type = *type,
                     .value = *value,
                     .rule = rule ? *rule : *title,
                     .title = *title,
                     .severity = severity ? *severity : "medium",
                     .techniques = techniques,
                     .detail = detail ? *detail : *title,
                     .time = time.value_or(format_rfc3339(now))});
}

Result<std::string> alerts_of(const Exchange& exchange, Time now, std::vector<std::string>& ids) {
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  VD_CHECK(only_members(body, {"threats"}));
  const Json* threats = body.find("threats");
  if (threats == nullptr || !threats->is(Json::Kind::Array) || threats->items.empty()) {
    return Error{Errc::RequestInvalid, "threats: no list of at least one"};
  }
  std::string lines;
  for (const Json& threat : threats->items) {
    std::uint64_t hash = 0;
    VD_TRY(const std::string line, alert_of(threat, now, hash));
    lines += line;
    ids.push_back(threat_id(hash));
  }
  return lines;
}

std::string verdict_of(const engine::Analyzer::Analysis& analysis) {
  Level worst = Level::Informational;
  for (const FindingRule& rule : analysis.findings) worst = std::max(worst, rule.level);
  if (worst >= Level::High) return "block";
  return analysis.findings.empty() ? "allow" : "flag";
}

std::string analysis_json(Service& service, const engine::Analyzer::Analysis& analysis,
                          bool settled) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("verdict", verdict_of(analysis));
  json.key("score").real(analysis.score, 4);
  json.key("findings").begin_array();
  for (const FindingRule& rule : analysis.findings) {
    json.begin_object().field("id", rule.id).field("title", rule.title);
    json.field("level", to_string(rule.level)).field("advice", rule.advice).end_object();
  }
  json.end_array().key("observed").begin_array();
  for (const std::string& title : analysis.observed) json.string(title);
  json.end_array().key("settled").boolean(settled).key("events");
  body += '[';
  for (const std::string& event : analysis.events) {
    if (body.back() != '[') body += ',';
    body += event;
  }
  body += "],\"threat\":";
  std::optional<ThreatHead> head;
  if (analysis.subject) {
    if (auto found = service.engine().queue.head_of(analysis.subject->hash)) head = *found;
  }
  if (head) {
    append_json(body, *head, service.engine().clock.now());
  } else {
    body += "null";
  }
  body += '}';
  return body;
}

/// The lines of a request to analyze: `content` as it stands, or one `event`.
Result<std::string> lines_to_analyze(const Exchange& exchange) {
  VD_TRY(const Json body, Json::parse(exchange.request.body));
  VD_CHECK(only_members(body, {"content", "event"}));
  VD_TRY(const auto content, text_member(body, "content", engine::Analyzer::kBytesMax));
  const Json* event = body.find("event");
  if (content.has_value() == (event != nullptr)) {
    return Error{Errc::RequestInvalid, "the body: one of `content` and `event` is wanted"};
  }
  if (event == nullptr) {
    if (content->empty()) return Error{Errc::RequestInvalid, "content: it is empty"};
    return *content + '\n';
  }
  if (!event->is(Json::Kind::Object)) return Error{Errc::RequestInvalid, "event: it is no object"};
  VD_TRY(std::string line, object_member(exchange.request.body, "event"));
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\r', ' ');
  return line + '\n';
}

}  // namespace

void ingest_events(Service& service, const ExchangePtr& exchange) {
  auto lines = lines_of(exchange->request.body, exchange->request.header("Content-Type"));
  if (!lines) return exchange->send(lines.error());
  accept(service, exchange, *std::move(lines));
}

void create_threats(Service& service, const ExchangePtr& exchange) {
  std::vector<std::string> ids;
  auto lines = alerts_of(*exchange, service.engine().clock.now(), ids);
  if (!lines) return exchange->send(lines.error());
  append(service, exchange, *std::move(lines), [exchange, ids](const source::Place&) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("ids").begin_array();
    for (const std::string& id : ids) json.string(id);
    json.end_array().end_object();
    exchange->send(json_response(std::move(body), 202));
  });
}

void analyze(Service& service, const ExchangePtr& exchange) {
  if (service.engine().analyzer == nullptr) return exchange->send(no_journal());
  auto lines = lines_to_analyze(*exchange);
  if (!lines) return exchange->send(lines.error());
  auto analysis = std::make_shared<engine::Analyzer::Analysis>(
      service.engine().analyzer->analyze(*lines, service.engine().clock.now()));
  append(service, exchange, *std::move(lines),
         [&service, exchange, analysis](const source::Place& place) {
           // The pipeline reads it, and its outcome is committed soon: what the lanes make of it
           // counts.
           service.engine().stats.commit_soon(kAnalysisSecondsMax);
           const double deadline = monotonic_seconds() + kAnalysisSecondsMax;
           service.hub().wait_for([&service, exchange, analysis, place, deadline] {
             const bool settled = !(service.engine().journal->released() < place);
             if (!settled && monotonic_seconds() < deadline) return false;
             exchange->send(json_response(analysis_json(service, *analysis, settled)));
             return true;
           });
         });
}

}  // namespace vedette::api
