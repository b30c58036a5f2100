#include "sigma/matcher.h"

#include "base/hash.h"
#include "base/text.h"
#include "sigma/compile.h"
#include "sigma/evaluate.h"

#include <algorithm>
#include <array>

namespace vedette::sigma {

namespace {

/// Whether `part` is a view into `whole`; an address beyond it wraps round to a large offset.
bool stands_in(std::string_view part, std::string_view whole) {
  const auto offset = reinterpret_cast<std::uintptr_t>(part.data()) -
                      reinterpret_cast<std::uintptr_t>(whole.data());
  return offset <= whole.size() && part.size() <= whole.size() - offset;
}

/// What a matcher has of its own for the plan of a field.
struct PlanState {
  bool fitted = false;             // the scratch, to the plan's literals
  std::string last;                // the value that the exact table was last asked for
  std::uint32_t last_effects = 0;  // and its answer
};

}  // namespace

struct Matcher::Impl {
  explicit Impl(std::shared_ptr<const RuleSet> set)
      : rules(std::move(set)),
        compiled(rules->compiled()),
        index(compiled.index),
        fired(compiled.tests.size(), 0),
        woken(compiled.codes.size(), 0),
        plan_states(index.plans.size()) {}

  void begin(const Event& event) {
    if (++epoch == 0) {  // after 2^32 events the marks of the first ones would come true again
      std::ranges::fill(fired, 0u);
      std::ranges::fill(woken, 0u);
      epoch = 1;
    }
    dataset = bit(event.dataset);
    own_words = false;
    candidates.clear();
  }

  void wake(const Candidate& candidate) {
    if (woken[candidate.rule] == epoch) return;
    woken[candidate.rule] = epoch;
    candidates.push_back(candidate);
  }

  void wake_all(std::span<const RuleIndex> list) {
    for (const RuleIndex rule : list) {
      const RuleCode& code = compiled.codes[rule];
      if ((code.datasets & dataset) != 0) wake({rule, code.root});
    }
  }

  void take_effect(const Effect& effect) {
    if (fired[effect.test] == epoch) return;
    if (effect.decides) fired[effect.test] = epoch;
    wake_all(index.wakes[effect.test]);
  }

  void look_up(const FieldPlan& plan, std::string_view text) {
    PlanState& state = plan_states[static_cast<std::size_t>(&plan - index.plans.data())];
    if (plan.literals != nullptr && !text.empty()) {
      if (!state.fitted) scratch.fit(*plan.literals);
      state.fitted = true;
      scanned = &plan;
      scanned_size = text.size();
      plan.literals->scan(text, scratch, &Impl::on_literal, this);
    }
    if (plan.exact.may_have(text.size())) look_up_exact(plan.exact, text, state);
  }

  static int on_literal(unsigned id, unsigned long long, unsigned long long to, unsigned,
                        void* context) {
    auto& self = *static_cast<Impl*>(context);
    for (const Effect& effect : self.scanned->effects[id]) {
      const bool there =
          effect.where == Effect::Where::Anywhere ||
          (effect.where == Effect::Where::Start ? to == effect.length : to == self.scanned_size);
      if (there) self.take_effect(effect);
    }
    return 0;
  }

  /// Most values are those of the event before: the same program, the same user.
  void look_up_exact(const ExactTable& table, std::string_view text, PlanState& state) {
    if (state.last.empty() || state.last != text) {
      state.last.assign(text);
      state.last_effects = find_exact(table, text);
    }
    if (state.last_effects == 0) return;
    for (const Effect& effect : table.effects[state.last_effects - 1]) take_effect(effect);
  }

  /// Which list of effects, from 1; 0: no pattern is this value.
  std::uint32_t find_exact(const ExactTable& table, std::string_view text) const {
    std::array<char, ExactTable::kLengthMax> key;
    std::ranges::transform(text, key.begin(), lower);
    const std::uint64_t hash = hash64({key.data(), text.size()});
    const std::size_t mask = table.slots.size() - 1;
    for (std::size_t at = hash & mask; table.slots[at].effects != 0; at = (at + 1) & mask) {
      const ExactTable::Slot& slot = table.slots[at];
      if (slot.hash == hash && equals_ignore_case(compiled.patterns[slot.pattern].text, text)) {
        return slot.effects;
      }
    }
    return 0;
  }

  void look_up_anywhere(const EventBatch& batch, const Event& event) {
    if (index.original_plan != Index::kNone) {
      const FieldPlan& plan = index.plans[index.original_plan];
      if ((plan.datasets & dataset) != 0) look_up(plan, event.raw);
    }
    if (index.keyword_plan == Index::kNone) return;
    const FieldPlan& plan = index.plans[index.keyword_plan];
    if ((plan.datasets & dataset) == 0) return;
    look_up(plan, event.raw);
    for (const Value& value : batch.values(event)) {
      if (value.field != Field::Message) continue;
      const ValueText text(value);
      // Most messages are a part of the raw line, which has just been looked through.
      if (!stands_in(text.text(), event.raw)) look_up(plan, text.text());
    }
  }

  void find_candidates(const EventBatch& batch, const Event& event) {
    const auto number = static_cast<std::size_t>(event.dataset);
    const std::size_t head = head_number(event.dataset, event.action, event.outcome);
    for (const Candidate& candidate : index.start[head]) wake(candidate);
    for (const Value& value : batch.values(event)) {
      const std::size_t field = vedette::index(value.field);
      if (field < kHeadFields) {
        own_words = true;
        wake_all(index.by_own_word[number]);
        continue;
      }
      const std::uint16_t place = index.plan_of[field];
      if (place == Index::kNone) continue;
      const FieldPlan& plan = index.plans[place];
      if ((plan.datasets & dataset) == 0) continue;
      look_up(plan, ValueText(value).text());
      wake_all(plan.wakes);
    }
    if (index.keyword_plan != Index::kNone || index.original_plan != Index::kNone) {
      look_up_anywhere(batch, event);
    }
    if (!std::ranges::is_sorted(candidates, {}, &Candidate::rule)) {
      std::ranges::sort(candidates, {}, &Candidate::rule);
    }
  }

  std::shared_ptr<const RuleSet> rules;
  const RuleSet::Compiled& compiled;
  const Index& index;
  LiteralScratch scratch;
  std::vector<std::uint32_t> fired;  // by test: the epoch in which it was found true
  std::vector<std::uint32_t> woken;  // by rule
  std::vector<PlanState> plan_states;
  std::uint32_t epoch = 0;  // one per event, so that nothing needs clearing
  DatasetMask dataset = 0;
  bool own_words = false;  // the event has words of its own for what its head says
  std::vector<Candidate> candidates;
  const FieldPlan* scanned = nullptr;
  std::size_t scanned_size = 0;
};

Matcher::Matcher(std::shared_ptr<const RuleSet> rules)
    : impl_(std::make_unique<Impl>(std::move(rules))) {}
Matcher::~Matcher() = default;

void Matcher::match(const EventBatch& batch, std::vector<Match>& out) {
  std::uint32_t number = 0;
  for (const Event& event : batch.events()) {
    impl_->begin(event);
    impl_->find_candidates(batch, event);
    const Evaluation evaluation{impl_->compiled,     batch,       event, impl_->own_words,
                                impl_->fired.data(), impl_->epoch};
    for (const auto [rule, residual] : impl_->candidates) {
      // A residual does not know of the event's own words.
      const std::uint32_t root = impl_->own_words ? impl_->compiled.codes[rule].root : residual;
      if (root == kAlways || holds(evaluation, root)) out.push_back({number, rule});
    }
    ++number;
  }
}

void Matcher::match_all_rules(const EventBatch& batch, std::vector<Match>& out) {
  const RuleSet::Compiled& compiled = impl_->compiled;
  std::uint32_t number = 0;
  for (const Event& event : batch.events()) {
    const Evaluation evaluation{compiled, batch, event};
    for (RuleIndex rule = 0; rule < compiled.codes.size(); ++rule) {
      if ((compiled.codes[rule].datasets & bit(event.dataset)) == 0) continue;
      if (holds(evaluation, compiled.codes[rule].root)) out.push_back({number, rule});
    }
    ++number;
  }
}

}  // namespace vedette::sigma
