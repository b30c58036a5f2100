// Searching the lines that were read.
#include "api/answers.h"
#include "api/service.h"
#include "base/json_writer.h"
#include "engine/event_search.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

constexpr std::chrono::milliseconds kTimeMax{500};

Result<engine::EventQuery> read(const Exchange& exchange) {
  engine::EventQuery query;
  VD_TRY(query.limit, limit_of(exchange, 100, engine::kFoundMax));
  std::optional<EntityType> type;
  for (const auto& [name, value] : exchange.query) {
    if (name == "from" || name == "to") {
      const auto time = parse_rfc3339(value);
      if (!time) return Error{Errc::RequestInvalid, name + ": it is no RFC 3339 time"};
      (name == "from" ? query.from : query.to) = *time;
    } else if (name == "entity_type") {
      type = parse_entity_type(value);
      if (!type) return Error{Errc::RequestInvalid, "entity_type: it is none"};
    } else if (name == "entity") {
      query.entity = engine::EventQuery::Entity{.type = EntityType::SourceIp, .value = value};
    } else if (name == "text") {
      query.text = value;
    } else if (name == "cursor") {
      query.cursor = value;
    } else if (name == "order") {
      if (value != "newest" && value != "oldest") {
        return Error{Errc::RequestInvalid, "order: it is neither newest nor oldest"};
      }
      query.newest_first = value == "newest";
    } else if (name == "field") {
      const auto colon = value.find(':');
      if (colon == std::string::npos) {
        return Error{Errc::RequestInvalid, "field: it is no NAME:VALUE"};
      }
      query.fields.emplace_back(value.substr(0, colon), value.substr(colon + 1));
    }
  }
  if (query.entity && type) query.entity->type = *type;
  return query;
}

std::string page_json(const engine::EventPage& page) {
  std::string body = "{\"events\":[";
  for (const engine::FoundEvent& event : page.events) {
    if (body.back() != '[') body += ',';
    JsonWriter json(body);
    json.begin_object().field("time", event.time).field("source", event.source);
    json.field("offset", event.offset).key("event");
    body += event.json;
    body += '}';
  }
  body += "],\"next\":";
  if (page.next.empty()) {
    body += "null";
  } else {
    append_json_string(body, page.next);
  }
  body += fmt::format(
      ",\"complete\":{},\"lines_read\":{},\"blocks_read\":{},"
      "\"blocks_skipped\":{},\"damaged\":{}}}",
      page.complete, page.lines_read, page.blocks_read, page.blocks_skipped, page.damaged);
  return body;
}

Result<net::HttpResponse> found(store::EventLog& events, const engine::EventQuery& query) {
  VD_TRY(const auto page, engine::search(events, query, engine::deadline_in(kTimeMax)));
  return json_response(page_json(page));
}

}  // namespace

void search_events(Service& service, const ExchangePtr& exchange) {
  store::EventLog* events = service.engine().events;
  if (events == nullptr) {
    return exchange->send(Error{Errc::RouteUnknown, "this instance keeps no events"});
  }
  auto query = read(*exchange);
  if (!query) return exchange->send(query.error());
  const bool taken = service.later(
      [exchange, events, query = *std::move(query)] { exchange->send(found(*events, query)); });
  if (!taken) exchange->send(Error{Errc::Busy, "too many searches are waiting"});
}

}  // namespace vedette::api
