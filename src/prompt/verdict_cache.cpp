#include "prompt/verdict_cache.h"

#include "prompt/verdict_codec.h"

#include <algorithm>

namespace vedette::prompt {

bool VerdictCache::find(std::string_view text, const Policy& policy, const Receipt& receipt,
                        Verdict& verdict) {
  text = text.substr(0, kTextBytesMax);
  std::string entry;
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    if (!tiers_[i]->find(receipt, text.size(), entry)) continue;
    auto known = decode_verdict(entry, text.size());
    if (!known) continue;
    for (std::size_t above = 0; above < i; ++above) {
      tiers_[above]->put(receipt, text.size(), entry);
    }
    verdict = *std::move(known);
    verdict.sanitized = sanitized(text, receipt.direction, policy, verdict);
    return true;
  }
  return false;
}

void VerdictCache::put(std::string_view text, const Receipt& receipt, const Verdict& verdict) {
  const auto entry = encode_verdict(verdict);
  if (!entry) return;
  const std::size_t text_bytes = std::min(text.size(), kTextBytesMax);
  for (const auto& tier : tiers_) tier->put(receipt, text_bytes, *entry);
}

}  // namespace vedette::prompt
