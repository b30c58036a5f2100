// A JSON object of a log line, flattened: every member that is a text, a number or a truth, under
// its dotted name. What json.cpp reads with simdjson and the decoders of single kinds of objects
// (json_*.cpp) look at. Reused from line to line; names and texts are views into the line or the
// batch's arena.
#pragma once

#include "base/arena.h"
#include "decode/lines.h"
#include "model/event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::decode {

/// What a member is for, where many programs have their own name for it (json_names.cpp has the
/// names).
enum class JsonRole : std::uint8_t {
  // Cowrie
  EventId,
  Session,
  SourceIp,
  SourcePort,
  DestinationIp,
  DestinationPort,
  UserName,
  Password,
  Input,
  Shasum,
  OutFile,
  FileName,
  ClientVersion,
  Hassh,
  Fingerprint,
  Key,
  Duration,
  DurationMs,
  Sensor,
  Protocol,
  // any
  Time,
  TimeLocal,
  Message,
  Action,
  Outcome,
  Category,
  Dataset,
  // envelopes
  Log,
  Stream,
  JournalMessage,
  Program,
  Comm,
  Pid,
  HostName,
  RealTime,
  SourceRealTime,
  ShipperMark,
  // web servers
  RemoteIp,
  ClientIp,
  Method,
  Target,
  TargetPath,
  QueryString,
  RequestLine,
  Status,
  Bytes,
  UserAgent,
  Referrer,
  Domain,
  HttpVersion,
  RemoteUser,
  // Suricata
  EventType,
  AlertRule,
  Transport,
  kCount,
  None = 255
};

enum class JsonKind : std::uint8_t { String, Number, Boolean, Bytes };

struct JsonMember {
  std::string_view name;
  std::string_view raw;  ///< of a String: what is between the marks, not unescaped; else the token
  Field field;           ///< what its name means outside of Cowrie and web servers, or kCount
  JsonRole role;
  JsonKind kind;
  bool escaped;  ///< `raw` has backslashes
};

class JsonObject {
 public:
  void clear();
  void add(std::string_view name, std::string_view raw, JsonKind kind);

  std::span<const JsonMember> members() const { return members_; }
  /// The first member with that role, or nullptr.
  const JsonMember* find(JsonRole role) const {
    const auto at = first_[static_cast<std::size_t>(role)];
    return at == 0 ? nullptr : &members_[at - 1];
  }
  bool has(JsonRole role) const { return find(role) != nullptr; }
  /// Its text, unescaped (into `out`'s arena, if need be); a number's digits; "" if there is none.
  std::string_view text(JsonRole role, EventBatch& out) const;
  std::optional<std::int64_t> integer(JsonRole role) const;

 private:
  std::vector<JsonMember> members_;
  std::array<std::uint16_t, static_cast<std::size_t>(JsonRole::kCount)>
      first_{};  // index + 1, 0: none
};

/// What the name of a member means; None and kCount for unknown ones.
struct JsonMeaning {
  JsonRole role = JsonRole::None;
  Field field = Field::kCount;
};
JsonMeaning find_json_name(std::string_view name);

std::string_view text_of(const JsonMember& member, Arena& arena);
/// An integer, the whole part of a real, or digits in a text.
std::optional<std::int64_t> integer_of(const JsonMember& member);
/// RFC 3339 (UTC when it has no zone), the Common Log Format's, or seconds, milli-, micro- or
/// nanoseconds since 1970, whichever gives a time of this age.
std::optional<Time> time_of(const JsonMember& member, LocalZone& zone);
void set_member(JsonRole role, Field field, const JsonObject& object, EventBatch& out);

// Each fills the open event.
void decode_cowrie(const JsonObject& object, LocalZone& zone, EventBatch& out);
/// False if the object is no request that a web server logged.
bool decode_json_request(const JsonObject& object, EventBatch& out);
/// A rule of Coraza or ModSecurity that fired, in a server's log of its own messages.
bool decode_json_firewall(const JsonObject& object, EventBatch& out);
/// False if the object is no alert of Suricata's.
bool decode_json_alert(const JsonObject& object, EventBatch& out);
/// Everything whose name `fields` knows; of a request all but what decode_json_request() has taken.
enum class JsonSort : std::uint8_t { Request, Other };
void decode_json_fields(const JsonObject& object, JsonSort sort, const FieldTable& fields,
                        LocalZone& zone, EventBatch& out);

}  // namespace vedette::decode
