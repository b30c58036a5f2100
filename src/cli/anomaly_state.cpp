#include "cli/anomaly_state.h"

#include <fmt/core.h>

namespace vedette::cli {

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

}  // namespace vedette::cli
