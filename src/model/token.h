// Token: what a client of the API shows to be let in. Only a hash of its secret is ever kept.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// Analysts may what viewers may, admins what all others may. Ingest may send events and nothing
/// else.
enum class Role : std::uint8_t { Ingest, Viewer, Analyst, Admin };
inline constexpr std::size_t kRoles = 4;
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);
bool may(Role role, Role needed);

struct Token {
  std::string id;    ///< 8 hexadecimal digits, the public part
  std::string name;  ///< what the audit calls its holder
  Role role = Role::Viewer;
  std::string secret_hash;  ///< SHA-256, 32 bytes
  Time created;
  Time expires;  ///< the epoch: never
  std::string by;
};

}  // namespace vedette
