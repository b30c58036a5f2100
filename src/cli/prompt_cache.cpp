#include "cli/prompt_cache.h"

#include "api/secret.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/verdict_database.h"
#include "prompt/verdict_memory.h"
#include "prompt/verdict_redis.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace vedette::cli {
namespace {

constexpr std::size_t kSecretBytesMax = 4096, kKeyBytesMin = 32;

/// The first line of a file.
Result<std::string> read_secret(const std::string& path) {
  VD_TRY(const std::string content, read_file(path, kSecretBytesMax));
  std::string_view rest = content;
  return std::string(trim(take_until(rest, '\n')));
}

Result<std::string> cache_key(const config::Config& config, const std::string& state) {
  std::string path = config.prompt_cache_key;
  if (path.empty()) {
    path = state + "/prompt-cache.key";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      // Digits, so that nothing at its ends can be taken for a blank.
      Digest random;
      const std::string bytes = api::random_bytes(random.size());
      std::copy(bytes.begin(), bytes.end(), random.begin());
      VD_CHECK(write_file_atomically(path, hex(random) + '\n'));
    }
  }
  VD_TRY(std::string key, read_secret(path));
  if (key.size() >= kKeyBytesMin) return key;
  return Error{Errc::ConfigValue,
               fmt::format("{}: a key has at least {} bytes", path, kKeyBytesMin)};
}

Result<std::unique_ptr<prompt::VerdictTier>> redis_tier(const config::Config& config,
                                                        const std::string& state,
                                                        std::uint64_t program) {
  prompt::VerdictRedis::Options options;
  VD_TRY(options.address, prompt::parse_redis_address(config.prompt_redis));
  if (!config.prompt_redis_password_file.empty()) {
    VD_TRY(options.password, read_secret(config.prompt_redis_password_file));
  }
  options.lifetime = std::chrono::seconds(config.prompt_cache_seconds);
  VD_TRY(std::string key, cache_key(config, state));
  return std::unique_ptr<prompt::VerdictTier>(std::make_unique<prompt::VerdictRedis>(
      std::move(options), prompt::EntrySeal(std::move(key), program)));
}

}  // namespace

Result<std::unique_ptr<prompt::VerdictCache>> make_verdict_cache(const config::Config& config,
                                                                 const std::string& state,
                                                                 store::PromptStore& store,
                                                                 const Clock& clock) {
  const std::uint64_t program = prompt::program_hash();
  std::vector<std::unique_ptr<prompt::VerdictTier>> tiers;
  if (config.prompt_cache_bytes > 0) {
    std::uint64_t seed = 0;
    api::random_bytes(sizeof seed).copy(reinterpret_cast<char*>(&seed), sizeof seed);
    tiers.push_back(std::make_unique<prompt::VerdictMemory>(
        prompt::VerdictMemory::Options{
            .bytes_max = config.prompt_cache_bytes,
            .lifetime = std::chrono::seconds(config.prompt_cache_seconds),
            .seed = seed},
        clock));
  }
  if (!config.prompt_redis.empty()) {
    VD_TRY(auto redis, redis_tier(config, state, program));
    tiers.push_back(std::move(redis));
  }
  tiers.push_back(std::make_unique<VerdictDatabase>(store, clock, program));
  return std::make_unique<prompt::VerdictCache>(std::move(tiers));
}

void gather(const prompt::VerdictCache& cache, std::vector<observe::Metric>& metrics) {
  using observe::MetricKind;
  using prompt::TierCounts;
  std::vector<std::pair<std::string, TierCounts>> tiers;
  for (const auto& tier : cache.tiers()) tiers.emplace_back(tier->name(), tier->counts());
  const auto add = [&](const char* name, MetricKind kind, const char* help, auto member) {
    observe::Metric metric{.name = name, .help = help, .kind = kind, .samples = {}};
    for (const auto& [tier, counts] : tiers) {
      metric.samples.push_back({{{"tier", tier}}, static_cast<double>(counts.*member)});
    }
    metrics.push_back(std::move(metric));
  };
  const auto count = [&](const char* name, const char* help, std::uint64_t TierCounts::*member) {
    add(name, MetricKind::Counter, help, member);
  };
  count("vedette_prompt_cache_hits_total", "Verdicts that were found.", &TierCounts::hits);
  count("vedette_prompt_cache_misses_total", "Verdicts that were asked for and not found.",
        &TierCounts::misses);
  count("vedette_prompt_cache_stored_total", "Verdicts that were kept.", &TierCounts::stored);
  count("vedette_prompt_cache_dropped_total", "Verdicts that there was no room for.",
        &TierCounts::dropped);
  count("vedette_prompt_cache_refused_total",
        "Found, and not believed: nobody with the key wrote it.", &TierCounts::refused);
  count("vedette_prompt_cache_timeouts_total", "Answers that would have come too late.",
        &TierCounts::timeouts);
  count("vedette_prompt_cache_errors_total", "Errors told, and connections lost.",
        &TierCounts::errors);
  add("vedette_prompt_cache_open", MetricKind::Gauge,
      "1 while the circuit is open: the tier is not asked.", &TierCounts::open);
  add("vedette_prompt_cache_entries", MetricKind::Gauge, "Verdicts that are kept here.",
      &TierCounts::entries);
  add("vedette_prompt_cache_bytes", MetricKind::Gauge, "Memory that they take here, roughly.",
      &TierCounts::bytes);
}

}  // namespace vedette::cli
