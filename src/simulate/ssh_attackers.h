// Those who attack sshd.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

/// Nothing for an attack that is not one on sshd.
std::unique_ptr<Actor> make_ssh_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
