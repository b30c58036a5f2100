#include "api/alert.h"

#include "base/json_writer.h"

namespace vedette::api {

std::string alert_line(const Alert& alert) {
  std::string line;
  JsonWriter json(line);
  json.begin_object().field("@timestamp", alert.time).field("event.action", "alert");
  json.field(to_string(alert.type), alert.value);
  json.field("rule.id", alert.rule).field("rule.name", alert.title);
  json.field("rule.level", alert.severity).field("threat.technique.id", alert.techniques);
  json.field("message", alert.detail).end_object();
  line += '\n';
  return line;
}

}  // namespace vedette::api
