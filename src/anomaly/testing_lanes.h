// For tests: detectors as lanes hold them, over streams whose entities are known, with lessons at
// given places and a store that outlives them.
#pragma once

#include "anomaly/detector.h"
#include "anomaly/testing.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vedette::anomaly::testing {

struct Seen {
  Activity activity;
  std::vector<std::pair<Kind, std::uint64_t>> of;  // kinds and entities
};
using Stream = std::vector<Seen>;

/// A login from a source by a user on a host.
inline Seen login(std::int64_t time_ns, std::uint32_t source, std::uint32_t user,
                  std::uint32_t host, Outcome outcome) {
  Seen seen{at(time_ns, outcome), {}};
  seen.activity.action =
      outcome == Outcome::Success ? Action::AcceptedPassword : Action::FailedPassword;
  seen.activity.notable = outcome == Outcome::Success;
  set(set(set(seen.activity, Facet::Source, source), Facet::User, user), Facet::Host, host);
  seen.of = {{Kind::Source, mix64(source)},
             {Kind::User, mix64(1000 + user)},
             {Kind::Host, mix64(2000 + host)}};
  return seen;
}

/// 40 people who log in from their own sources during `hours`, by chance.
inline Stream office(std::uint64_t seed, std::int64_t hours, std::int64_t from = kMonday) {
  Random random(seed);
  Stream stream;
  for (std::int64_t at = from; at < from + hours * kHour; at += random.between(30, 300) * kSecond) {
    const std::uint32_t who = random.below(40);
    const Outcome outcome = random.chance(0.05) ? Outcome::Failure : Outcome::Success;
    stream.push_back(login(at, who, who, who % 3, outcome));
  }
  return stream;
}

inline constexpr std::uint32_t kAttacker = 666;

/// Many names from one source, within minutes.
inline Stream attack(std::int64_t from, std::uint32_t tries, std::uint32_t source = kAttacker) {
  Stream stream;
  for (std::uint32_t i = 0; i < tries; ++i) {
    stream.push_back(login(from + i * kSecond, source, 5000 + i, i % 3, Outcome::Failure));
  }
  return stream;
}

/// With networks, most of which have one source, others some.
inline Stream with_networks(Stream stream) {
  for (Seen& seen : stream) {
    const std::uint32_t source = seen.activity.facet(Facet::Source);
    seen.of.emplace_back(Kind::Network, mix64(3000 + (source % 3 == 0 ? source % 12 : source)));
  }
  return stream;
}

inline Stream joined(Stream a, const Stream& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::ranges::stable_sort(a, {}, [](const Seen& seen) { return seen.activity.time_ns; });
  return a;
}

/// The attacker's source among alarms' entities.
inline std::uint64_t attacker(std::uint32_t source = kAttacker) {
  return mix64(source);
}

/// An alarm, with its place in the stream.
struct Told {
  std::size_t at = 0;
  Kind kind = Kind::Source;
  std::uint64_t entity = 0;
  std::string rule;
  Anomaly anomaly;

  auto order() const { return std::tuple(at, kind, entity); }
  bool operator==(const Told&) const = default;
};

class Lanes {
 public:
  /// What is stored, by kind and key.
  using Stored = std::map<std::pair<StateKind, std::uint64_t>, StateRow>;

  Lanes(const DetectorOptions& options, std::size_t lanes) : options_(options) {
    for (std::size_t l = 0; l < lanes; ++l) {
      lanes_.push_back(std::make_unique<Detector>(options, l));
    }
  }

  /// Goes on with the stream until `to`; `batch` events at a time, and a lesson before each event
  /// whose place is a multiple of `lesson_every` (0: none).
  void run(const Stream& stream, std::size_t to, std::size_t batch, std::size_t lesson_every) {
    std::size_t begin = next_;
    for (; next_ < to; ++next_) {
      if (next_ - begin == batch) end_batch(std::exchange(begin, next_));
      if (lesson_every != 0 && next_ > 0 && next_ % lesson_every == 0) {
        end_batch(begin);  // as lanes do before they adopt
        teach(stream[next_].activity.time_ns);
      }
      for (const auto& lane : lanes_) lane->note(stream[next_].activity);
      for (const auto& [kind, entity] : stream[next_].of) {
        lane_of(entity).see({entity, entity, static_cast<std::uint32_t>(next_ - begin), kind},
                            stream[next_].activity);
      }
    }
    end_batch(begin);
  }
  void teach(std::int64_t time_ns, const Labels& labels = {}) {
    std::vector<Lesson> lessons;
    for (const auto& lane : lanes_) lessons.push_back(lane->lesson(time_ns / kHour));
    const auto learned = std::make_shared<const Learned>(learn(
        *lanes_[0]->learned(), std::move(lessons), labels, time_ns / kHour, options_.learning));
    for (const auto& lane : lanes_) lane->adopt(learned);
  }

  void commit(Stored& stored) {
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
      std::vector<StateRow> rows;
      lanes_[l]->take_changes(rows, l == 0);
      for (StateRow& row : rows) {
        const auto key = std::pair(row.kind, row.key);
        stored.erase(key);
        if (!row.value.empty()) stored.emplace(key, std::move(row));
      }
    }
  }
  /// How many rows were refused.
  std::size_t restore(const Stored& stored, std::size_t next) {
    next_ = next;
    std::size_t refused = 0;
    for (const auto& [key, row] : stored) {
      const bool common = row.kind == StateKind::Everyone || row.kind == StateKind::Learned;
      for (std::size_t l = 0; l < lanes_.size(); ++l) {
        if (!common && row.owner % lanes_.size() != l) continue;
        refused += lanes_[l]->restore(row) ? 0 : 1;
      }
    }
    return refused;
  }

  Detector& lane_of(std::uint64_t owner) { return *lanes_[owner % lanes_.size()]; }
  Detector& operator[](std::size_t lane) { return *lanes_[lane]; }
  /// By place in the stream.
  std::vector<Told> told() const {
    auto sorted = told_;
    std::ranges::sort(sorted, {}, &Told::order);
    return sorted;
  }
  std::vector<Told> told_of(Kind kind, std::uint64_t entity) const {
    auto its = told();
    std::erase_if(its, [&](const Told& t) { return t.kind != kind || t.entity != entity; });
    return its;
  }

 private:
  void end_batch(std::size_t begin) {
    for (const auto& lane : lanes_) {
      alarms_.clear();
      lane->score();
      while (lane->unjudged()) lane->judge(alarms_);
      for (const Alarm& alarm : alarms_) {
        told_.push_back({begin + alarm.sighting.activity, alarm.sighting.kind,
                         alarm.sighting.entity, alarm.rule ? alarm.rule->id : "", *alarm.anomaly});
      }
    }
  }

  DetectorOptions options_;
  std::vector<std::unique_ptr<Detector>> lanes_;
  std::size_t next_ = 0;
  std::vector<Alarm> alarms_;
  std::vector<Told> told_;
};

}  // namespace vedette::anomaly::testing
