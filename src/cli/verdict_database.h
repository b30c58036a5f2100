// VerdictDatabase: the last tier of a VerdictCache, on this machine's disk (store/prompt_store.h):
// it outlives a restart without another server. Only for long texts, of which a scan takes more
// than reading from the disk; their requests are answered where nobody else waits (Route).
#pragma once

#include "base/clock.h"
#include "prompt/verdict_cache.h"
#include "store/prompt_store.h"

#include <atomic>

namespace vedette::cli {

class VerdictDatabase final : public prompt::VerdictTier {
 public:
  static constexpr std::size_t kTextBytesMin = 64 * 1024;

  /// What is handed in outlives it. `program`: prompt::program_hash().
  VerdictDatabase(store::PromptStore& store, const Clock& clock, std::uint64_t program)
      : store_(store), clock_(clock), program_(program) {}

  std::string_view name() const override { return "database"; }
  bool find(const prompt::Receipt& receipt, std::size_t text_bytes, std::string& entry) override;
  void put(const prompt::Receipt& receipt, std::size_t text_bytes, std::string_view entry) override;
  prompt::TierCounts counts() const override;

 private:
  std::string key_of(const prompt::Receipt& receipt) const;

  store::PromptStore& store_;
  const Clock& clock_;
  const std::uint64_t program_;
  // Numbers that nobody waits for.
  std::atomic<std::uint64_t> hits_{0}, misses_{0}, stored_{0}, dropped_{0}, errors_{0};
};

}  // namespace vedette::cli
