#include "simulate/quiet_web_attackers.h"

#include "simulate/clients.h"
#include "simulate/habits.h"
#include "simulate/seed.h"
#include "simulate/staff.h"
#include "simulate/web.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// One of the known clients; where there is none, a stranger.
struct Known {
  Peer peer;
  std::string_view agent = kAgents[0];
};

Known choose_client(Scene& scene, Random& random, Appetite appetite) {
  const Options& options = scene.stage.options();
  const std::uint32_t count = options.life == Life::Habits ? options.clients : 0;
  const std::uint32_t first = random.below(count + 1);
  std::optional<Known> claimed;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Client client = client_of(options.seed, (first + i) % count);
    if (client.appetite != appetite || client.downloads || client.moves) continue;
    const bool comes = client.week_visits > 2 && client.unknown_for == Duration{};
    if (appetite == Appetite::Reader && !comes) continue;
    const World::Visitor who = scene.world.visitor(client.visitor, scene.stage);
    Known known{Peer(who.source, who.ip), client.agent};
    if (scene.world.claim(who.source)) return known;
    if (!claimed) claimed = std::move(known);
  }
  if (!claimed) claimed = Known{Peer::attacker(scene)};
  return *claimed;
}

/// All of the collection, page by page, as no one with this browser would.
class PatientCrawler final : public Actor {
 public:
  PatientCrawler(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), agent_(pick(random_, kAgents)) {
    left_ = random_.between(1'200, 2'800);
    pause_ = span_between(random_, 8s, 20s);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::string target = "/collection/object-" + std::to_string(100 + next_++);
    Request request{.target = target, .agent = agent_, .attack = Attack::WebCrawlerForged};
    request.bytes = 8'000 + random_.below(30'000);
    if (random_.below(200) == 0) {
      request.status = 404;
      request.bytes = 1245;
      request.trouble = Trouble::NotFound;
    }
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + pause_ + span_between(random_, 0s, 2s);
  }

 private:
  Peer peer_;
  std::string_view agent_;
  Duration pause_{};
  std::uint32_t left_ = 0, next_ = 0;
};

/// For a few nights, file after file, all of which anyone may have.
class NightDownloader final : public Actor {
 public:
  NightDownloader(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed),
        who_(choose_client(scene, random_, Appetite::Reader)),
        nights_(random_.between(2, 3)) {
    file_ = random_.below(200);
  }

  std::optional<Time> act(Time now) override {
    if (files_left_ == 0) {
      if (nights_-- == 0) return {};
      files_left_ = random_.between(30, 60);
      return next_at(now + 1min, 30min) + span_between(random_, 0min, 90min);
    }
    Script script{scene_.stage, random_, now};
    const std::string target = export_file(file_++ % 400);
    const std::uint32_t bytes = random_.between(20'000'000, 80'000'000);
    answer(
        script, who_.peer,
        {.target = target, .bytes = bytes, .agent = who_.agent, .attack = Attack::WebExfiltration});
    --files_left_;
    return now + span_between(random_, 2min, 7min);
  }

 private:
  Known who_;
  std::uint32_t nights_, files_left_ = 0, file_ = 0;
};

/// With the key of an app that otherwise asks for objects: the members, by number.
class RecordReader final : public Actor {
 public:
  RecordReader(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), who_(choose_client(scene, random_, Appetite::Poller)) {
    left_ = random_.between(600, 1'400);
    next_ = random_.between(1'000, 6'000);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::string target = "/api/v1/members/" + std::to_string(next_++);
    Request request{.target = target, .agent = who_.agent, .attack = Attack::WebApiEnumeration};
    request.bytes = 400 + random_.below(700);
    if (random_.below(100) < 2) {
      request.status = 404;
      request.bytes = 61;
      request.trouble = Trouble::NotFound;
    }
    answer(script, who_.peer, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 15s, 70s);
  }

 private:
  Known who_;
  std::uint32_t left_ = 0, next_ = 0;
};

/// Has stolen the session of someone who goes on working with it.
class Hijacker final : public Actor {
 public:
  Hijacker(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(random_.between(25, 60)) {}

  std::optional<Time> act(Time now) override {
    const Time start = scene_.stage.options().start;
    if (account_ == nullptr) choose_victim(start, now);
    const Time at_work = next_working_time(habits_, start, now);
    if (at_work > now) return at_work + span_between(random_, 30min, 90min);
    Script script{scene_.stage, random_, now};
    std::string target = "/cms/members?page=" + std::to_string(++page_);
    if (random_.below(4) == 0) target = "/cms/settings";
    Request request{.target = target, .user = account_->name, .agent = agent_};
    request.attack = Attack::WebSessionHijack;
    request.account = account_->user;
    request.bytes = 12'000 + random_.below(9'000);
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 30s, 6min);
  }

 private:
  /// Whichever editor is the first to work, among equals any.
  void choose_victim(Time start, Time now) {
    account_ = &scene_.world.root;
    const auto count = static_cast<std::uint32_t>(scene_.world.people.size());
    const std::uint32_t first = random_.below(count + 1);
    Time soonest = Time::max();
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t number = (first + i) % count;
      const Habits habits = habits_of(scene_.stage.options().seed, number);
      const Time at_work = next_working_time(habits, start, now);
      if (habits.job != Job::Editor || at_work >= soonest) continue;
      soonest = at_work;
      habits_ = habits;
      account_ = &scene_.world.people[number];
    }
    do {
      agent_ = pick(random_, kAgents);
    } while (agent_ == habits_.agent);
  }

  Peer peer_;
  const Account* account_ = nullptr;
  Habits habits_;
  std::string_view agent_;
  std::uint32_t left_, page_ = 0;
};

}  // namespace

std::unique_ptr<Actor> make_quiet_web_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  switch (attack) {
    case Attack::WebCrawlerForged:
      return std::make_unique<PatientCrawler>(scene, seed);
    case Attack::WebExfiltration:
      return std::make_unique<NightDownloader>(scene, seed);
    case Attack::WebApiEnumeration:
      return std::make_unique<RecordReader>(scene, seed);
    case Attack::WebSessionHijack:
      return std::make_unique<Hijacker>(scene, seed);
    default:
      return nullptr;
  }
}

}  // namespace vedette::simulate
