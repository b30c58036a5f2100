// Entity: who or what an event is about. A source address (an IPv6 source is its /64, since that is
// what one customer gets), a source known by name only, a user, a host, the network of a source.
#pragma once

#include "base/ip.h"
#include "model/event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vedette {

enum class EntityType : std::uint8_t { SourceIp, SourceAddress, User, Host, SourceNetwork };
inline constexpr std::size_t kEntityTypes = 5;

std::string_view to_string(EntityType type);  ///< the ECS field: source.ip, source.address,
                                              ///< user.name, host.name; and source.network
std::optional<EntityType> parse_entity_type(std::string_view text);
Field field_of(EntityType type);

/// An entity as one event names it. `name` points into the batch; `ip` is already its /64 for IPv6.
/// `hash` is the same in every run: it chooses the lane and is the key of stored state.
struct EntityRef {
  EntityType type = EntityType::SourceIp;
  std::uint64_t hash = 0;
  IpAddress ip;           ///< SourceIp, and of SourceNetwork the first
  std::string_view name;  ///< all others
};

/// The entities that an event names, at most one of each type (the network is that of source.ip):
/// found in one pass over its values, which must live as long. Each is hashed when it is first
/// asked for. Not thread-safe.
class Entities {
 public:
  Entities(const EventBatch& batch, const Event& event);
  const std::optional<EntityRef>& of(EntityType type) const {
    const auto i = static_cast<std::size_t>(type);
    if (const Value* value = std::exchange(values_[i], nullptr)) make(type, *value);
    return made_[i];
  }
  /// Whom a finding about this one event is about: its source, else its user, else its host.
  std::optional<EntityRef> primary() const;

 private:
  void make(EntityType type, const Value& value) const;

  /// Of each type, until it is made; behind them, of what is no entity.
  mutable std::array<const Value*, kEntityTypes + 1> values_{};
  mutable std::array<std::optional<EntityRef>, kEntityTypes> made_;
};

/// "203.0.113.7", "2001:db8:1:2::/64", "root", "203.0.113.0/24".
std::string entity_value(const EntityRef& entity);

/// The entity that is called so: the hash that events about it have. An address may be of the block
/// or any in it. Nothing for an address that is none, and for an empty name.
std::optional<std::uint64_t> entity_hash(EntityType type, std::string_view value);

/// Addresses that count as one source: an IPv4 address, an IPv6 /64.
IpAddress source_block(const IpAddress& ip);
/// Those that mostly belong to one owner: the /24 of an IPv4 address, the /48 of an IPv6 one.
IpNetwork source_network(const IpAddress& ip);

}  // namespace vedette
