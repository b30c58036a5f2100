#include "simulate/clients.h"

#include "simulate/browser.h"
#include "simulate/seed.h"
#include "simulate/staff.h"
#include "simulate/words.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;
using std::chrono::floor;

constexpr std::uint32_t kFirstClient = 100;  // number of the first visitor who is one
constexpr std::uint32_t kMoves = 3'000;      // from one address of a reader to the next
constexpr std::array<std::uint32_t, 2> kOpenings{9, 23};  // days of the simulation

/// Comes to read, some each day, some once a month.
class Reader final : public Actor {
 public:
  Reader(Scene& scene, std::uint64_t seed, const Client& client)
      : Actor(scene, seed), client_(client) {
    browser_.agent = client.agent;
    move(scene.stage.options().start);
  }

  Time first(Time start) {
    if (client_.unknown_for > 0h) return start + client_.unknown_for;
    Time at = start - 14 * 24h;
    while (at < start) at = next_visit(at);
    return at;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    if (pages_left_ == 0) {
      move(now);
      browser_.referrer = pick(random_, kReferrers);
      pages_left_ = random_.between(1, 12);
    }
    browser_.view(script, any_page(random_));
    if (client_.downloads && random_.below(100) < 15) download(script);
    if (--pages_left_ > 0) return script.at + span_between(random_, 4s, 120s);
    return next_visit(script.at);
  }

 private:
  void move(Time now) {
    const std::uint32_t week = day_of(scene_.stage.options().start, now) / 7;
    const std::uint32_t number = client_.visitor + (client_.moves ? week * kMoves : 0);
    const World::Visitor who = scene_.world.visitor(number, scene_.stage);
    browser_.peer = Peer(who.source, who.ip);
  }

  void download(Script& script) {
    script.wait(3s, 20s);
    const std::uint32_t number = random_.below(400);
    const std::string target = export_file(number);
    const std::uint32_t bytes = random_.between(4'000'000, 60'000'000);
    answer(
        script, browser_.peer,
        {.target = target, .bytes = bytes, .referrer = browser_.referrer, .agent = browser_.agent});
  }

  Time next_visit(Time now) {
    const Time start = scene_.stage.options().start;
    const Duration gap = span_between(random_, 10min, 2 * 7 * 24h / client_.week_visits);
    Time next = now + gap;
    if (random_.below(100) < 90) {
      next = next_at(next, client_.hour) + span_between(random_, 0h, 4h);
    } else if (next - floor<std::chrono::days>(next) < 6h) {
      next += 6h;
    }
    for (const std::uint32_t day : kOpenings) {
      const Time rush = floor<std::chrono::days>(start) + std::chrono::days{day} + 10h;
      if (now >= rush || next < rush || random_.below(100) >= 60) continue;
      return rush + span_between(random_, 0h, 6h);
    }
    return next;
  }

  Client client_;
  Browser browser_;
  std::uint32_t pages_left_ = 0;
};

/// One whose address stays the same.
class SettledActor : public Actor {
 public:
  SettledActor(Scene& scene, std::uint64_t seed, const Client& client)
      : Actor(scene, seed), client_(client) {
    const World::Visitor who = scene.world.visitor(client.visitor, scene.stage);
    peer_ = Peer(who.source, who.ip);
  }

 protected:
  Client client_;
  Peer peer_;
};

/// A program that asks for the same few things all day, or, of some, for one object after another.
class Poller final : public SettledActor {
 public:
  Poller(Scene& scene, std::uint64_t seed, const Client& client)
      : SettledActor(scene, seed, client) {
    asleep_ = random_.below(100) < 50;
    walks_ = random_.below(100) < 10;
    object_ = random_.between(100, 2000);
    objects_ = random_.between(2, 30);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::string target = choose_target();
    Request request{.target = target, .agent = client_.agent};
    request.bytes = 200 + random_.below(3'000);
    const std::uint32_t turn = random_.below(2000);
    if (turn < 2) request.status = 401;
    if (turn == 2) {
      request.status = 504;
      request.trouble = Trouble::Upstream;
    }
    answer(script, peer_, request);
    const Time next = now + client_.every + span_between(random_, 0s, client_.every / 10);
    const Duration hour = next - floor<std::chrono::days>(next);
    return asleep_ && hour < client_.hour ? next_at(next, client_.hour) : next;
  }

 private:
  std::string choose_target() {
    if (walks_) return "/api/v1/objects/" + std::to_string(100 + object_++ % 2900);
    const std::uint32_t turn = random_.below(10);
    if (turn == 0) return "/api/v1/opening-hours";
    if (turn < 3) return "/api/v1/events?from=today";
    return "/api/v1/objects/" + std::to_string(object_ + random_.below(objects_));
  }

  bool asleep_, walks_;
  std::uint32_t object_, objects_;
};

/// Dozens of people who leave through one address, at the hours of an office.
class OfficeProxy final : public SettledActor {
 public:
  OfficeProxy(Scene& scene, std::uint64_t seed, const Client& client)
      : SettledActor(scene, seed, client) {
    hours_.begin = client.hour;
    hours_.end = client.hour + 9h;
    hours_.days = 0b0011111;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Browser browser{.peer = peer_};
    browser.agent = pick(random_, kAgents);
    browser.cached = random_.below(100) < 60;
    const std::uint32_t pages = random_.between(1, 5);
    for (std::uint32_t i = 0; i < pages; ++i) {
      browser.view(script, any_page(random_));
      script.wait(4s, 60s);
    }
    const Time next = now + span_between(random_, 1min, 14min);
    return next_working_time(hours_, scene_.stage.options().start, next);
  }

 private:
  Habits hours_;
};

/// Crawlers, monitors, feed readers: the same agent in the same rhythm.
class Robot final : public SettledActor {
 public:
  using SettledActor::SettledActor;

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Request request{.target = "/healthz", .agent = client_.agent};
    const std::string object = "/collection/object-" + std::to_string(random_.between(100, 2999));
    if (client_.appetite == Appetite::Monitor) request.method = "HEAD";
    if (client_.appetite == Appetite::Feed) {
      request.target = "/events/feed.xml";
      request.status = random_.below(100) < 95 ? 304 : 200;
      request.bytes = request.status == 200 ? 9'421 : 0;
    }
    if (client_.appetite == Appetite::Crawler) crawl(request, object);
    answer(script, peer_, request);
    const bool crawls = client_.appetite == Appetite::Crawler;
    return now + client_.every + span_between(random_, 0ms, crawls ? client_.every * 4 : 400ms);
  }

 private:
  void crawl(Request& request, const std::string& object) {
    const bool begins = asked_++ % 40 == 0;
    request.target = begins ? std::string_view("/robots.txt") : std::string_view(object);
    request.bytes = begins ? 312 : 8'000 + random_.below(30'000);
    if (begins || random_.below(200) != 0) return;
    request.status = 404;
    request.bytes = 1245;
    request.trouble = Trouble::NotFound;
  }

  std::uint32_t asked_ = 0;
};

/// A library that copies what is new, each night.
class Mirror final : public SettledActor {
 public:
  using SettledActor::SettledActor;

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::uint32_t files = random_.between(60, 90);
    for (std::uint32_t i = 0; i < files; ++i) {
      const std::string target = export_file((next_ + i) % 400);
      const std::uint32_t bytes = random_.between(15'000'000, 90'000'000);
      answer(script, peer_, {.target = target, .bytes = bytes, .agent = client_.agent});
      script.wait(8s, 40s);
    }
    next_ += files;
    return floor<std::chrono::days>(now) + 24h + client_.hour + span_between(random_, 0s, 30s);
  }

 private:
  std::uint32_t next_ = 0;
};

/// Someone of the staff who writes about the collection and is logged in to the site.
class Editor final : public Actor {
 public:
  Editor(Scene& scene, std::uint64_t seed, std::uint32_t person, const Habits& habits)
      : Actor(scene, seed),
        account_(scene.world.people[person]),
        habits_(habits),
        whereabouts_(person) {}

  Time first(Time start) {
    return next_working_time(habits_, start, start) + span_between(random_, 0min, 50min);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const Peer peer = whereabouts_.at(scene_, random_, habits_, now);
    const std::uint32_t steps = random_.between(3, 15);
    for (std::uint32_t i = 0; i < steps; ++i) {
      edit(script, peer);
      script.wait(20s, 6min);
    }
    const Duration pause = (habits_.end - habits_.begin) / habits_.logins;
    const Time next = script.at + span_between(random_, pause / 3, pause);
    const Time at_work = next_working_time(habits_, scene_.stage.options().start, next);
    return at_work == next ? next : at_work + span_between(random_, 0min, 50min);
  }

 private:
  void edit(Script& script, const Peer& peer) {
    const std::string object = "/cms/objects/" + std::to_string(random_.between(100, 2999));
    Request request{.target = object, .user = account_.name, .agent = habits_.agent};
    request.account = account_.user;
    request.bytes = 12'000 + random_.below(9'000);
    answer(script, peer, request);
    if (random_.below(3) == 0) return;
    script.wait(30s, 5min);
    request.method = "POST";
    request.status = 302;
    request.bytes = 0;
    answer(script, peer, request);
  }

  const Account& account_;
  Habits habits_;
  Whereabouts whereabouts_;
};

std::unique_ptr<Actor> make_client(Scene& scene, std::uint64_t seed, const Client& client) {
  switch (client.appetite) {
    case Appetite::Mirror:
      return std::make_unique<Mirror>(scene, seed, client);
    case Appetite::Office:
      return std::make_unique<OfficeProxy>(scene, seed, client);
    case Appetite::Poller:
      return std::make_unique<Poller>(scene, seed, client);
    default:
      return std::make_unique<Robot>(scene, seed, client);
  }
}

Appetite appetite_of(std::uint32_t number, std::uint32_t turn) {
  if (number < 3) return Appetite::Crawler;
  if (number < 5) return Appetite::Monitor;
  if (number < 6) return Appetite::Mirror;
  if (number < 9) return Appetite::Office;
  if (turn < 6) return Appetite::Feed;
  return turn < 16 ? Appetite::Poller : Appetite::Reader;
}

}  // namespace

Client client_of(std::uint64_t seed, std::uint32_t number) {
  static constexpr std::array<Word, 4> kApps{"LampApp/2.4.1 (Android 14)",
                                             "LampApp/2.4.0 (iOS 18.1)", "museum-sync/3.2",
                                             "harbour-signage/1.9"};
  static constexpr std::array<Word, 3> kFeeds{"Feedly/1.0 (like FeedFetcher-Google)",
                                              "FreshRSS/1.24.3 (Linux; https://freshrss.org)",
                                              "Tiny Tiny RSS/24.05 (https://tt-rss.org/)"};
  Random random(mix(mix(seed, 0xC11E), number));
  Client client;
  client.appetite = appetite_of(number, random.below(100));
  client.visitor = kFirstClient + number;
  client.agent = pick(random, kAgents);
  client.hour = 6h + span_between(random, 0h, 14h);
  switch (client.appetite) {
    case Appetite::Crawler:
      client.agent = kSearchBots[number % kSearchBots.size()];
      client.every = span_between(random, 15s, 60s);
      break;
    case Appetite::Monitor:
      client.agent = "museum-uptime/1.0";
      client.every = number % 2 == 0 ? 5min : 1min;
      break;
    case Appetite::Mirror:
      client.agent = "harbour-mirror/0.7";
      client.hour = 2h + 10min;
      break;
    case Appetite::Office:
      client.hour = 7h + span_between(random, 0h, 90min);
      break;
    case Appetite::Feed:
      client.agent = pick(random, kFeeds);
      client.every = span_between(random, 15min, 60min);
      break;
    case Appetite::Poller:
      client.agent = pick(random, kApps);
      client.every = span_between(random, 1min, 10min);
      client.hour = span_between(random, 5h, 9h);
      break;
    case Appetite::Reader:
      client.week_visits = random.between(1, 12);
      if (random.below(100) < 10) client.unknown_for = span_between(random, 0h, 28 * 24h);
      client.downloads = random.below(100) < 5;
      client.moves = random.below(100) < 12;
      break;
  }
  return client;
}

std::string export_file(std::uint32_t number) {
  return fmt::format("/collection/exports/part-{:03}.zip", number);
}

void enter_clients(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  const std::uint64_t seed = mix(options.seed, 0xC11);
  Random random(seed);
  for (std::uint32_t i = 0; i < options.clients; ++i) {
    const Client client = client_of(options.seed, i);
    if (client.appetite == Appetite::Reader) {
      auto reader = std::make_unique<Reader>(scene, mix(seed, i), client);
      const Time at = reader->first(options.start);
      cast.push_back({at, std::move(reader)});
      continue;
    }
    Time at = options.start + span_between(random, 0s, client.every);
    if (client.every == Duration{}) at = next_at(options.start, client.hour);
    cast.push_back({at, make_client(scene, mix(seed, i), client)});
  }
  for (std::uint32_t i = 0; i < options.users; ++i) {
    const Habits habits = habits_of(options.seed, i);
    if (habits.job != Job::Editor) continue;
    auto editor = std::make_unique<Editor>(scene, mix(seed, 0x10000 + i), i, habits);
    const Time at = editor->first(options.start);
    cast.push_back({at, std::move(editor)});
  }
}

}  // namespace vedette::simulate
