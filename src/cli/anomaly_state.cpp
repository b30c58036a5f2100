#include "cli/anomaly_state.h"

#include "anomaly/sample.h"
#include "anomaly/vector.h"
#include "cli/state.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <tuple>

namespace vedette::cli {

using anomaly::Sampled;

Result<std::unique_ptr<store::Store>> open_state(const std::string& directory) {
  return store::Store::open(directory.empty() ? default_state_directory() : directory,
                            store::Store::Mode::Inspect);
}

Result<anomaly::Learned> learned_in(store::Store& store) {
  anomaly::Learned learned;
  VD_CHECK(store.for_each_state(StateKind::Learned, [&](const StateRow& row) {
    anomaly::Lore lore;
    if (row.key < anomaly::kKinds && anomaly::decode(row.value, lore)) {
      learned.kinds[row.key] = std::move(lore);
    }
  }));
  return learned;
}

std::string learning_text(const anomaly::Lore& lore) {
  if (lore.model != nullptr) return "detecting";
  if (lore.progress <= 0) return "nothing seen yet";
  return fmt::format("learning, {:.0f} % of the baseline", 100 * lore.progress);
}

Error no_model(anomaly::Kind kind, const anomaly::Lore& lore) {
  return {Errc::AnomalyLearning, fmt::format("{}: {}", to_string(kind), learning_text(lore))};
}

Result<Rows> baseline_in(store::Store& store, anomaly::Kind kind) {
  VD_TRY(const anomaly::Learned learned, learned_in(store));
  const anomaly::Lore& lore = learned.kinds[static_cast<std::size_t>(kind)];
  const std::size_t most = anomaly::ModelOptions{}.baseline_max;
  // Each lane has one that is as large: of all of them the lowest stay.
  anomaly::Sample sample(most, static_cast<std::uint64_t>(kind), false);
  VD_CHECK(store.for_each_state(StateKind::Sampled,
                                [&](const StateRow& row) { (void)sample.restore(row); }));
  if (lore.progress < 1 || sample.size() == 0) return no_model(kind, lore);
  std::vector<Sampled> items(sample.items().begin(), sample.items().end());
  std::ranges::sort(items, [](const Sampled& a, const Sampled& b) {
    return std::tie(a.priority, a.id) < std::tie(b.priority, b.id);
  });
  Rows rows = no_features(fmt::format("the baseline of the kind {}", to_string(kind)));
  for (const Sampled& item : items) append(rows, item.vector);
  const auto [first, last] = std::ranges::minmax_element(items, {}, &Sampled::hour);
  rows.when = {.from = time_of_hour(first->hour), .to = time_of_hour(last->hour)};
  return rows;
}

Time time_of_hour(std::int64_t hour) {
  constexpr std::int64_t kMost = 2'562'047;  // in the year 2262
  return Time{std::chrono::hours(std::clamp(hour, -kMost, kMost))};
}

}  // namespace vedette::cli
