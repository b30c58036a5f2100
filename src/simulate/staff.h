// The honest life of Life::Habits on the machines: people who log in at their hours, from their
// places, and do what they usually do, with the rarities that every month has: a journey, a night
// call, a forgotten password, a host they seldom need. Services and cron that never vary.
#pragma once

#include "simulate/actor.h"
#include "simulate/habits.h"

namespace vedette::simulate {

/// An address that people travel with; no two journeys share one.
Peer roaming_peer(Scene& scene, std::uint32_t carrier);
/// Where the person of this number sits on that day when not on a journey: office or home.
Peer usual_peer(Scene& scene, const Habits& habits, std::uint32_t person, Time at);

/// As usual_peer(), but on a journey, and now and then on a telephone, from elsewhere.
class Whereabouts {
 public:
  explicit Whereabouts(std::uint32_t person) : person_(person) {}
  Peer at(Scene& scene, Random& random, const Habits& habits, Time now);

 private:
  std::uint32_t person_;
  std::optional<Peer> hotel_;
};

void enter_staff(Scene& scene, Cast& cast);

}  // namespace vedette::simulate
