// Those who attack the web site.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

/// Nothing for an attack that is not one on the web site.
std::unique_ptr<Actor> make_web_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
