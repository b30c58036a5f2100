// What the kernel's packet filter logs: port scans, and the noise of any address on the internet.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

void enter_noise(Scene& scene, Cast& cast);
/// Nothing for an attack that is no port scan.
std::unique_ptr<Actor> make_port_scanner(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
