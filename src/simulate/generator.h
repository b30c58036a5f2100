// Generator: a simulation from its options to its lines, one after the other in the order of time,
// with the truth about them. Pulled by `vedette simulate` and by tests.
//
// The same options give the same bytes on every machine. One thread. Memory: one episode for each
// actor, and the truth (see truth.h); nothing per line. About a microsecond per line.
#pragma once

#include "simulate/actor.h"
#include "simulate/options.h"
#include "simulate/stage.h"
#include "simulate/truth.h"
#include "simulate/world.h"

#include <memory>
#include <optional>
#include <vector>

namespace vedette::simulate {

class Generator {
 public:
  explicit Generator(const Options& options);
  ~Generator();

  /// The next line, or nullptr when the time or the lines are over. Readable until the next call.
  const Line* next();

  const Truth& truth() const { return stage_.truth(); }

 private:
  struct Waiting {
    Time at;
    std::uint64_t order;
    std::uint32_t slot;
  };
  static bool later(const Waiting& a, const Waiting& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  void enter(Time at, std::unique_ptr<Actor> actor, std::uint32_t campaign = 0);
  void schedule_attacks();
  void wait_until(Time at, std::uint32_t slot);
  /// Lets every actor write who could still write something earlier than the first waiting line.
  void let_actors_write();
  void start_attack();

  Options options_;
  Stage stage_;
  World world_;
  Scene scene_{stage_, world_};
  Time end_;
  struct Player {
    std::unique_ptr<Actor> actor;
    std::uint32_t campaign = 0;  // of which planted attack; 0: of none
  };
  std::vector<Player> actors_;
  std::vector<std::uint32_t> free_;
  std::vector<Waiting> queue_;  // a heap; who acts next is in front
  std::uint64_t order_ = 0;

  // Campaigns begin one after the other, evenly over the round, so that nothing has to be planned.
  // Planted ones begin somewhere within their gap, after a clean time, and have an end.
  std::vector<Attack> kinds_;
  std::uint64_t attacks_started_ = 0, attacks_max_ = 0;  // the latter of planted ones
  Time next_attack_, next_place_;
  Duration attack_gap_{};
  Random random_;
};

}  // namespace vedette::simulate
