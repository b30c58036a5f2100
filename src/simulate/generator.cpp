#include "simulate/generator.h"

#include "base/assert.h"
#include "simulate/application.h"
#include "simulate/attackers.h"
#include "simulate/clients.h"
#include "simulate/firewall.h"
#include "simulate/people.h"
#include "simulate/seed.h"
#include "simulate/staff.h"
#include "simulate/visitors.h"

#include <algorithm>

namespace vedette::simulate {
namespace {

constexpr Duration kRound = std::chrono::hours{24};
constexpr Duration kForever = std::chrono::hours{24 * 366 * 100};

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
  const bool habits = options.life == Life::Habits;
  const auto enter_users = habits ? enter_staff : enter_people;
  const auto enter_readers = habits ? enter_clients : enter_visitors;
  if (options.wants(Stream::Auth)) enter_users(scene_, cast);
  if (options.wants(Stream::Access) || options.wants(Stream::Error)) enter_readers(scene_, cast);
  if (habits) enter_bots(scene_, cast);
  if (options.wants(Stream::Kern)) enter_noise(scene_, cast);
  if (options.wants(Stream::Events)) enter_customers(scene_, cast);
  for (Entrance& entrance : cast) enter(entrance.at, std::move(entrance.actor));
  schedule_attacks();
}

Generator::~Generator() = default;

void Generator::schedule_attacks() {
  for (std::size_t i = 0; i < kAttacks; ++i) {
    const auto attack = static_cast<Attack>(i);
    if (options_.attacks[i] && shows(options_, attack)) kinds_.push_back(attack);
  }
  for (std::size_t i = kinds_.size(); i > 1; --i) {
    std::swap(kinds_[i - 1], kinds_[random_.below(static_cast<std::uint32_t>(i))]);
  }
  const std::uint32_t attackers = std::max<std::uint32_t>(options_.attackers, 1);
  Duration round = std::min(kRound, end_ - options_.start);
  Time first = options_.start;
  if (options_.life == Life::Habits) {
    // Of 30 days: seven that are clean, twenty in which attacks begin, three for the last to end.
    const Duration all = end_ - options_.start;
    first += all / 30 * 7;
    round = all / 30 * 20;
    attacks_max_ = options_.attackers;
  }
  attack_gap_ = round / attackers;
  next_place_ = first;
  next_attack_ = first + span_between(random_, Duration{0}, attack_gap_);
  if (options_.attackers == 0 || kinds_.empty()) next_attack_ = end_;
}

void Generator::enter(Time at, std::unique_ptr<Actor> actor, std::uint32_t campaign) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(actors_.size()));
    actors_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  actors_[slot] = {std::move(actor), campaign};
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
  const bool planted = options_.life == Life::Habits;
  enter(next_attack_, std::move(actor), planted ? static_cast<std::uint32_t>(attacks_started_) : 0);
  next_attack_ += attack_gap_;
  if (!planted) return;
  next_place_ += attack_gap_;
  next_attack_ = next_place_ + span_between(random_, Duration{0}, attack_gap_);
  if (attacks_started_ == attacks_max_) next_attack_ = end_;
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
    stage_.set_campaign(actors_[who.slot].campaign);
    if (const auto again = actors_[who.slot].actor->act(who.at)) {
      VD_ASSERT(*again > who.at);
      wait_until(*again, who.slot);
    } else {
      actors_[who.slot].actor.reset();
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
  if (line.campaign != 0 && line.fact.attack != Attack::None) {
    stage_.truth().record_planted(line.campaign, line.fact, line.host, line.time);
  }
  return &line;
}

}  // namespace vedette::simulate
