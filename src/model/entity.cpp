#include "model/entity.h"

#include "base/hash.h"

#include <array>

namespace vedette {
namespace {

constexpr auto kNames =
    std::to_array<std::string_view>({"source.ip", "source.address", "user.name", "host.name"});
static_assert(kNames.size() == kEntityTypes);

constexpr auto kFields =
    std::to_array<Field>({Field::SourceIp, Field::SourceAddress, Field::UserName, Field::HostName});

}  // namespace

std::string_view to_string(EntityType type) {
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<EntityType> parse_entity_type(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<EntityType>(i);
  }
  return {};
}

IpAddress source_block(const IpAddress& ip) {
  return ip.is_v4() ? ip : masked(ip, 64);
}

std::optional<EntityRef> entity_of(const EventBatch& batch, const Event& event, EntityType type) {
  const auto seed = static_cast<std::uint64_t>(type) + 1;
  if (type == EntityType::SourceIp) {
    const IpAddress* ip = batch.ip(event, Field::SourceIp);
    if (ip == nullptr) return {};
    const IpAddress block = source_block(*ip);
    const std::string_view bytes{reinterpret_cast<const char*>(block.bytes.data()), 16};
    return EntityRef{type, hash64(bytes, seed), block, {}};
  }
  const std::string_view name = batch.text(event, kFields[static_cast<std::size_t>(type)]);
  if (name.empty()) return {};
  return EntityRef{type, hash64(name, seed), {}, name};
}

std::optional<EntityRef> primary_entity_of(const EventBatch& batch, const Event& event) {
  for (std::size_t i = 0; i < kEntityTypes; ++i) {
    if (auto entity = entity_of(batch, event, static_cast<EntityType>(i))) return entity;
  }
  return {};
}

std::string entity_value(const EntityRef& entity) {
  if (entity.type != EntityType::SourceIp) return std::string(entity.name);
  std::string text = format_ip(entity.ip);
  if (!entity.ip.is_v4()) text += "/64";
  return text;
}

}  // namespace vedette
