// Residuals: what is left to ask of an event, once its head (action, category, outcome, data set)
// is known. Most rules ask for the action first; for the events that have it nothing of that
// remains, and for all others the rule is not even looked at. Computed while a RuleSet is loaded.
#pragma once

#include "sigma/compile.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace vedette::sigma {

class Residuals {
 public:
  /// Adds the nodes it needs to those of `compiled`.
  explicit Residuals(RuleSet::Compiled& compiled) : c_(compiled), heads_of_(compiled.codes.size()) {
    for (RuleIndex rule = 0; rule < c_.codes.size(); ++rule) {
      if (c_.codes[rule].datasets != 0) collect(c_.codes[rule].root, heads_of_[rule]);
    }
  }

  /// Whether the rule asks anything of the head.
  bool asks_head(RuleIndex rule) const { return !heads_of_[rule].empty(); }
  /// The node that says whether the rule matches an event with this head, and with no words of its
  /// own for what the head says; or kAlways, or kNever.
  std::uint32_t of(RuleIndex rule, const std::array<std::uint8_t, kHeadFields>& head);

 private:
  void collect(std::uint32_t node, std::vector<std::uint32_t>& tests) const;
  std::uint32_t reduce(std::uint32_t node, const std::array<std::uint8_t, kHeadFields>& head);
  bool is_cheap(std::uint32_t node) const;

  RuleSet::Compiled& c_;
  std::vector<std::vector<std::uint32_t>> heads_of_;  // by rule: its tests of the head
  /// By rule and the outcomes of its tests of the head: many heads give the same.
  std::map<std::pair<RuleIndex, std::vector<bool>>, std::uint32_t> known_;
};

}  // namespace vedette::sigma
