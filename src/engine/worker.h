// Worker: the stateless part of the pipeline. Raw lines to events, events to rule matches, and for
// every entity an event concerns an observation addressed to the lane that owns it. One per worker
// thread.
#pragma once

#include "anomaly/path_shapes.h"
#include "decode/decoder.h"
#include "engine/batch.h"
#include "engine/stats.h"
#include "sigma/matcher.h"

#include <array>
#include <memory>
#include <vector>

namespace vedette::engine {

class Worker {
 public:
  /// `behaviours`: whether to tell how entities behave.
  Worker(const FieldTable& fields, std::shared_ptr<const sigma::RuleSet> rules, std::size_t lanes,
         bool behaviours, Stats& stats);

  /// Fills everything of the batch behind `raw`.
  void process(Batch& batch);

 private:
  void decode(Batch& batch);
  void mend_future_times(Batch& batch) const;
  void route(Batch& batch);
  void take_keys(Batch& batch, const Event& event, sigma::GroupMask groups,
                 Observation& observation) const;
  void route_event(Batch& batch, std::uint32_t event_index, std::uint32_t match_begin,
                   const Entities& entities);
  void tell_behaviour(Batch& batch, std::uint32_t event_index, const Entities& entities);

  decode::Decoder decoder_;
  sigma::Matcher matcher_;
  std::shared_ptr<const sigma::RuleSet> rules_;
  std::array<sigma::GroupMask, kEntityTypes> groups_of_type_{};
  std::size_t lanes_;
  bool behaviours_;
  Stats& stats_;
  anomaly::PathShapes paths_;
  std::vector<Match> found_;  // reused
};

}  // namespace vedette::engine
