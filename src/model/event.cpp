#include "model/event.h"

#include "base/json_writer.h"

#include <fmt/core.h>

namespace vedette {

std::string_view as_text(const Value& value, std::string& scratch) {
  switch (value.type) {
    case ValueType::String:
      return value.string();
    case ValueType::Integer:
      scratch = fmt::format("{}", value.integer);
      break;
    case ValueType::Real:
      scratch = fmt::format("{}", value.real);
      break;
    case ValueType::Boolean:
      scratch = value.integer != 0 ? "true" : "false";
      break;
    case ValueType::Ip:
      scratch = format_ip(*value.ip);
      break;
    case ValueType::Timestamp:
      scratch = format_rfc3339(Time{Duration{value.integer}});
      break;
  }
  return scratch;
}

void append_json(std::string& out, const EventBatch& batch, const Event& event,
                 const FieldTable& fields) {
  JsonWriter json(out);
  const ActionInfo& action = describe(event.action);
  json.begin_object();
  if (event.time != Time{}) json.key("@timestamp").time(event.time);
  if (!action.text.empty()) json.field("event.action", action.text);
  if (action.category != Category::None) {
    json.key("event.category").begin_array().string(to_string(action.category)).end_array();
  }
  json.field("event.outcome", to_string(event.outcome));
  json.field("event.dataset", to_string(event.dataset));
  std::string scratch;
  for (const Value& value : batch.values(event)) {
    // An envelope and the line in it may both tell a field: what find() finds counts.
    if (batch.find(event, value.field) != &value) continue;
    json.key(fields.name(value.field));
    switch (value.type) {
      case ValueType::Integer:
        json.integer(value.integer);
        break;
      case ValueType::Real:
        json.real(value.real);
        break;
      case ValueType::Boolean:
        json.boolean(value.integer != 0);
        break;
      default:
        json.string(as_text(value, scratch));
    }
  }
  json.field("event.original", event.raw);
  json.end_object();
}

}  // namespace vedette
