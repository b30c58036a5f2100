#include "simulate/staff.h"

#include "simulate/host.h"
#include "simulate/office_words.h"
#include "simulate/seed.h"
#include "simulate/ssh.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kHomes = 20'000;  // numbers of visitors that stand for homes
constexpr std::uint32_t kCarriers = 4;
constexpr Duration kMaintenance = 19 * 24h + 21h;  // from the beginning

/// Logs in a few times a day, runs a few things as root, leaves.
class Worker final : public Actor {
 public:
  Worker(Scene& scene, std::uint64_t seed, std::uint32_t person)
      : Actor(scene, seed),
        account_(scene.world.people[person]),
        habits_(habits_of(scene.stage.options().seed, person)),
        whereabouts_(person) {
    password_age_ = span_between(random_, 0h, 60 * 24h);
  }

  Time first(Time start) { return next_login(start - 40min); }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    script.host = choose_host();
    const Peer peer = whereabouts_.at(scene_, random_, habits_, now);
    const Login login = Login::of(account_);
    if (!habits_.by_key && random_.below(1000) < 3) forget_password(script, peer);
    SshConnection connection(script, peer, Attack::None);
    if (habits_.by_key) {
      connection.accept_key(account_, "ED25519");
    } else {
      if (random_.below(100) < habits_.mistype_percent) {
        const std::uint32_t wrong = random_.between(1, 2);
        connection.refuse_passwords(login, wrong);
      }
      connection.accept_password(login);
    }
    work(script);
    connection.close_session(login);
    return next_login(script.at);
  }

 private:
  std::string_view choose_host() {
    const std::uint32_t turn = random_.below(1000);
    if (turn < 4) return pick(random_, kHosts);  // helps a colleague
    return turn < 600 ? habits_.hosts.front() : pick(random_, habits_.hosts);
  }

  std::string_view choose_command() {
    if (random_.below(1000) >= 6) return pick(random_, habits_.commands);
    return habits_.job == Job::Developer ? pick(random_, kDeveloperCommands)
                                         : pick(random_, kAdministratorCommands);
  }

  void work(Script& script) {
    const std::uint32_t tty = random_.below(6);
    const std::string home = "/home/" + account_.name;
    const Shell shell{account_, tty, home};
    const std::uint32_t most = habits_.job == Job::Administrator ? 8 : 3;
    const std::uint32_t commands = random_.below(most);
    for (std::uint32_t i = 0; i < commands; ++i) {
      script.wait(20s, 15min);
      const std::uint32_t wrong = random_.below(100) < 3 ? 1 : 0;
      run_sudo(script, shell, choose_command(), wrong);
    }
    if (habits_.job == Job::Administrator && random_.below(100) < 4) run_su(script, shell);
    if (!habits_.by_key && script.at - changed_ > password_age_) {
      change_password(script);
      changed_ = script.at;
      password_age_ = 60 * 24h;
    }
    script.wait(1min, 40min);
  }

  void change_password(Script& script) {
    script.wait(20s, 90s);
    const Fact fact{Action::PasswordChanged, Subject::None, Subject::None, Attack::None, 1};
    const std::uint32_t pid = script.stage.next_pid(2);
    script.syslog("passwd", pid, fact, "pam_unix(passwd:chauthtok): password changed for {}",
                  account_.name);
  }

  /// Three tries and a call for help: someone who administers sets a new one.
  void forget_password(Script& script, const Peer& peer) {
    const Login login = Login::of(account_);
    {
      SshConnection connection(script, peer, Attack::None);
      connection.refuse_passwords(login, 3);
      connection.end(login, SshEnd::Closed);
    }
    script.wait(6min, 50min);
    const Shell shell{scene_.world.people.front(), 1, "/root"};
    run_sudo(script, shell, "/usr/bin/passwd " + account_.name);
    change_password(script);
    script.wait(1min, 5min);
  }

  Time next_login(Time now) {
    const Time start = scene_.stage.options().start;
    const Duration day = habits_.end - habits_.begin;
    Time next = now + span_between(random_, day / (3 * habits_.logins), day / habits_.logins);
    const std::uint32_t late = habits_.job == Job::Administrator ? 20 : 5;
    if (random_.below(1000) < late) return next + span_between(random_, 1h, 9h);  // a call at night
    const Time at_work = next_working_time(habits_, start, next);
    return at_work == next ? next : at_work + span_between(random_, 0min, 50min);
  }

  const Account& account_;
  Habits habits_;
  Whereabouts whereabouts_;
  Time changed_ = scene_.stage.options().start;
  Duration password_age_{};
};

/// What a service or a timer does again and again, to the minute.
struct Chore {
  const Account& account;
  std::string_view host;
  Duration every;
  bool over_ssh;                  ///< from the service's own machine; otherwise cron
  std::string_view command = {};  ///< as root
};

class Timer final : public Actor {
 public:
  Timer(Scene& scene, std::uint64_t seed, const Chore& chore) : Actor(scene, seed), chore_(chore) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now, chore_.host};
    script.wait(5ms, 900ms);
    if (chore_.over_ssh) {
      log_in(script);
    } else {
      run_cron(script);
    }
    return now + chore_.every;
  }

 private:
  void log_in(Script& script) {
    const Account& account = chore_.account;
    const Peer peer(account.source, account.home);
    SshConnection connection(script, peer, Attack::None);
    connection.accept_key(account, "RSA");
    script.wait(1s, 3s);
    if (!chore_.command.empty()) run_sudo(script, {account, 0, "/"}, chore_.command);
    connection.close_session(Login::of(account));
  }

  void run_cron(Script& script) {
    const Account& account = chore_.account;
    const std::uint32_t pid = script.stage.next_pid(1);
    script.syslog("CRON", pid, {.action = Action::SessionOpened, .user = account.user},
                  "pam_unix(cron:session): session opened for user {}(uid={}) by (uid=0)",
                  account.name, account.uid);
    script.wait(50ms, 4s);
    script.syslog("CRON", pid, {.action = Action::SessionClosed, .user = account.user},
                  "pam_unix(cron:session): session closed for user {}", account.name);
  }

  Chore chore_;
};

/// Every weekday some of the hosts get a new version; on Thursdays, the day of releases, all.
class Deployment final : public Actor {
 public:
  using Actor::Actor;

  std::optional<Time> act(Time now) override {
    static constexpr std::array<Word, 3> kTargets{"larch", "cedar", "alder"};
    const Account& account = scene_.world.services[1];
    const Peer peer(account.source, account.home);
    const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    const std::size_t hosts = day % 7 == 0 ? kTargets.size() : 1;
    Script script{scene_.stage, random_, now};
    for (std::size_t i = 0; i < hosts; ++i) {
      script.host = kTargets[i];
      SshConnection connection(script, peer, Attack::None);
      connection.accept_key(account, "RSA");
      script.wait(5s, 60s);
      run_sudo(script, {account, 0, "/srv/museum"}, "/usr/bin/systemctl restart museum-app");
      connection.close_session(Login::of(account));
    }
    const Duration gap = (day + 3) % 7 == 4 ? 3 * 24h : 24h;  // Friday's next is Monday's
    return std::chrono::floor<std::chrono::days>(now) + gap + 13h +
           span_between(random_, 0min, 90min);
  }
};

/// One Saturday night those who administer bring every host up to date: unlike any other night, and
/// honest.
class Maintenance final : public Actor {
 public:
  Maintenance(Scene& scene, std::uint64_t seed, std::uint32_t person)
      : Actor(scene, seed), account_(scene.world.people[person]), person_(person) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now, kHosts[next_]};
    const Habits habits = habits_of(scene_.stage.options().seed, person_);
    const Peer peer = usual_peer(scene_, habits, person_, now);
    SshConnection connection(script, peer, Attack::None);
    connection.accept_key(account_, "ED25519");
    const Shell shell{account_, 0, "/root"};
    for (const Word command : {"/usr/bin/apt update", "/usr/bin/apt upgrade", "/usr/sbin/reboot"}) {
      run_sudo(script, shell, command);
      script.wait(30s, 4min);
    }
    connection.close_session(Login::of(account_));
    if (++next_ == kHosts.size()) return {};
    return script.at + span_between(random_, 1min, 10min);
  }

 private:
  const Account& account_;
  std::uint32_t person_;
  std::size_t next_ = 0;
};

void enter_chores(Scene& scene, Cast& cast, std::uint64_t seed) {
  const World& world = scene.world;
  const Time start = scene.stage.options().start;
  std::uint64_t number = 0;
  const auto enter = [&](const Chore& chore, Duration at) {
    cast.push_back({start + at, std::make_unique<Timer>(scene, mix(seed, ++number), chore)});
  };
  Duration shift = 0min;
  for (const std::string_view host : kHosts) {
    enter({world.root, host, 1h, false}, 17min);
    enter({world.root, host, 24h, false}, 6h + 25min);
    enter({world.services[2], host, 15min, false}, 5min + shift);
    enter({world.services[0], host, 24h, true,
           "/usr/bin/rsync --server --sender -logDtpre.iLsfx . /"},
          1h + 10 * shift);
    shift += 40s;
  }
  enter({world.services[3], "birch", 20min, false}, 3min);
  enter({world.services[2], "rowan", 30min, true}, 11min);
}

}  // namespace

Peer roaming_peer(Scene& scene, std::uint32_t carrier) {
  const IpAddress ip = scene.world.addresses.roaming(carrier);
  return {scene.stage.truth().add_source(ip, Role::Benign), ip};
}

Peer usual_peer(Scene& scene, const Habits& habits, std::uint32_t person, Time at) {
  const std::uint32_t day = day_of(scene.stage.options().start, at);
  const bool at_home =
      mix(mix(scene.stage.options().seed, person), day) % 100 < habits.home_percent;
  if (!at_home) {
    const Account& account = scene.world.people[person];
    return {account.source, account.home};
  }
  const World::Visitor home = scene.world.visitor(kHomes + person, scene.stage);
  return {home.source, home.ip};
}

Peer Whereabouts::at(Scene& scene, Random& random, const Habits& habits, Time now) {
  const std::uint32_t day = day_of(scene.stage.options().start, now);
  if (day >= habits.travel_first && day < habits.travel_first + habits.travel_days) {
    if (!hotel_) hotel_ = roaming_peer(scene, random.below(kCarriers));
    return *hotel_;
  }
  if (random.below(1000) < 5) return roaming_peer(scene, person_ % kCarriers);
  return usual_peer(scene, habits, person_, now);
}

void enter_staff(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  if (scene.world.people.empty()) return;
  const std::uint64_t seed = mix(options.seed, 0x57AF);
  const Time saturday = options.start + kMaintenance;
  for (std::uint32_t i = 0; i < options.users; ++i) {
    const Habits habits = habits_of(options.seed, i);
    if (habits.hosts.empty()) continue;
    if (habits.job == Job::Administrator && i < 40) {
      auto night = std::make_unique<Maintenance>(scene, mix(seed, 0x20000 + i), i);
      cast.push_back({saturday + std::chrono::minutes{5 * i}, std::move(night)});
    }
    auto worker = std::make_unique<Worker>(scene, mix(seed, i), i);
    const Time at = worker->first(options.start);
    cast.push_back({at, std::move(worker)});
  }
  enter_chores(scene, cast, mix(seed, 0xC0DE));
  cast.push_back({options.start + 13h, std::make_unique<Deployment>(scene, mix(seed, 0xDE))});
}

}  // namespace vedette::simulate
