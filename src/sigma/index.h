// Index: which rules can match an event, and which of their tests are true, from one pass over its
// values.
//
// Every rule has a witness: tests of which at least one is true whenever the rule matches. What
// shows that a witness may be true wakes the rule: the event's action, a literal or a whole value
// of a field, or that a field is there at all. A rule without a witness is evaluated for every
// event of its data sets.
#pragma once

#include "model/action.h"
#include "model/field.h"
#include "model/rule.h"
#include "sigma/literals.h"
#include "sigma/logsource.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::sigma {

inline constexpr std::size_t kLiteralBytesMax = 512;
/// Whether the automata take the text; Vectorscan takes one that begins with NUL for an empty one.
inline bool fits_automaton(std::string_view text) {
  return !text.empty() && text[0] != '\0' && text.size() <= kLiteralBytesMax;
}

/// Lists, one after another.
template <typename T>
struct Lists {
  std::vector<std::uint32_t> begin{0};
  std::vector<T> all;
  std::span<const T> operator[](std::size_t i) const {
    return {all.data() + begin[i], begin[i + 1] - begin[i]};
  }
  void push_list(std::span<const T> list) {
    all.insert(all.end(), list.begin(), list.end());
    begin.push_back(static_cast<std::uint32_t>(all.size()));
  }
};

/// What follows from a literal or a whole value being there.
struct Effect {
  enum class Where : std::uint8_t { Anywhere, Start, End };
  std::uint32_t test;
  std::uint32_t length;  ///< of the literal
  Where where = Where::Anywhere;
  bool decides = false;  ///< the test is true; else it may be
};

/// Whole values, by the hash of their lower-case text.
struct ExactTable {
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t effects = 0;  ///< which list, from 1; 0: the slot is empty
    std::uint32_t pattern = 0;  ///< one with this text
  };
  static constexpr std::size_t kLengthMax = 256;
  std::vector<Slot> slots;  ///< a power of two; may be empty
  /// Which lengths there are, longer ones as 63: most values need not even be hashed.
  std::uint64_t lengths = 0;
  std::size_t length_max = 0;
  Lists<Effect> effects;

  bool may_have(std::size_t length) const {
    return length <= length_max && (lengths >> (length < 63 ? length : 63) & 1) != 0;
  }
};

/// What to do with the values of one field.
struct FieldPlan {
  Field field{};
  DatasetMask datasets = 0;  ///< of the rules that want it
  std::unique_ptr<LiteralSet> literals;
  Lists<Effect> effects;  ///< by literal
  ExactTable exact;
  std::vector<RuleIndex> wakes;  ///< when the field is there at all
};

/// What a residual (residual.h) may be besides a node.
inline constexpr std::uint32_t kAlways = 0xFFFFFFFF, kNever = 0xFFFFFFFE;

/// A rule to evaluate, and the node to begin with.
struct Candidate {
  RuleIndex rule;
  std::uint32_t root;  ///< or kAlways
};

/// The number of an event's head, for Index::start.
inline std::size_t head_number(Dataset dataset, Action action, Outcome outcome) {
  return (static_cast<std::size_t>(dataset) * kActions + static_cast<std::size_t>(action)) *
             kOutcomes +
         static_cast<std::size_t>(outcome);
}

struct Index {
  static constexpr std::uint16_t kNone = 0xFFFF;
  std::vector<FieldPlan> plans;
  std::array<std::uint16_t, kFieldsMax> plan_of{};
  std::uint16_t keyword_plan = kNone, original_plan = kNone;
  Lists<RuleIndex> wakes;        ///< by test
  Lists<Candidate> start;        ///< by head_number(): to evaluate in any case
  Lists<RuleIndex> by_own_word;  ///< by dataset: when an event has words of its own for its head
};

}  // namespace vedette::sigma
