// Every kind and reason that a hit may have, by an id that may be stored: what is read back is one
// of these, or nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace vedette::prompt {

/// Hit::kind and Hit::why; they live as long as the program.
struct Reason {
  std::string_view kind, why;
};

// Those that stand in no table.
inline constexpr Reason kModelReason{"injection-model", "reads like known attacks"};
inline constexpr Reason kLengthReason{"tokens", "is longer than the policy allows"};
inline constexpr Reason kTermReason{"term", "holds a banned term"};
inline constexpr Reason kCanaryReason{"canary", "repeats what must not leave"};

/// The hash of both, so that new reasons do not change what is stored of the others.
std::uint64_t reason_id(std::string_view kind, std::string_view why);
/// Null for an id of none.
const Reason* find_reason(std::uint64_t id);

}  // namespace vedette::prompt
