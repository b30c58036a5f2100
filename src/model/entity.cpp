#include "model/entity.h"

#include "base/hash.h"
#include "base/text.h"

#include <utility>

namespace vedette {
namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {"source.ip", "source.address", "user.name", "host.name", "source.network"});
static_assert(kNames.size() == kEntityTypes);

constexpr auto kFields = std::to_array<Field>(
    {Field::SourceIp, Field::SourceAddress, Field::UserName, Field::HostName, Field::SourceIp});

/// The type of the entities that stand in this field, or kEntityTypes.
std::size_t type_of(Field field) {
  switch (field) {
    case Field::SourceIp:
      return static_cast<std::size_t>(EntityType::SourceIp);
    case Field::SourceAddress:
      return static_cast<std::size_t>(EntityType::SourceAddress);
    case Field::UserName:
      return static_cast<std::size_t>(EntityType::User);
    case Field::HostName:
      return static_cast<std::size_t>(EntityType::Host);
    default:
      return kEntityTypes;
  }
}

}  // namespace

std::string_view to_string(EntityType type) {
  return kNames[static_cast<std::size_t>(type)];
}

Field field_of(EntityType type) {
  return kFields[static_cast<std::size_t>(type)];
}

std::optional<EntityType> parse_entity_type(std::string_view text) {
  return parse_name<EntityType>(kNames, text);
}

IpAddress source_block(const IpAddress& ip) {
  return ip.is_v4() ? ip : masked(ip, 64);
}

IpNetwork source_network(const IpAddress& ip) {
  const std::uint8_t bits = ip.is_v4() ? 120 : 48;
  return {masked(ip, bits), bits};
}

namespace {

std::uint64_t hash_of_source(const IpAddress& block) {
  const std::string_view bytes{reinterpret_cast<const char*>(block.bytes.data()), 16};
  return hash64(bytes, static_cast<std::uint64_t>(EntityType::SourceIp) + 1);
}

std::uint64_t hash_of_network(const IpNetwork& network) {
  const std::string_view bytes{reinterpret_cast<const char*>(network.address.bytes.data()), 16};
  return hash64(bytes, static_cast<std::uint64_t>(EntityType::SourceNetwork) + 1);
}

std::uint64_t hash_of_name(EntityType type, std::string_view name) {
  return hash64(name, static_cast<std::uint64_t>(type) + 1);
}

}  // namespace

std::optional<std::uint64_t> entity_hash(EntityType type, std::string_view value) {
  if (value.empty()) return {};
  if (type == EntityType::SourceNetwork) {
    const auto network = parse_network(value);
    if (!network || *network != source_network(network->address)) return {};
    return hash_of_network(*network);
  }
  if (type != EntityType::SourceIp) return hash_of_name(type, value);
  if (value.ends_with("/64")) value.remove_suffix(3);
  const auto ip = parse_ip(value);
  if (!ip) return {};
  return hash_of_source(source_block(*ip));
}

Entities::Entities(const EventBatch& batch, const Event& event) {
  for (const Value& value : batch.values(event)) {
    const std::size_t type = type_of(value.field);
    if (type < kEntityTypes && values_[type] == nullptr) values_[type] = &value;
  }
}

const std::optional<EntityRef>& Entities::of(EntityType type) const {
  const auto i = static_cast<std::size_t>(type);
  if (!std::exchange(asked_[i], true)) made_[i] = make(type);
  return made_[i];
}

std::optional<EntityRef> Entities::make(EntityType type) const {
  if (type == EntityType::SourceNetwork) {
    const Value* source = values_[static_cast<std::size_t>(EntityType::SourceIp)];
    if (source == nullptr || source->type != ValueType::Ip) return {};
    const IpNetwork network = source_network(*source->ip);
    return EntityRef{type, hash_of_network(network), network.address, {}};
  }
  const Value* value = values_[static_cast<std::size_t>(type)];
  if (value == nullptr) return {};
  if (type == EntityType::SourceIp) {
    if (value->type != ValueType::Ip) return {};
    const IpAddress block = source_block(*value->ip);
    return EntityRef{type, hash_of_source(block), block, {}};
  }
  if (value->type != ValueType::String || value->size == 0) return {};
  return EntityRef{type, hash_of_name(type, value->string()), {}, value->string()};
}

std::optional<EntityRef> Entities::primary() const {
  for (std::size_t i = 0; i < kEntityTypes; ++i) {
    if (auto entity = of(static_cast<EntityType>(i))) return entity;
  }
  return {};
}

std::string entity_value(const EntityRef& entity) {
  if (entity.type == EntityType::SourceNetwork) return format_network(source_network(entity.ip));
  if (entity.type != EntityType::SourceIp) return std::string(entity.name);
  std::string text = format_ip(entity.ip);
  if (!entity.ip.is_v4()) text += "/64";
  return text;
}

}  // namespace vedette
