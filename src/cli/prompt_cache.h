// The cache of the prompt firewall's verdicts as the configuration wants it, and its numbers.
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "observe/metrics.h"
#include "prompt/verdict_cache.h"
#include "store/prompt_store.h"

#include <memory>
#include <string>
#include <vector>

namespace vedette::cli {

/// Without a key for Redis, makes one in the state directory. Store and clock outlive it.
Result<std::unique_ptr<prompt::VerdictCache>> make_verdict_cache(const config::Config& config,
                                                                 const std::string& state,
                                                                 store::PromptStore& store,
                                                                 const Clock& clock);

/// Appends them, by tier.
void gather(const prompt::VerdictCache& cache, std::vector<observe::Metric>& metrics);

}  // namespace vedette::cli
