// VerdictCache: verdicts that were made before, so that the same text need not be scanned again. A
// receipt names text, direction, policy and model exactly, so what is found here is what a scan
// would give, byte for byte.
//
// Tiers stand behind each other, fastest first: memory (verdict_memory.h), Redis
// (verdict_redis.h). What a lower one has moves up. They hold entries (verdict_codec.h) and no
// text. All of it for any thread.
#pragma once

#include "prompt/firewall.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

struct TierCounts {
  std::uint64_t hits = 0, misses = 0;
  std::uint64_t stored = 0;    ///< entries that it took
  std::uint64_t dropped = 0;   ///< that it had no room or no time for
  std::uint64_t refused = 0;   ///< that were found and not believed; misses, too
  std::uint64_t timeouts = 0;  ///< lookups that took too long; misses, too
  std::uint64_t errors = 0;    ///< of what the tier is built on
  // How it is now; zero where a tier does not know.
  std::uint64_t entries = 0, bytes = 0;
  bool open = false;  ///< its circuit: nobody asks it until it answers again
};

/// One that outlives the process keeps the entries of each build apart (program_hash()): a receipt
/// names text, policy and model, but not the scanners.
class VerdictTier {
 public:
  virtual ~VerdictTier() = default;
  virtual std::string_view name() const = 0;  ///< "memory": in metrics
  /// Overwrites `entry` with what is kept under the receipt. False if there is nothing, or not in a
  /// part of the time that a scan of so many bytes takes.
  virtual bool find(const Receipt& receipt, std::size_t text_bytes, std::string& entry) = 0;
  /// Keeps the entry, if there is room. Never waits.
  virtual void put(const Receipt& receipt, std::size_t text_bytes, std::string_view entry) = 0;
  virtual TierCounts counts() const = 0;
};

class VerdictCache {
 public:
  /// Fastest first.
  explicit VerdictCache(std::vector<std::unique_ptr<VerdictTier>> tiers)
      : tiers_(std::move(tiers)) {}

  /// Overwrites `verdict` with the one of the receipt, of this text under this policy. False: it is
  /// not known, and `verdict` is as it was.
  bool find(std::string_view text, const Policy& policy, const Receipt& receipt, Verdict& verdict);
  /// Keeps a scan's verdict, unless a deadline cut it short.
  void put(std::string_view text, const Receipt& receipt, const Verdict& verdict);

  const std::vector<std::unique_ptr<VerdictTier>>& tiers() const { return tiers_; }

 private:
  std::vector<std::unique_ptr<VerdictTier>> tiers_;
};

}  // namespace vedette::prompt
