#include "simulate/quiet_ssh_attackers.h"

#include "simulate/habits.h"
#include "simulate/host.h"
#include "simulate/office_words.h"
#include "simulate/seed.h"
#include "simulate/ssh.h"
#include "simulate/staff.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// Someone who uses the machines and, if asked for, logs in with a password; nobody where nobody
/// is.
struct Colleague {
  const Account* account = nullptr;
  std::uint32_t number = 0;
  Habits habits;
};

std::optional<Colleague> choose_colleague(Scene& scene, Random& random, bool by_password) {
  const auto& people = scene.world.people;
  if (people.empty()) return {};
  const auto count = static_cast<std::uint32_t>(people.size());
  const std::uint32_t first = random.below(count);
  std::optional<Colleague> claimed;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t number = (first + i) % count;
    Habits habits = habits_of(scene.stage.options().seed, number);
    // Who administers does everything everywhere.
    if (habits.hosts.empty() || habits.job == Job::Administrator) continue;
    if (by_password && habits.by_key) continue;
    Colleague colleague{&people[number], number, std::move(habits)};
    if (scene.world.claim(people[number].user)) return colleague;
    if (!claimed) claimed = std::move(colleague);
  }
  return claimed;
}

/// The first addresses of a /24 of the attacker's own.
std::vector<Peer> block_of_sources(Scene& scene, std::uint32_t count) {
  std::vector<Peer> sources;
  IpAddress ip = scene.world.addresses.attacker_block();
  for (std::uint32_t i = 0; i < count; ++i) {
    sources.emplace_back(scene.stage.truth().add_source(ip, Role::Attacker), ip);
    ++ip.bytes.back();
  }
  return sources;
}

/// A password for each of the names in turn, from each of the sources in turn.
class QuietGuesser final : public Actor {
 public:
  QuietGuesser(Scene& scene, std::uint64_t seed, Attack attack)
      : Actor(scene, seed), attack_(attack) {
    if (attack == Attack::SshSpraySubnet) {
      left_ = random_.between(50, 90);
      sources_ = block_of_sources(scene, left_);
      shortest_ = 2min, longest_ = 8min;
    } else if (random_.below(2) == 0) {
      left_ = random_.between(120, 220);
      sources_ = block_of_sources(scene, 12);
      shortest_ = 8min, longest_ = 20min;
    } else {
      left_ = random_.between(18, 30);
      sources_.push_back(Peer::attacker(scene));
      shortest_ = 110min, longest_ = 170min;
    }
    name_ = random_.below(1000);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    script.host = random_.below(3) == 0 ? "rowan" : kHost;
    const auto& people = scene_.world.people;
    const Login login =
        Login::of(people.empty() ? scene_.world.root : people[name_++ % people.size()]);
    SshConnection connection(script, sources_[tries_++ % sources_.size()], attack_);
    connection.refuse_passwords(login, 1);
    connection.end(login, SshEnd::Closed);
    if (--left_ == 0) return {};
    return now + span_between(random_, shortest_, longest_);
  }

 private:
  Attack attack_;
  std::vector<Peer> sources_;
  Duration shortest_{}, longest_{};
  std::uint32_t left_ = 0, name_ = 0;
  std::size_t tries_ = 0;
};

/// In the name of someone who is not at work, or not where they usually are.
class Impostor final : public Actor {
 public:
  Impostor(Scene& scene, std::uint64_t seed, Attack attack) : Actor(scene, seed), attack_(attack) {
    person_ = choose_colleague(scene, random_, attack == Attack::SshLoginElsewhere);
    if (!person_)
      person_ = Colleague{&scene.world.root, 0, habits_of(scene.stage.options().seed, 0)};
    for (const std::string_view host : kHosts) {
      const auto& usual = person_->habits.hosts;
      if (std::ranges::find(usual, host) == usual.end()) unused_.push_back(host);
    }
    left_ = random_.between(2, 4);
    if (attack_ == Attack::SshLoginElsewhere) peer_ = Peer::attacker(scene);
  }

  std::optional<Time> act(Time now) override {
    if (attack_ == Attack::SshInsider && !begun_) {
      begun_ = true;
      return next_night(now);
    }
    work(now);
    if (--left_ == 0) return {};
    if (attack_ == Attack::SshInsider) return next_night(now + 6h);
    return now + 90min + span_between(random_, 0h, 9h);
  }

 private:
  /// When the person is farthest from their work.
  Time next_night(Time now) {
    const Habits& habits = person_->habits;
    const Duration hour = ((habits.begin + habits.end) / 2 + 11h) % 24h;
    return next_at(now + 1min, hour) + span_between(random_, 0h, 2h);
  }

  void work(Time now) {
    Script script{scene_.stage, random_, now};
    const Account& account = *person_->account;
    const bool insider = attack_ == Attack::SshInsider;
    // Who comes with a stolen password begins where its owner mostly is.
    const bool begins = !insider && !begun_ && !person_->habits.hosts.empty();
    begun_ = true;
    script.host = begins ? person_->habits.hosts.front() : pick(random_, unused_);
    const Peer peer = insider ? usual_peer_of(account, now) : peer_;
    SshConnection connection(script, peer, attack_);
    if (person_->habits.by_key) {
      connection.accept_key(account, "ED25519");
    } else {
      connection.accept_password(Login::of(account));
    }
    const std::string home = "/home/" + account.name;
    const Shell shell{account, random_.below(6), home, attack_};
    const std::uint32_t commands = random_.between(4, 9);
    for (std::uint32_t i = 0; i < commands; ++i) {
      script.wait(20s, 6min);
      run_sudo(script, shell, pick(random_, kCuriousCommands));
    }
    script.wait(20s, 5min);
    connection.close_session(Login::of(account));
  }

  Peer usual_peer_of(const Account& account, Time now) {
    if (scene_.world.people.empty()) return {account.source, account.home};
    return usual_peer(scene_, person_->habits, person_->number, now);
  }

  Attack attack_;
  std::optional<Colleague> person_;
  std::vector<std::string_view> unused_;
  Peer peer_;
  std::uint32_t left_ = 0;
  bool begun_ = false;
};

/// Has taken over the machine of a service, and comes with its key as the service does.
class ToolUser final : public Actor {
 public:
  ToolUser(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), account_(choose_account()), host_(pick(random_, kHosts)) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now, host_};
    constexpr Attack kAttack = Attack::SudoOrdinaryTools;
    const Peer peer(account_.source, account_.home);
    SshConnection connection(script, peer, kAttack);
    connection.accept_key(account_, "RSA");
    const Shell shell{account_, 3, "/var/tmp", kAttack};
    const std::size_t commands = random_.between(6, 11);
    for (std::size_t i = 0; i < commands && next_ < kOrdinaryTools.size(); ++i) {
      script.wait(5s, 4min);
      run_sudo(script, shell, kOrdinaryTools[next_]);
      next_ += 1 + random_.below(2);
    }
    connection.close_session(Login::of(account_));
    if (next_ >= kOrdinaryTools.size()) return {};
    return script.at + 1h + span_between(random_, 0h, 10h);
  }

 private:
  const Account& choose_account() {
    const auto& services = scene_.world.services;
    if (services.empty()) return scene_.world.root;
    const std::size_t first = random_.below(3);
    for (std::size_t i = 0; i < 3; ++i) {
      const Account& service = services[(first + i) % 3];
      if (scene_.world.claim(service.user)) return service;
    }
    return services[first];
  }

  const Account& account_;
  std::string_view host_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Actor> make_quiet_ssh_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  switch (attack) {
    case Attack::SshStuffingSlow:
    case Attack::SshSpraySubnet:
      return std::make_unique<QuietGuesser>(scene, seed, attack);
    case Attack::SshInsider:
    case Attack::SshLoginElsewhere:
      return std::make_unique<Impostor>(scene, seed, attack);
    case Attack::SudoOrdinaryTools:
      return std::make_unique<ToolUser>(scene, seed);
    default:
      return nullptr;
  }
}

}  // namespace vedette::simulate
