#include "model/entity.h"

#include "base/hash.h"
#include "base/text.h"

#include <array>
#include <bit>

namespace vedette {
namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {"source.ip", "source.address", "user.name", "host.name", "source.network"});
static_assert(kNames.size() == kEntityTypes);

constexpr auto kFields = std::to_array<Field>(
    {Field::SourceIp, Field::SourceAddress, Field::UserName, Field::HostName, Field::SourceIp});

/// The type of the entities that stand in a field, or kEntityTypes.
constexpr auto kTypes = [] {
  std::array<std::uint8_t, kFieldsMax> types{};
  types.fill(kEntityTypes);
  for (std::size_t i = kEntityTypes; i-- > 0;) {
    types[static_cast<std::size_t>(kFields[i])] = static_cast<std::uint8_t>(i);
  }
  return types;
}();

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

static_assert(std::endian::native == std::endian::little, "stored hashes depend on it");
std::uint64_t hash_of_network(const IpNetwork& network) {
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(network.address.bytes);
  return hash_combine(words[0], words[1]);
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
  // Of two values of one field the first counts.
  const auto values = batch.values(event);
  for (auto value = values.rbegin(); value != values.rend(); ++value) {
    values_[kTypes[index(value->field)]] = &*value;
  }
  values_[static_cast<std::size_t>(EntityType::SourceNetwork)] =
      values_[static_cast<std::size_t>(EntityType::SourceIp)];
}

void Entities::make(EntityType type, const Value& value) const {
  const bool is_address = type == EntityType::SourceIp || type == EntityType::SourceNetwork;
  if (value.type != (is_address ? ValueType::Ip : ValueType::String)) return;
  if (!is_address && value.size == 0) return;
  EntityRef& entity = made_[static_cast<std::size_t>(type)].emplace();
  entity.type = type;
  if (type == EntityType::SourceIp) {
    entity.ip = source_block(*value.ip);
    entity.hash = hash_of_source(entity.ip);
  } else if (type == EntityType::SourceNetwork) {
    const IpNetwork network = source_network(*value.ip);
    entity.ip = network.address;
    entity.hash = hash_of_network(network);
  } else {
    entity.name = value.string();
    entity.hash = hash_of_name(type, entity.name);
  }
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
