#include "simulate/generator.h"

#include "base/assert.h"
#include "simulate/application.h"
#include "simulate/firewall.h"
#include "simulate/honeypot.h"
#include "simulate/people.h"
#include "simulate/seed.h"
#include "simulate/ssh_attackers.h"
#include "simulate/visitors.h"
#include "simulate/web_attackers.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

constexpr Duration kRound = std::chrono::hours{24};
constexpr Duration kForever = std::chrono::hours{24 * 366 * 100};

std::unique_ptr<Actor> make_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  if (auto actor = make_ssh_attacker(attack, scene, seed)) return actor;
  if (auto actor = make_web_attacker(attack, scene, seed)) return actor;
  if (auto actor = make_port_scanner(attack, scene, seed)) return actor;
  if (auto actor = make_honeypot_attacker(attack, scene, seed)) return actor;
  return make_application_attacker(attack, scene, seed);
}

bool shows(const Options& options, Attack attack) {
  const Stream stream = describe(attack).stream;
  if (options.wants(stream)) return true;
  return stream == Stream::Access && options.wants(Stream::Error);
}

}  // namespace

Generator::Generator(const Options& options)
    : options_(options),
      stage_(options),
      world_(options, stage_),
      end_(options.start + (options.duration.count() > 0 ? options.duration : kForever)),
      random_(mix(options.seed, 0xA77)) {
  Cast cast;
  if (options.wants(Stream::Auth)) enter_people(scene_, cast);
  if (options.wants(Stream::Access) || options.wants(Stream::Error)) enter_visitors(scene_, cast);
  if (options.wants(Stream::Kern)) enter_noise(scene_, cast);
  if (options.wants(Stream::Events)) enter_customers(scene_, cast);
  for (Entrance& entrance : cast) enter(entrance.at, std::move(entrance.actor));

  for (std::size_t i = 0; i < kAttacks; ++i) {
    const auto attack = static_cast<Attack>(i);
    if (options.attacks[i] && shows(options, attack)) kinds_.push_back(attack);
  }
  for (std::size_t i = kinds_.size(); i > 1; --i) {
    std::swap(kinds_[i - 1], kinds_[random_.below(static_cast<std::uint32_t>(i))]);
  }
  const Duration round = std::min(kRound, end_ - options.start);
  attack_gap_ = round / std::max<std::uint32_t>(options.attackers, 1);
  next_attack_ = options.start + span_between(random_, Duration{0}, attack_gap_);
  if (options.attackers == 0 || kinds_.empty()) next_attack_ = end_;
}

Generator::~Generator() = default;

void Generator::enter(Time at, std::unique_ptr<Actor> actor) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(actors_.size()));
    actors_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  actors_[slot] = std::move(actor);
  wait_until(at, slot);
}

void Generator::wait_until(Time at, std::uint32_t slot) {
  queue_.push_back({at, order_++, slot});
  std::push_heap(queue_.begin(), queue_.end(), later);
}

void Generator::start_attack() {
  const Attack kind = kinds_[attacks_started_ % kinds_.size()];
  const std::uint64_t seed = mix(options_.seed, 0x100000 + attacks_started_);
  ++attacks_started_;
  auto actor = make_attacker(kind, scene_, seed);
  VD_ASSERT(actor != nullptr);
  enter(next_attack_, std::move(actor));
  next_attack_ += attack_gap_;
}

void Generator::let_actors_write() {
  for (;;) {
    const Time limit = stage_.empty() ? end_ : std::min(end_, stage_.next_time());
    if (next_attack_ < end_ && next_attack_ <= limit &&
        (queue_.empty() || next_attack_ <= queue_.front().at)) {
      start_attack();
      continue;
    }
    if (queue_.empty() || queue_.front().at > limit || queue_.front().at >= end_) return;
    std::pop_heap(queue_.begin(), queue_.end(), later);
    const Waiting who = queue_.back();
    queue_.pop_back();
    if (const auto again = actors_[who.slot]->act(who.at)) {
      VD_ASSERT(*again > who.at);
      wait_until(*again, who.slot);
    } else {
      actors_[who.slot].reset();
      free_.push_back(who.slot);
    }
  }
}

const Line* Generator::next() {
  if (options_.lines_max != 0 && stage_.truth().lines() >= options_.lines_max) return nullptr;
  let_actors_write();
  if (stage_.empty() || stage_.next_time() >= end_) return nullptr;
  const Line& line = stage_.pop();
  stage_.truth().record(line.fact, line.time, line.stream, line.text.size() + 1);
  return &line;
}

}  // namespace vedette::simulate
