#include "model/action.h"

#include <array>

namespace vedette {
namespace {

constexpr auto kActionInfos = std::to_array<ActionInfo>({
    {"", Category::None, Outcome::Unknown, Counter::None, "nothing this program has a word for"},
#define VD_ACTION(name, text, category, outcome, counter, sentence) \
  {text, Category::category, Outcome::outcome, Counter::counter, sentence},
#include "model/actions.def"
#undef VD_ACTION
});
static_assert(kActionInfos.size() == kActions);

constexpr auto kCategories = std::to_array<std::string_view>(
    {"", "authentication", "configuration", "email", "file", "host", "iam", "intrusion_detection",
     "network", "process", "session", "web"});
constexpr auto kOutcomeNames = std::to_array<std::string_view>({"unknown", "success", "failure"});
constexpr auto kDatasetNames = std::to_array<std::string_view>(
    {"unknown", "system.auth", "system.syslog", "web.access", "web.error", "netfilter.log",
     "cowrie.event", "json", "ids.alert"});
static_assert(kDatasetNames.size() == kDatasets);
static_assert(kOutcomeNames.size() == kOutcomes);

constexpr auto kCounterNames = std::to_array<std::string_view>({
#define VD_COUNTER(name, text, words) text,
#include "model/counters.def"
#undef VD_COUNTER
});
constexpr auto kCounterWords = std::to_array<std::string_view>({
#define VD_COUNTER(name, text, words) words,
#include "model/counters.def"
#undef VD_COUNTER
});

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!text.empty() && names[i] == text) return static_cast<Enum>(i);
  }
  return {};
}

}  // namespace

const ActionInfo& describe(Action action) {
  return kActionInfos[static_cast<std::size_t>(action)];
}

std::optional<Action> parse_action(std::string_view text) {
  for (std::size_t i = 1; i < kActions; ++i) {
    if (kActionInfos[i].text == text) return static_cast<Action>(i);
  }
  return {};
}

std::string_view to_string(Category category) {
  return kCategories[static_cast<std::size_t>(category)];
}
std::string_view to_string(Outcome outcome) {
  return kOutcomeNames[static_cast<std::size_t>(outcome)];
}
std::string_view to_string(Dataset dataset) {
  return kDatasetNames[static_cast<std::size_t>(dataset)];
}
std::optional<Category> parse_category(std::string_view text) {
  return find<Category>(kCategories, text);
}
std::optional<Outcome> parse_outcome(std::string_view text) {
  return find<Outcome>(kOutcomeNames, text);
}
std::string_view to_string(Counter counter) {
  return counter == Counter::None ? "" : kCounterNames[static_cast<std::size_t>(counter)];
}
std::string_view words(Counter counter) {
  return counter == Counter::None ? "" : kCounterWords[static_cast<std::size_t>(counter)];
}
std::optional<Counter> parse_counter(std::string_view text) {
  return find<Counter>(kCounterNames, text);
}

}  // namespace vedette
