// Attackers of all kinds; and those who come to every machine on the internet, all day.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

std::unique_ptr<Actor> make_attacker(Attack attack, Scene& scene, std::uint64_t seed);

/// The scripts and scanners of Life::Habits, loud and of no campaign: rules name them.
void enter_bots(Scene& scene, Cast& cast);

}  // namespace vedette::simulate
