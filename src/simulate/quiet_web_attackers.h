// Attacks on the web site that stay below what rules name: only what is usual for the client, the
// user or all others tells them from honest use.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

/// Nothing for an attack that is not one of them.
std::unique_ptr<Actor> make_quiet_web_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
