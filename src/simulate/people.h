// The honest life of auth.log: people who log in and work, services with keys, cron, monitoring,
// and now and then a new colleague.
#pragma once

#include "simulate/actor.h"

namespace vedette::simulate {

void enter_people(Scene& scene, Cast& cast);

}  // namespace vedette::simulate
