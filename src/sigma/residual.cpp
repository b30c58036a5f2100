#include "sigma/residual.h"

#include <algorithm>

namespace vedette::sigma {

std::uint32_t Residuals::of(RuleIndex rule, const std::array<std::uint8_t, kHeadFields>& head) {
  std::vector<bool> outcomes;
  for (const std::uint32_t number : heads_of_[rule]) {
    const Test& test = c_.tests[number];
    outcomes.push_back(test.head[head[index(test.field)]]);
  }
  const auto [known, added] = known_.try_emplace({rule, std::move(outcomes)}, 0);
  if (added) known->second = reduce(c_.codes[rule].root, head);
  return known->second;
}

void Residuals::collect(std::uint32_t number, std::vector<std::uint32_t>& tests) const {
  const Node& node = c_.nodes[number];
  if (node.kind == Node::Kind::Test) {
    if (c_.tests[node.first].in_head) tests.push_back(node.first);
    return;
  }
  for (std::uint32_t i = 0; i < node.count; ++i) collect(c_.children[node.first + i], tests);
}

/// Whether the index has the answer.
bool Residuals::is_cheap(std::uint32_t number) const {
  const Node& node = c_.nodes[number];
  if (node.kind != Node::Kind::Test) return false;
  const Test& test = c_.tests[node.first];
  return test.indexed && test.undecided == test.end;
}

std::uint32_t Residuals::reduce(std::uint32_t number,
                                const std::array<std::uint8_t, kHeadFields>& head) {
  const Node node = c_.nodes[number];  // a copy: the nodes grow
  if (node.kind == Node::Kind::Test) {
    const Test& test = c_.tests[node.first];
    if (!test.in_head) return number;
    return test.head[head[index(test.field)]] ? kAlways : kNever;
  }
  std::vector<std::uint32_t> left;
  const bool all = node.kind == Node::Kind::And;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const std::uint32_t part = reduce(c_.children[node.first + i], head);
    if (node.kind == Node::Kind::Not) {
      if (part == kAlways) return kNever;
      if (part == kNever) return kAlways;
    } else if (part == (all ? kNever : kAlways)) {
      return part;  // this one decides
    }
    if (part != kAlways && part != kNever) left.push_back(part);
  }
  if (left.empty()) return all ? kAlways : kNever;
  if (left.size() == 1 && node.kind != Node::Kind::Not) return left[0];
  std::stable_partition(left.begin(), left.end(),
                        [&](std::uint32_t part) { return is_cheap(part); });
  const auto first = static_cast<std::uint32_t>(c_.children.size());
  c_.children.insert(c_.children.end(), left.begin(), left.end());
  c_.nodes.push_back({node.kind, first, static_cast<std::uint32_t>(left.size())});
  return static_cast<std::uint32_t>(c_.nodes.size() - 1);
}

}  // namespace vedette::sigma
