#include "simulate/visitors.h"

#include "simulate/browser.h"
#include "simulate/seed.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;
using std::chrono::floor;

/// Numbers below this are regular machines, the others people.
constexpr std::uint32_t kFirstPerson = 16;

bool is_night(Time time) {
  const auto hour = (time - floor<std::chrono::days>(time)) / 1h;
  return hour < 6;
}

/// One place at the site: a person comes, looks at some pages, goes; after a while the next one
/// comes.
class Visitor final : public Actor {
 public:
  Visitor(Scene& scene, std::uint64_t seed, std::uint32_t places, std::uint32_t place)
      : Actor(scene, seed), places_(places), number_(kFirstPerson + place) {}

  std::optional<Time> act(Time now) override {
    if (pages_left_ == 0) arrive();
    Script script{scene_.stage, random_, now};
    browser_.view(script, any_page(random_));
    if (--pages_left_ > 0) return script.at + span_between(random_, 4s, 80s);
    number_ += places_;
    const Duration pause = span_between(random_, 10min, 110min);
    return script.at + (is_night(script.at) ? 4 * pause : pause);
  }

 private:
  void arrive() {
    const World::Visitor who = scene_.world.visitor(number_, scene_.stage);
    browser_.peer = Peer(who.source, who.ip);
    browser_.peer.change_address(random_);
    browser_.agent = pick(random_, kAgents);
    browser_.referrer = pick(random_, kReferrers);
    pages_left_ = random_.between(1, 9);
    browser_.cached = random_.below(100) < 30;  // has been here before
  }

  std::uint32_t places_, number_;
  std::uint32_t pages_left_ = 0;
  Browser browser_;
};

/// Polite: robots.txt first, a page every minute or so, now and then one that is gone.
class SearchBot final : public Actor {
 public:
  SearchBot(Scene& scene, std::uint64_t seed, std::uint32_t number)
      : Actor(scene, seed), agent_(kSearchBots[number % kSearchBots.size()]) {
    const World::Visitor who = scene.world.visitor(number, scene.stage);
    peer_ = Peer(who.source, who.ip);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Request request{.protocol = "HTTP/1.1", .bytes = 312, .agent = agent_};
    std::string page = "/robots.txt";
    if (pages_ % 40 != 0) {
      page = "/collection/object-" + std::to_string(random_.between(100, 2999));
      request.bytes = 8'000 + random_.below(30'000);
      if (random_.below(100) < 3) {
        request.status = 404;
        request.bytes = 1245;
        request.trouble = Trouble::NotFound;
      }
    }
    ++pages_;
    request.target = page;
    answer(script, peer_, request);
    return now + span_between(random_, 20s, 5min);
  }

 private:
  Peer peer_;
  std::string_view agent_;
  std::uint32_t pages_ = 0;
};

/// A program that uses the API all day, with a token that is refused once in a while.
class ApiClient final : public Actor {
 public:
  ApiClient(Scene& scene, std::uint64_t seed, std::uint32_t number) : Actor(scene, seed) {
    const World::Visitor who = scene.world.visitor(number, scene.stage);
    peer_ = Peer(who.source, who.ip);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const bool writes = random_.below(5) == 0;
    const std::string target = "/api/v1/objects/" + std::to_string(random_.between(100, 2999));
    Request request{.method = writes ? "PUT" : "GET", .target = target, .agent = "museum-sync/3.2"};
    request.bytes = 200 + random_.below(3'000);
    const std::uint32_t turn = random_.below(200);
    if (turn == 0) request.status = 401;
    if (turn == 1) {
      request.status = 504;
      request.trouble = Trouble::Upstream;
    }
    answer(script, peer_, request);
    return now + span_between(random_, 10s, 4min);
  }

 private:
  Peer peer_;
};

/// Asks the same thing in the same rhythm: a monitor, a feed reader.
class Regular final : public Actor {
 public:
  struct Habit {
    std::string_view method, target, agent;
    std::uint32_t bytes;
    Duration every;
  };
  Regular(Scene& scene, std::uint64_t seed, std::uint32_t number, const Habit& habit)
      : Actor(scene, seed), habit_(habit) {
    const World::Visitor who = scene.world.visitor(number, scene.stage);
    peer_ = Peer(who.source, who.ip);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    answer(script, peer_,
           {.method = habit_.method,
            .target = habit_.target,
            .bytes = habit_.bytes,
            .agent = habit_.agent});
    return now + habit_.every + span_between(random_, 0ms, 400ms);
  }

 private:
  Habit habit_;
  Peer peer_;
};

}  // namespace

void enter_visitors(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  if (options.users == 0) return;
  const std::uint64_t seed = mix(options.seed, 0x3EB);
  Random random(seed);
  const auto enter = [&](std::unique_ptr<Actor> actor, Duration within) {
    cast.push_back({options.start + span_between(random, 0s, within), std::move(actor)});
  };
  for (std::uint32_t i = 0; i < options.users; ++i) {
    enter(std::make_unique<Visitor>(scene, mix(seed, kFirstPerson + i), options.users, i), 60min);
  }
  for (std::uint32_t i = 0; i < kSearchBots.size(); ++i) {
    enter(std::make_unique<SearchBot>(scene, mix(seed, i), i), 10min);
  }
  enter(std::make_unique<ApiClient>(scene, mix(seed, 8), 8), 5min);
  const Regular::Habit monitor{"HEAD", "/healthz", "museum-uptime/1.0", 0, 5min};
  const Regular::Habit feed{"GET", "/events/feed.xml", "Feedly/1.0 (like FeedFetcher-Google)", 9421,
                            30min};
  enter(std::make_unique<Regular>(scene, mix(seed, 9), 9, monitor), 1min);
  enter(std::make_unique<Regular>(scene, mix(seed, 10), 10, feed), 30min);
}

}  // namespace vedette::simulate
