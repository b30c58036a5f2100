// Alerts of Suricata's EVE log: the rule, the ends of the flow and, where the traffic was HTTP, the
// request. Other events of that log are requests (json_web.cpp) or have only fields
// (json_fields.cpp).
#include "decode/json_object.h"
#include "decode/peer.h"
#include "decode/web_request.h"

namespace vedette::decode {

bool decode_json_alert(const JsonObject& object, EventBatch& out) {
  using Role = JsonRole;
  if (object.text(Role::EventType, out) != "alert" || !object.has(Role::AlertRule)) return false;
  out.set_action(Action::IntrusionAlert);
  out.current().dataset = Dataset::Ids;
  if (const auto target = object.text(Role::Target, out); !target.empty()) {
    set_method(object.text(Role::Method, out), out);
    set_target(target, out);
    set_domain(object.text(Role::Domain, out), out);
    set_text(Field::UserAgent, object.text(Role::UserAgent, out), out);
    set_text(Field::HttpReferrer, object.text(Role::Referrer, out), out);
    // The server's answer says nothing about whether the attack succeeded.
    if (const auto status = object.integer(Role::Status)) out.set(Field::HttpStatus, *status);
  }
  set_text(Field::NetworkTransport, transport_of(object.text(Role::Transport, out)), out);
  return true;
}

}  // namespace vedette::decode
