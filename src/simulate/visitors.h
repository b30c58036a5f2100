// The honest life of access.log: people who look at pages, search engines, a client of the API, a
// feed reader, and the monitoring that asks whether the site is up.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

void enter_visitors(Scene& scene, Cast& cast);

}  // namespace vedette::simulate
