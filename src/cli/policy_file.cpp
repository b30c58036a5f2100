#include "cli/policy_file.h"

#include "base/file.h"
#include "base/log.h"
#include "engine/thread.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <chrono>
#include <signal.h>

namespace vedette::cli {
namespace {

constexpr timespec kPatience{.tv_sec = 0, .tv_nsec = 200'000'000};
constexpr int kLookEvery = 10;  // times kPatience

double unix_seconds(Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string version_of(const prompt::ActivePolicy& policy) {
  return fmt::format("{:016x}", policy.version);
}

/// "default 0123456789abcdef, …".
std::string versions_of(const prompt::Firewall& policies) {
  constexpr std::size_t kToldMax = 8;
  std::string all;
  std::size_t told = 0;
  for (const prompt::ActivePolicy& one : policies.policies()) {
    if (told++ == kToldMax) return all + ", …";
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", one.policy.name, version_of(one));
  }
  return all;
}

}  // namespace

PolicyFile::PolicyFile(const config::Config& config, const Clock& clock)
    : path_(config.prompt_policies),
      strictness_(static_cast<int>(config.prompt_strictness)),
      clock_(clock) {}

PolicyFile::~PolicyFile() {
  done_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<api::ScanPool::Policies> PolicyFile::read() {
  read_ = seen_ = mark();
  std::vector<prompt::Policy> policies{prompt::Policy{}};
  if (!path_.empty()) {
    VD_TRY(const std::string yaml, read_file(path_));
    VD_TRY(policies, prompt::read_policies(path_, yaml, api::prompt_routes()));
  }
  for (prompt::Policy& policy : policies) {
    if (strictness_ > 0) policy.strictness = strictness_;
  }
  return std::make_shared<const prompt::Firewall>(prompt::builtin_model(), std::move(policies));
}

void PolicyFile::keep(api::ScanPool& scans) {
  scans_ = &scans;
  since_ = unix_seconds(clock_.now());
  log::info("Policies for prompts.", {{"hold", versions_of(*scans.policies())}});
  thread_ = engine::start_thread("vd-policies", [this] { watch(); });
}

PolicyFile::Mark PolicyFile::mark() const {
  struct stat status {};
  if (path_.empty() || ::stat(path_.c_str(), &status) != 0) return {};
  return {std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
          status.st_size, status.st_ino};
}

void PolicyFile::watch() {
  sigset_t hang_up{};
  sigemptyset(&hang_up);
  sigaddset(&hang_up, SIGHUP);
  for (int round = 1; !done_; ++round) {
    const bool asked = sigtimedwait(&hang_up, nullptr, &kPatience) == SIGHUP;
    if (asked || (round % kLookEvery == 0 && has_settled_otherwise())) replace();
  }
}

/// Whether the file is another than was read, and the same as at the last look: one that changes
/// may be half written.
bool PolicyFile::has_settled_otherwise() {
  const Mark now = mark();
  const bool settled = now == seen_;
  seen_ = now;
  return settled && now != read_ && now != Mark{};
}

void PolicyFile::replace() {
  auto policies = read();
  if (!policies) {
    ++failures_;
    log::error("The policies for prompts stay as they were: the new ones cannot be read.",
               {{"error", policies.error().detail}});
    return;
  }
  log::info("The policies for prompts were read again.", {{"hold", versions_of(**policies)}});
  scans_->replace(*std::move(policies));
  since_ = unix_seconds(clock_.now());
}

void PolicyFile::gather(std::vector<observe::Metric>& metrics) const {
  using observe::MetricKind;
  observe::Metric versions{.name = "vedette_prompt_policy_info",
                           .help = "The policies for prompts that hold; receipts name the version.",
                           .kind = MetricKind::Gauge,
                           .samples = {}};
  const auto policies = scans_->policies();
  for (const prompt::ActivePolicy& one : policies->policies()) {
    versions.samples.push_back({{{"policy", one.policy.name}, {"version", version_of(one)}}, 1});
  }
  metrics.push_back(std::move(versions));
  metrics.push_back({"vedette_prompt_policies_since_seconds",
                     "When they began to hold, in Unix time.",
                     MetricKind::Gauge,
                     {{{}, since_}}});
  metrics.push_back({"vedette_prompt_policies_failures_total",
                     "Readings of their file that failed; the ones before hold on.",
                     MetricKind::Counter,
                     {{{}, static_cast<double>(failures_)}}});
}

}  // namespace vedette::cli
