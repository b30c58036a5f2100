#include "anomaly/activity.h"

#include "anomaly/text_shape.h"
#include "base/hash.h"

#include <algorithm>

namespace vedette::anomaly {
namespace {

constexpr auto kNotable = [] {
  std::array<bool, kActions> notable{};
  for (const Action action :
       {Action::AcceptedPassword,   Action::AcceptedPublickey, Action::AcceptedKeyboardInteractive,
        Action::AcceptedLogin,      Action::SudoCommand,       Action::SudoFailed,
        Action::SudoDenied,         Action::SuSucceeded,       Action::SuFailed,
        Action::UserCreated,        Action::UserDeleted,       Action::UserChanged,
        Action::GroupCreated,       Action::GroupDeleted,      Action::GroupMemberAdded,
        Action::GroupMemberRemoved, Action::PasswordChanged,   Action::CrontabChanged,
        Action::LoggingStopped,     Action::HoneypotCommand,   Action::HoneypotLoginSucceeded,
        Action::HoneypotDownload,   Action::HoneypotUpload,    Action::HoneypotForward}) {
    notable[static_cast<std::size_t>(action)] = true;
  }
  return notable;
}();

std::uint32_t folded(std::uint64_t hash) {
  const auto low = static_cast<std::uint32_t>(hash ^ hash >> 32);
  return low == 0 ? 1 : low;
}

std::uint32_t network_of(const IpAddress& ip) {
  const IpAddress block = masked(ip, ip.is_v4() ? 112 : 32);
  return folded(hash64({reinterpret_cast<const char*>(block.bytes.data()), block.bytes.size()}));
}

Method method_of(std::string_view method) {
  if (method == "GET" || method == "HEAD") return Method::Read;
  if (method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE") {
    return Method::Write;
  }
  return Method::Other;
}

void take_text(Activity& activity, Field field, std::string_view text, PathShapes& paths) {
  const auto set = [&](Facet facet, std::uint32_t hash) {
    std::uint32_t& its = activity.facets[static_cast<std::size_t>(facet)];
    if (its == 0) its = hash;  // of several values of a field the first counts
  };
  if (text.empty()) return;
  switch (field) {
    case Field::HttpMethod:
      activity.method = method_of(text);
      break;
    case Field::UrlPath: {
      const PathShape& shape = paths.of(text);
      set(Facet::Path, shape.hash);
      activity.place += shape.place;
      activity.path_entropy = shape.entropy;
      activity.path_depth = shape.depth;
      activity.has_request = true;
      break;
    }
    case Field::UrlQuery:
      activity.place += path_shape(text).place;
      activity.query_oddness = query_oddness(text);
      break;
    case Field::UserAgent:
    case Field::SshClient:
      set(Facet::Agent, folded(hash64(text)));
      break;
    case Field::ProcessCommandLine: {
      const CommandShape shape = command_shape(text);
      set(Facet::Command, shape.hash);
      activity.command_oddness = shape.oddness;
      break;
    }
    default:
      break;
  }
}

void take_integer(Activity& activity, Field field, std::int64_t integer) {
  switch (field) {
    case Field::HttpStatus:
      if (integer >= 100 && integer < 600) {
        activity.status_class = static_cast<std::uint8_t>(integer / 100);
      }
      break;
    case Field::HttpBodyBytes:
    case Field::NetworkBytes:
      activity.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(integer, 0));
      break;
    case Field::DestinationPort:
      activity.facets[static_cast<std::size_t>(Facet::Port)] =
          folded(mix64(static_cast<std::uint64_t>(integer) + 1));
      break;
    default:
      break;
  }
}

}  // namespace

bool is_notable(Action action) {
  return kNotable[static_cast<std::size_t>(action)];
}

FieldSet fields_read() {
  FieldSet fields;
  for (const Field field :
       {Field::SourceIp, Field::SourceAddress, Field::UserName, Field::HostName,
        Field::DestinationPort, Field::UrlPath, Field::UrlQuery, Field::UserAgent, Field::SshClient,
        Field::ProcessCommandLine, Field::HttpMethod, Field::HttpStatus, Field::HttpBodyBytes,
        Field::NetworkBytes}) {
    fields.set(index(field));
  }
  return fields;
}

Activity activity_of(const EventBatch& batch, const Event& event, const Entities& entities,
                     PathShapes& paths) {
  Activity activity;
  activity.time_ns = event.time.time_since_epoch().count();
  activity.weight = std::max(event.repeats, 1u);
  activity.action = event.action;
  activity.outcome = event.outcome;
  activity.notable = is_notable(event.action);
  const auto set = [&](Facet facet, const std::optional<EntityRef>& entity) {
    if (entity) activity.facets[static_cast<std::size_t>(facet)] = folded(entity->hash);
  };
  set(Facet::User, entities.of(EntityType::User));
  set(Facet::Host, entities.of(EntityType::Host));
  if (const auto& source = entities.of(EntityType::SourceIp)) {
    set(Facet::Source, source);
    activity.facets[static_cast<std::size_t>(Facet::Network)] = network_of(source->ip);
  } else {
    set(Facet::Source, entities.of(EntityType::SourceAddress));
  }
  for (const Value& value : batch.values(event)) {
    if (value.type == ValueType::String) {
      take_text(activity, value.field, value.string(), paths);
    } else if (value.type == ValueType::Integer) {
      take_integer(activity, value.field, value.integer);
    }
  }
  return activity;
}

}  // namespace vedette::anomaly
