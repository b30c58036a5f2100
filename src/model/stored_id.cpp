#include "model/stored_id.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vedette {
namespace {

std::uint32_t id_of(std::string_view word) {
  return static_cast<std::uint32_t>(hash64(word) & 0x1FFFFF);
}

template <typename Enum, std::size_t N>
struct Ids {
  std::array<std::uint32_t, N> of;                     // by enumerator
  std::array<std::pair<std::uint32_t, Enum>, N> back;  // by id

  template <typename Word>
  explicit Ids(Word word) {
    for (std::size_t i = 0; i < N; ++i) {
      const auto value = static_cast<Enum>(i);
      of[i] = id_of(word(value));
      back[i] = {of[i], value};
    }
    std::sort(back.begin(), back.end());
  }

  std::optional<Enum> find(std::uint64_t id) const {
    const auto found = std::lower_bound(
        back.begin(), back.end(), id,
        [](const auto& entry, std::uint64_t wanted) { return entry.first < wanted; });
    if (found == back.end() || found->first != id) return {};
    return found->second;
  }
};

const Ids<Action, kActions>& actions() {
  static const Ids<Action, kActions> ids([](Action action) { return describe(action).text; });
  return ids;
}

const Ids<Counter, kCounters>& counters() {
  static const Ids<Counter, kCounters> ids([](Counter counter) { return to_string(counter); });
  return ids;
}

}  // namespace

std::uint32_t stored_id(Action action) {
  return actions().of[static_cast<std::size_t>(action)];
}
std::uint32_t stored_id(Counter counter) {
  return counters().of[static_cast<std::size_t>(counter)];
}
std::optional<Action> action_of_stored_id(std::uint64_t id) {
  return actions().find(id);
}
std::optional<Counter> counter_of_stored_id(std::uint64_t id) {
  return counters().find(id);
}

}  // namespace vedette
