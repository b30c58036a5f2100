// Actor: one participant, benign or not. It is woken at a time, writes its next episode (a
// connection, a page with its images, a burst of packets) and says when to wake it again.
//
// Each has a seed of its own, so that one more actor changes nothing about what the others do. One
// rule keeps the bytes the same under every compiler: no two draws in one expression, since the
// order in which arguments are evaluated is the compiler's choice.
#pragma once

#include "base/random.h"
#include "simulate/stage.h"
#include "simulate/world.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::simulate {

/// What all actors share.
struct Scene {
  Stage& stage;
  World& world;
};

class Actor {
 public:
  Actor(Scene& scene, std::uint64_t seed) : scene_(scene), random_(seed) {}
  virtual ~Actor() = default;
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  /// Writes what happens at `now` and after it; nothing returned: this one has left for good.
  virtual std::optional<Time> act(Time now) = 0;

 protected:
  Scene& scene_;
  Random random_;
};

struct Entrance {
  Time at;
  std::unique_ptr<Actor> actor;
};
using Cast = std::vector<Entrance>;

/// One element of an array or vector.
template <typename Range>
const auto& pick(Random& random, const Range& range) {
  return std::data(range)[random.below(static_cast<std::uint32_t>(std::size(range)))];
}

/// Evenly from `low` to `high`, in microseconds.
inline Duration span_between(Random& random, Duration low, Duration high) {
  const auto width = std::chrono::duration_cast<std::chrono::microseconds>(high - low);
  const double part = random.unit() * static_cast<double>(width.count());
  return low + std::chrono::microseconds{static_cast<std::int64_t>(part)};
}

/// How many: mostly near `usual`, now and then up to ten times as many, as attacks are.
inline std::uint32_t how_many(Random& random, std::uint32_t usual) {
  const std::uint32_t turn = random.below(100);
  if (turn < 60) return random.between(usual / 2 + 1, usual + 1);
  if (turn < 90) return random.between(usual, usual * 3);
  return random.between(usual * 3, usual * 10);
}

/// The other end of a connection, as it stands in a log.
struct Peer {
  Subject source = Subject::None;
  IpAddress ip;
  std::string text;

  Peer() = default;
  Peer(Subject subject, const IpAddress& address)
      : source(subject), ip(address), text(format_ip(address)) {}
  /// A new hostile source that nobody has seen before.
  static Peer attacker(Scene& scene) {
    const IpAddress ip = scene.world.addresses.attacker();
    return {scene.stage.truth().add_source(ip, Role::Attacker), ip};
  }
  void change_address(Random& random) {
    ip = sibling(ip, random);
    text = format_ip(ip);
  }
};

/// An episode under way: its clock, and where its lines go.
struct Script {
  Stage& stage;
  Random& random;
  Time at;
  std::string_view host = kHost;  ///< whose auth.log it is written to

  void wait(Duration low, Duration high) { at += span_between(random, low, high); }

  template <typename... Args>
  void syslog(std::string_view program, std::uint32_t pid, const Fact& fact,
              fmt::format_string<Args...> format, Args&&... args) {
    stage.syslog(at, host, program, pid, fact, format, std::forward<Args>(args)...);
  }
};

}  // namespace vedette::simulate
