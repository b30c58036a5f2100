#include "simulate/people.h"

#include "simulate/host.h"
#include "simulate/seed.h"
#include "simulate/ssh.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;

/// Works on weekdays from about seven to seven: logs in, runs a few things as root, leaves.
class Person final : public Actor {
 public:
  Person(Scene& scene, std::uint64_t seed, const Account& account)
      : Actor(scene, seed),
        account_(account),
        by_key_(random_.below(100) < 80),
        careless_(random_.below(100) < 15) {}

  Time first(Time start) { return next_login(start - 40min); }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Peer peer(account_.source, account_.home);
    const Login login = Login::of(account_);
    SshConnection connection(script, peer, Attack::None);
    if (by_key_) {
      connection.accept_key(account_, "ED25519");
    } else {
      const std::uint32_t wrong = mistypes();
      if (wrong > 0) connection.refuse_passwords(login, wrong);
      connection.accept_password(login);
    }
    work(script);
    connection.close_session(login);
    return next_login(script.at);
  }

 private:
  std::uint32_t mistypes() {
    if (random_.below(100) >= (careless_ ? 30u : 6u)) return 0;
    return random_.between(1, 2);
  }

  void work(Script& script) {
    const std::uint32_t tty = random_.below(6);
    const std::string home = "/home/" + account_.name;
    const Shell shell{account_, tty, home};
    const std::uint32_t commands = random_.below(5);
    for (std::uint32_t i = 0; i < commands; ++i) {
      script.wait(20s, 15min);
      const std::uint32_t wrong = random_.below(100) < 4 ? 1 : 0;
      run_sudo(script, shell, pick(random_, kSudoCommands), wrong);
    }
    if (random_.below(100) < 6) run_su(script, shell);
    script.wait(1min, 40min);
  }

  Time next_login(Time now) {
    Time next = now + span_between(random_, 30min, 3h);
    for (;;) {
      const auto day = floor<days>(next);
      const std::int64_t number = day.time_since_epoch().count();
      const bool weekend = (number + 4) % 7 == 0 || (number + 4) % 7 == 6;
      const bool works = !weekend || random_.below(100) < 10;
      if (works && next < day + 19h) {
        return next < day + 7h ? day + 7h + span_between(random_, 0min, 150min) : next;
      }
      next = day + 24h + 6h;
    }
  }

  const Account& account_;
  bool by_key_;
  bool careless_;
};

/// A machine of the own network that comes with its key every few minutes and stays for seconds.
class Service final : public Actor {
 public:
  Service(Scene& scene, std::uint64_t seed, const Account& account, Duration every)
      : Actor(scene, seed), account_(account), every_(every) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Peer peer(account_.source, account_.home);
    SshConnection connection(script, peer, Attack::None);
    connection.accept_key(account_, "RSA");
    script.wait(2s, 40s);
    connection.close_session(Login::of(account_));
    return now + every_ + span_between(random_, 0s, 20s);
  }

 private:
  const Account& account_;
  Duration every_;
};

class Cron final : public Actor {
 public:
  Cron(Scene& scene, std::uint64_t seed, const Account& account, Duration every)
      : Actor(scene, seed), account_(account), every_(every) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::uint32_t pid = script.stage.next_pid(1);
    const Fact opened{Action::SessionOpened, Subject::None, account_.user, Attack::None, 1};
    const Fact closed{Action::SessionClosed, Subject::None, account_.user, Attack::None, 1};
    script.wait(5ms, 900ms);
    script.syslog("CRON", pid, opened,
                  "pam_unix(cron:session): session opened for user {}(uid={}) by (uid=0)",
                  account_.name, account_.uid);
    script.wait(50ms, 4s);
    script.syslog("CRON", pid, closed, "pam_unix(cron:session): session closed for user {}",
                  account_.name);
    return now + every_;
  }

 private:
  const Account& account_;
  Duration every_;
};

/// Asks every five minutes whether sshd still answers, and hangs up.
class SshMonitor final : public Actor {
 public:
  SshMonitor(Scene& scene, std::uint64_t seed) : Actor(scene, seed) {
    const IpAddress ip = scene.world.addresses.machine(3);
    peer_ = Peer(scene.stage.truth().add_source(ip, Role::Benign), ip);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::uint32_t pid = script.stage.next_pid(2);
    const std::uint32_t port = random_.between(32'768, 60'999);
    script.wait(5ms, 50ms);
    script.syslog("sshd", pid, {.action = Action::PreauthDisconnect, .source = peer_.source},
                  "Connection closed by {} port {} [preauth]", peer_.text, port);
    return now + 5min;
  }

 private:
  Peer peer_;
};

/// Once in a while an administrator gives a new colleague an account.
class NewColleague final : public Actor {
 public:
  using Actor::Actor;

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Account& admin = scene_.world.people.front();
    const Shell shell{admin, 1, "/root"};
    ++hired_;
    const std::string name = std::string(pick(random_, kPeople)) + "." + std::to_string(hired_);
    run_sudo(script, shell, "/usr/sbin/adduser " + name);
    create_account(script, shell, {name, 5000 + hired_, "docker"});
    return now + 5 * 24h + span_between(random_, 0h, 96h);
  }

 private:
  std::uint32_t hired_ = 0;
};

}  // namespace

void enter_people(Scene& scene, Cast& cast) {
  World& world = scene.world;
  if (world.people.empty()) return;
  const Time start = scene.stage.options().start;
  const std::uint64_t seed = mix(scene.stage.options().seed, 0x9E09);
  Random random(seed);
  const auto enter = [&](std::unique_ptr<Actor> actor, Time at) {
    cast.push_back({at, std::move(actor)});
  };
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    auto person = std::make_unique<Person>(scene, mix(seed, i), world.people[i]);
    const Time at = person->first(start);
    enter(std::move(person), at);
  }
  Duration every = 17min;
  for (const Account& account : world.services) {
    enter(std::make_unique<Service>(scene, mix(seed, account.uid), account, every),
          start + span_between(random, 0min, every));
    every += 21min;
  }
  const Account& metrics = world.services[2];
  enter(std::make_unique<Cron>(scene, mix(seed, 0xC1), world.root, 1h), start + 17min);
  enter(std::make_unique<Cron>(scene, mix(seed, 0xC2), metrics, 20min), start + 5min);
  enter(std::make_unique<SshMonitor>(scene, mix(seed, 0xC3)), start + 40s);
  enter(std::make_unique<NewColleague>(scene, mix(seed, 0xC4)),
        start + span_between(random, 2h, 30h));
}

}  // namespace vedette::simulate
