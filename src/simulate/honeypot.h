// Sessions on a Cowrie honeypot, as cowrie.json tells them. Whoever comes here is hostile.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

/// Nothing for an attack that is not one on the honeypot.
std::unique_ptr<Actor> make_honeypot_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
