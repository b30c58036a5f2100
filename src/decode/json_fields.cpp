// Any other object: names of the Elastic Common Schema, nested or dotted, and whatever else a rule
// names.
#include "base/text.h"
#include "decode/json_object.h"
#include "decode/web_request.h"

#include <charconv>

namespace vedette::decode {
namespace {

using std::string_view;
using Role = JsonRole;

/// Members that decode_json_request() has made fields of.
bool belongs_to_request(Role role) {
  return role >= Role::RemoteIp && role <= Role::RemoteUser;
}

void set_ip(Field field, string_view text, EventBatch& out) {
  if (field == Field::SourceIp) return set_client(text, out);
  if (const auto ip = parse_ip(text)) return out.set(field, *ip);
  if (field == Field::DestinationIp) set_text(Field::DestinationAddress, text, out);
}

void set_typed(Field field, ValueType type, const JsonMember& member, EventBatch& out,
               LocalZone& zone) {
  switch (type) {
    case ValueType::Integer:
      if (const auto value = integer_of(member)) out.set(field, *value);
      break;
    case ValueType::Real: {
      double value = 0;
      const char* const end = member.raw.data() + member.raw.size();
      if (std::from_chars(member.raw.data(), end, value).ec == std::errc{})
        out.set_real(field, value);
      break;
    }
    case ValueType::Boolean:
      if (member.raw == "true" || member.raw == "false")
        out.set_boolean(field, member.raw == "true");
      break;
    case ValueType::Ip:
      set_ip(field, text_of(member, out.arena()), out);
      break;
    case ValueType::Timestamp:
      if (const auto time = time_of(member, zone)) out.set(field, *time);
      break;
    case ValueType::String:
      if (!member.raw.empty()) out.set(field, text_of(member, out.arena()));
      break;
  }
}

std::optional<Dataset> find_dataset(string_view text) {
  for (std::size_t i = 1; i < kDatasets; ++i) {
    if (to_string(static_cast<Dataset>(i)) == text) return static_cast<Dataset>(i);
  }
  return {};
}

/// Programs whose events are of the authentication log, whoever shipped them.
bool writes_auth_log(string_view program) {
  return program == "sshd" || program == "sshd-session" || program == "sudo" || program == "su";
}

/// The four words of the event's head. Ones that the program has no word for stay texts.
void set_head(const JsonObject& object, EventBatch& out) {
  Event& event = out.current();
  if (const auto text = object.text(Role::Action, out); !text.empty()) {
    if (const auto action = parse_action(text)) {
      out.set_action(*action);
    } else {
      out.set(Field::EventAction, text);
    }
  }
  if (const auto text = object.text(Role::Category, out); !text.empty()) {
    const auto category = parse_category(text);
    if (!category || *category != describe(event.action).category)
      out.set(Field::EventCategory, text);
  }
  if (const auto outcome = parse_outcome(object.text(Role::Outcome, out))) event.outcome = *outcome;
  if (const auto text = object.text(Role::Dataset, out); !text.empty()) {
    if (const auto dataset = find_dataset(text)) {
      event.dataset = *dataset;
    } else {
      out.set(Field::EventDataset, text);
    }
  } else if (writes_auth_log(object.text(Role::Program, out))) {
    event.dataset = Dataset::Auth;
  }
}

void set_time(const JsonObject& object, LocalZone& zone, EventBatch& out) {
  for (const Role role : {Role::Time, Role::TimeLocal, Role::SourceRealTime, Role::RealTime}) {
    const JsonMember* const member = object.find(role);
    if (member == nullptr) continue;
    if (const auto time = time_of(*member, zone)) {
      out.current().time = *time;
      return;
    }
  }
}

}  // namespace

void decode_json_fields(const JsonObject& object, JsonSort sort, const FieldTable& fields,
                        LocalZone& zone, EventBatch& out) {
  if (out.current().dataset == Dataset::Unknown) out.current().dataset = Dataset::Json;
  set_time(object, zone, out);
  set_head(object, out);
  for (const JsonMember& member : object.members()) {
    if (sort == JsonSort::Request && belongs_to_request(member.role)) continue;
    auto field = member.field;
    if (field == Field::kCount) {
      const auto found = fields.find(member.name);
      if (!found) continue;
      field = *found;
    }
    if (index(field) <= index(Field::EventDataset) || !out.wants(field)) continue;
    set_typed(field, fields.type(field), member, out, zone);
  }
}

}  // namespace vedette::decode
