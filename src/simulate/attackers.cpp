#include "simulate/attackers.h"

#include "simulate/application.h"
#include "simulate/firewall.h"
#include "simulate/honeypot.h"
#include "simulate/quiet_ssh_attackers.h"
#include "simulate/quiet_web_attackers.h"
#include "simulate/seed.h"
#include "simulate/ssh_attackers.h"
#include "simulate/web_attackers.h"

#include <span>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// What comes to one log: so many at a time, each followed by another after a while.
struct Background {
  Stream stream;
  std::uint32_t bots;
  Duration shortest, longest;
  std::array<Attack, 4> kinds;
};

constexpr Background kBackground[] = {
    {Stream::Auth,
     2,
     2h,
     9h,
     {Attack::SshBruteForce, Attack::SshBruteForceSlow, Attack::SshUserEnumeration,
      Attack::SshProbe}},
    {Stream::Access,
     2,
     2h,
     9h,
     {Attack::WebScanner, Attack::WebSensitiveFiles, Attack::WebCveProbe, Attack::WebMalformed}},
    {Stream::Cowrie,
     3,
     3min,
     25min,
     {Attack::HoneypotScan, Attack::HoneypotBruteForce, Attack::HoneypotBruteForce,
      Attack::HoneypotIntrusion}},
};

/// One script after another, each from a source of its own.
class Bots final : public Actor {
 public:
  Bots(Scene& scene, std::uint64_t seed, const Background& background)
      : Actor(scene, seed), background_(background) {}

  std::optional<Time> act(Time now) override {
    if (!bot_) {
      const Attack kind = pick(random_, background_.kinds);
      bot_ = make_attacker(kind, scene_, random_.next());
    }
    if (const auto again = bot_->act(now)) return again;
    bot_.reset();
    return now + span_between(random_, background_.shortest, background_.longest);
  }

 private:
  const Background& background_;
  std::unique_ptr<Actor> bot_;
};

}  // namespace

std::unique_ptr<Actor> make_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  for (const auto make :
       {make_ssh_attacker, make_web_attacker, make_port_scanner, make_honeypot_attacker,
        make_application_attacker, make_quiet_ssh_attacker, make_quiet_web_attacker}) {
    if (auto actor = make(attack, scene, seed)) return actor;
  }
  return nullptr;
}

void enter_bots(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  std::uint32_t number = 0;
  for (const Background& background : kBackground) {
    for (std::uint32_t i = 0; i < background.bots; ++i) {
      ++number;
      if (!options.wants(background.stream)) continue;
      cast.push_back(
          {options.start + std::chrono::minutes{7 * number},
           std::make_unique<Bots>(scene, mix(options.seed, 0xB07 + number), background)});
    }
  }
}

}  // namespace vedette::simulate
