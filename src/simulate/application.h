// An application that writes its logins and requests as JSON lines with the names of the Elastic
// Common Schema, dotted and nested by turns, as different log shippers do.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

void enter_customers(Scene& scene, Cast& cast);
/// Nothing for an attack that is not one on the application.
std::unique_ptr<Actor> make_application_attacker(Attack attack, Scene& scene, std::uint64_t seed);

}  // namespace vedette::simulate
