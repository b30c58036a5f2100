#include "simulate/application.h"

#include "base/json_writer.h"
#include "simulate/seed.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

struct AppEvent {
  Action action = Action::AcceptedPassword;
  std::string_view user = {};
  std::string_view path = {};  ///< empty: a login
  std::uint32_t status = 200;
  std::string_view agent = {};
  bool nested = false;
  Attack attack = Attack::None;
};

std::string_view outcome_of(const AppEvent& event) {
  return event.action == Action::FailedPassword ? "failure" : "success";
}

void write_nested(JsonWriter& json, std::string_view stamp, const Peer& peer, const AppEvent& event,
                  std::string_view message) {
  const ActionInfo& info = vedette::describe(event.action);
  json.field("@timestamp", stamp).field("message", message);
  json.key("event").begin_object();
  json.field("action", info.text).field("outcome", outcome_of(event));
  json.key("category").begin_array().string(to_string(info.category)).end_array().end_object();
  json.key("source").begin_object().field("ip", peer.text).end_object();
  json.key("user").begin_object().field("name", event.user).end_object();
  json.key("host").begin_object().field("name", kHost).end_object();
  if (event.path.empty()) return;
  json.key("url").begin_object().field("path", event.path).end_object();
  json.key("http").begin_object().key("response").begin_object();
  json.field("status_code", event.status).end_object().end_object();
}

void write_dotted(JsonWriter& json, std::string_view stamp, const Peer& peer, const AppEvent& event,
                  std::string_view message) {
  const ActionInfo& info = vedette::describe(event.action);
  json.field("@timestamp", stamp).field("event.action", info.text);
  json.field("event.category", to_string(info.category));
  json.field("event.outcome", outcome_of(event));
  json.field("source.ip", peer.text).field("user.name", event.user).field("host.name", kHost);
  json.field("user_agent.original", event.agent);
  if (!event.path.empty()) {
    json.field("url.path", event.path).field("http.response.status_code", event.status);
  }
  json.field("message", message);
}

void write(Script& script, const Peer& peer, const AppEvent& event) {
  Stage& stage = script.stage;
  if (!stage.wants(Stream::Events)) return;
  std::string& out = stage.open(Stream::Events, script.at,
                                {event.action, peer.source, Subject::None, event.attack, 1});
  std::string stamp;
  stage.stamp().append_milliseconds(stamp, script.at);
  const std::string message =
      event.path.empty()
          ? fmt::format("login of {} {}", event.user,
                        event.action == Action::AcceptedPassword ? "succeeded" : "failed")
          : fmt::format("{} GET {} {}", event.user, event.path, event.status);
  JsonWriter json(out);
  json.begin_object();
  if (event.nested) {
    write_nested(json, stamp, peer, event, message);
  } else {
    write_dotted(json, stamp, peer, event, message);
  }
  json.end_object();
}

class Customer final : public Actor {
 public:
  Customer(Scene& scene, std::uint64_t seed, std::uint32_t number) : Actor(scene, seed) {
    // Far from the numbers that visitors of the web site begin with.
    const World::Visitor who = scene.world.visitor(40'000 + number, scene.stage);
    peer_ = Peer(who.source, who.ip);
    name_ = fmt::format("{}.{}", kPeople[number % kPeople.size()], number);
    nested_ = random_.below(2) == 0;
    agent_ = pick(random_, kAgents);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    AppEvent event{.user = name_, .agent = agent_, .nested = nested_};
    if (random_.below(100) < 6) {
      event.action = Action::FailedPassword;
      write(script, peer_, event);
      script.wait(3s, 15s);
    }
    event.action = Action::AcceptedPassword;
    write(script, peer_, event);
    event.action = Action::HttpRequest;
    const std::uint32_t requests = random_.between(2, 12);
    for (std::uint32_t i = 0; i < requests; ++i) {
      script.wait(2s, 90s);
      event.path = pick(random_, kPages);
      event.path = event.path.substr(0, event.path.find('?'));
      write(script, peer_, event);
    }
    return script.at + span_between(random_, 30min, 4h);
  }

 private:
  Peer peer_;
  std::string name_;
  std::string_view agent_;
  bool nested_;
};

/// Tries names and passwords stolen elsewhere; one in a hundred fits.
class Stuffer final : public Actor {
 public:
  Stuffer(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(how_many(random_, 60)) {
    nested_ = random_.below(2) == 0;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::uint32_t person = random_.below(static_cast<std::uint32_t>(kPeople.size()));
    const std::string name = fmt::format("{}.{}", kPeople[person], random_.below(900));
    const bool fits = random_.below(100) == 0;
    write(script, peer_,
          {.action = fits ? Action::AcceptedPassword : Action::FailedPassword,
           .user = name,
           .agent = kScriptAgents[0],
           .nested = nested_,
           .attack = Attack::AppCredentialStuffing});
    if (--left_ == 0) return {};
    return now + span_between(random_, 200ms, 5s);
  }

 private:
  Peer peer_;
  std::uint32_t left_;
  bool nested_ = false;
};

}  // namespace

void enter_customers(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  const std::uint64_t seed = mix(options.seed, 0xA99);
  Random random(seed);
  for (std::uint32_t i = 0; i < options.users; ++i) {
    cast.push_back({options.start + span_between(random, 0h, 2h),
                    std::make_unique<Customer>(scene, mix(seed, i), i)});
  }
}

std::unique_ptr<Actor> make_application_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  if (attack != Attack::AppCredentialStuffing) return nullptr;
  return std::make_unique<Stuffer>(scene, seed);
}

}  // namespace vedette::simulate
