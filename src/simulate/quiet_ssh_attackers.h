// Attacks on accounts that stay below what rules name: only what is usual for the account, the host
// or the network tells them from honest work.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

/// Nothing for an attack that is not one of them.
std::unique_ptr<Actor> make_quiet_ssh_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
