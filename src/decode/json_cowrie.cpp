// Cowrie's events, as its OUTPUT.rst lists them. Everything a visitor of the honeypot does is an
// event of its session; what it asks the honeypot to reach is the destination.
#include "base/text.h"
#include "decode/json_object.h"
#include "decode/web_request.h"

#include <array>
#include <charconv>

namespace vedette::decode {
namespace {

using std::string_view;

struct Kind {
  string_view id;  ///< behind "cowrie."
  Action action;
};

constexpr auto kKinds = std::to_array<Kind>({
    {"session.connect", Action::HoneypotConnected},
    {"session.closed", Action::HoneypotClosed},
    {"login.failed", Action::HoneypotLoginFailed},
    {"login.success", Action::HoneypotLoginSucceeded},
    {"command.input", Action::HoneypotCommand},
    {"command.failed", Action::HoneypotCommandUnknown},
    {"session.file_download", Action::HoneypotDownload},
    {"session.file_download.failed", Action::HoneypotDownload},
    {"session.file_upload", Action::HoneypotUpload},
    {"direct-tcpip.request", Action::HoneypotForward},
    {"tcpip-forward.request", Action::HoneypotForward},
    {"session.params", Action::HoneypotClient},
});

Action action_of(string_view id) {
  for (const Kind& kind : kKinds) {
    if (kind.id == id) return kind.action;
  }
  return id.starts_with("client.") ? Action::HoneypotClient : Action::HoneypotOther;
}

void set_destination_of(const JsonObject& object, EventBatch& out) {
  if (!out.wants(Field::DestinationIp) && !out.wants(Field::DestinationAddress)) return;
  const auto text = object.text(JsonRole::DestinationIp, out);
  if (text.empty()) return;
  if (const auto ip = parse_ip(text)) {
    out.set(Field::DestinationIp, *ip);
  } else {
    out.set(Field::DestinationAddress, text);
  }
}

void set_integer(JsonRole role, Field field, const JsonObject& object, EventBatch& out) {
  if (!out.wants(field)) return;
  if (const auto value = object.integer(role)) out.set(field, *value);
}

/// Seconds as a number or a text, or milliseconds, to nanoseconds.
void set_duration(const JsonObject& object, EventBatch& out) {
  if (!out.wants(Field::EventDuration)) return;
  double value = 0, scale = 1e6;
  const JsonMember* member = object.find(JsonRole::DurationMs);
  if (member == nullptr) {
    member = object.find(JsonRole::Duration);
    scale = 1e9;
  }
  if (member == nullptr) return;
  const char* const end = member->raw.data() + member->raw.size();
  if (std::from_chars(member->raw.data(), end, value).ec != std::errc{}) return;
  value *= scale;
  if (value >= 0 && value < 9e18) out.set(Field::EventDuration, static_cast<std::int64_t>(value));
}

void set_file(Action action, const JsonObject& object, EventBatch& out) {
  set_member(JsonRole::Target, Field::UrlOriginal, object, out);
  set_member(JsonRole::Shasum, Field::FileHash, object, out);
  // The visitor's name for the file, if it had one; else where the honeypot keeps it.
  const bool named = action == Action::HoneypotUpload && object.has(JsonRole::FileName);
  set_member(named ? JsonRole::FileName : JsonRole::OutFile, Field::FilePath, object, out);
}

void set_login(const JsonObject& object, EventBatch& out) {
  set_member(JsonRole::Password, Field::HoneypotPassword, object, out);
  set_member(JsonRole::Fingerprint, Field::SshFingerprint, object, out);
  const bool key = object.has(JsonRole::Fingerprint) || object.has(JsonRole::Key);
  out.set(Field::SshMethod, key ? string_view{"publickey"} : string_view{"password"});
}

}  // namespace

void decode_cowrie(const JsonObject& object, LocalZone& zone, EventBatch& out) {
  auto id = object.text(JsonRole::EventId, out);
  take_prefix(id, "cowrie.");
  const Action action = action_of(id);
  out.set_action(action);
  out.current().dataset = Dataset::Cowrie;
  if (id.ends_with(".failed")) out.current().outcome = Outcome::Failure;
  if (const JsonMember* const time = object.find(JsonRole::Time)) {
    out.current().time = time_of(*time, zone).value_or(Time{});
  }
  set_client(object.text(JsonRole::SourceIp, out), out);
  // In requests to forward, the port is one that the visitor names for its end of the tunnel.
  const bool tunnel = id.starts_with("direct-tcpip.") || id.starts_with("tcpip-forward.");
  if (!tunnel) set_integer(JsonRole::SourcePort, Field::SourcePort, object, out);
  set_destination_of(object, out);
  set_integer(JsonRole::DestinationPort, Field::DestinationPort, object, out);
  set_member(JsonRole::Session, Field::SessionId, object, out);
  set_member(JsonRole::Sensor, Field::HoneypotSensor, object, out);
  set_member(JsonRole::Protocol, Field::NetworkProtocol, object, out);
  set_member(JsonRole::UserName, Field::UserName, object, out);
  set_member(JsonRole::Message, Field::Message, object, out);
  set_member(JsonRole::Input, Field::ProcessCommandLine, object, out);
  switch (action) {
    case Action::HoneypotClosed:
      set_duration(object, out);
      break;
    case Action::HoneypotLoginFailed:
    case Action::HoneypotLoginSucceeded:
      set_login(object, out);
      break;
    case Action::HoneypotDownload:
    case Action::HoneypotUpload:
      set_file(action, object, out);
      break;
    case Action::HoneypotClient:
      set_member(JsonRole::ClientVersion, Field::SshClient, object, out);
      set_member(JsonRole::Hassh, Field::SshHassh, object, out);
      set_member(JsonRole::Fingerprint, Field::SshFingerprint, object, out);
      break;
    default:
      set_member(JsonRole::Shasum, Field::FileHash, object, out);
      set_member(JsonRole::Target, Field::UrlOriginal, object, out);
  }
}

}  // namespace vedette::decode
