#include "model/token.h"

#include "base/text.h"

#include <array>

namespace vedette {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({"ingest", "viewer", "analyst", "admin"});
static_assert(kNames.size() == kRoles);

}  // namespace

std::string_view to_string(Role role) {
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> parse_role(std::string_view text) {
  return parse_name<Role>(kNames, text);
}

bool may(Role role, Role needed) {
  if (needed == Role::Ingest) return role == Role::Ingest || role == Role::Admin;
  return role >= needed && role != Role::Ingest;
}

}  // namespace vedette
