#include "prompt/firewall.h"

#include "base/clock.h"
#include "prompt/hidden_weights.h"
#include "prompt/links.h"
#include "prompt/masking.h"
#include "prompt/personal.h"
#include "prompt/reasons.h"
#include "prompt/secrets.h"
#include "prompt/views.h"

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::size_t kTermsFoundMax = 64;
/// A token is about so many bytes of English.
constexpr std::size_t kTokenBytes = 4;

std::vector<std::string> folded(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  all.reserve(texts.size());
  for (const std::string& text : texts) all.push_back(fold(text));
  return all;
}

std::size_t index(ScannerId scanner) {
  return static_cast<std::size_t>(scanner);
}

}  // namespace

ActivePolicy::ActivePolicy(Policy its_policy)
    : policy(std::move(its_policy)), version(policy.version()), terms(folded(policy.terms)) {
  for (const std::string& canary : policy.canaries) canaries.emplace_back(fold(canary));
}

Firewall::Firewall(const Model& model, std::vector<Policy> policies) : model_(model) {
  policies_.reserve(policies.size());
  for (Policy& policy : policies) policies_.emplace_back(std::move(policy));
  for (const ActivePolicy& active : policies_) {
    for (const std::string& path : active.policy.routes) by_route_.emplace(path, &active);
    for (const std::string& token : active.policy.tokens) by_token_.emplace(token, &active);
  }
}

const ActivePolicy* Firewall::policy(std::string_view name) const {
  if (name.empty()) return &policies_.front();
  const auto at = std::find_if(policies_.begin(), policies_.end(),
                               [&](const ActivePolicy& one) { return one.policy.name == name; });
  return at == policies_.end() ? nullptr : &*at;
}

const ActivePolicy* Firewall::policy_of_token(std::string_view id, std::string_view name) const {
  auto at = by_token_.find(id);
  if (at == by_token_.end()) at = by_token_.find(name);
  return at == by_token_.end() ? nullptr : at->second;
}

const ActivePolicy& Firewall::policy_of_route(std::string_view path) const {
  const auto at = by_route_.find(path);
  return at == by_route_.end() ? policies_.front() : *at->second;
}

double injection_threshold(const Policy& policy, const Model& model) {
  const auto strictness = static_cast<std::size_t>(policy.strictness);
  return policy.injection_thresholds ? (*policy.injection_thresholds)[strictness - 1]
                                     : model.threshold(strictness);
}

struct Scan::Impl {
  explicit Impl(const Model& its_model) : model(its_model) {}

  void run(std::string_view text, Verdict& out);
  void injection(Verdict& out);
  void leaks(ScannerId id, void (*scan)(std::string_view, LeakHits&), Verdict& out);
  void invisible(Verdict& out);
  void length(std::string_view text, Verdict& out);
  void terms(Verdict& out);
  void canaries(Verdict& out);

  /// Whether the scanner is to run; notes it. After the deadline it is skipped instead.
  bool begins(ScannerId id, Verdict& out);
  void raise(ScannerId id, float score, Verdict& out) {
    out.scores[index(id)] = std::max(out.scores[index(id)], score);
  }
  void add(ScannerId id, Span span, float score, std::string_view kind, std::string_view why,
           std::string how, Verdict& out) {
    raise(id, score, out);
    if (out.hits.size() == kHitsMax) return;
    out.hits.push_back({id, span, score, kind, why, std::move(how)});
  }
  void decide(Verdict& out) const;

  const Model& model;
  const ActivePolicy* active = nullptr;
  Direction direction = Direction::Input;
  double deadline = 0;  // monotonic seconds; 0: none
  Views views;
  PatternScratch patterns;
  std::vector<PatternHit> pattern_hits;
  LeakHits leak_hits;
  std::vector<TermSet::Found> found;
};

bool Scan::Impl::begins(ScannerId id, Verdict& out) {
  if (active->policy.reaction(direction, id) == Reaction::Off) return false;
  if (deadline > 0 && monotonic_seconds() > deadline) {
    out.skipped.set(index(id));
    return false;
  }
  out.ran.set(index(id));
  return true;
}

/// Words and model agree or add to each other: what is left of innocence is multiplied.
void Scan::Impl::injection(Verdict& out) {
  if (!begins(ScannerId::Injection, out)) return;
  const double threshold = injection_threshold(active->policy, model);
  for (const View& view : views.all()) {
    if (!view.is_folded()) continue;
    pattern_hits.clear();
    patterns.find(view.text, pattern_hits);
    double words = 0;
    for (const PatternHit& hit : pattern_hits) {
      const PatternInfo& info = vedette::prompt::patterns()[hit.pattern];
      words = std::max(words, static_cast<double>(info.score));
      add(ScannerId::Injection, views.origin(view, hit.begin, hit.end), info.score,
          to_string(info.kind), info.reason, views.how(view), out);
    }
    const ModelScore read = model.score(view.text);
    const auto score = static_cast<float>(1 - (1 - read.score) * (1 - words));
    if (read.score >= threshold) {
      add(ScannerId::Injection, views.origin(view, read.span.begin, read.span.end),
          static_cast<float>(read.score), kModelReason.kind, kModelReason.why, views.how(view),
          out);
    }
    raise(ScannerId::Injection, score, out);
  }
}

/// In the text and in what it encodes, as it was written: keys are not what they are when folded.
void Scan::Impl::leaks(ScannerId id, void (*scan)(std::string_view, LeakHits&), Verdict& out) {
  if (!begins(id, out)) return;
  for (const View& view : views.all()) {
    if (view.is_folded()) continue;
    leak_hits.clear();
    scan(view.text, leak_hits);
    for (const LeakHit& hit : leak_hits) {
      const LeakInfo& info = describe(hit.kind);
      add(id, views.origin(view, hit.span.begin, hit.span.end), hit.score, info.name, info.title,
          view.depth == 0 ? std::string() : views.how(view), out);
    }
  }
}

void Scan::Impl::invisible(Verdict& out) {
  if (!begins(ScannerId::Invisible, out)) return;
  for (const HiddenWeight& weight : kHiddenWeights) {
    const HiddenCount& count = views.hidden(weight.kind);
    if (count.longest < weight.from) continue;
    add(ScannerId::Invisible, count.first, weight.score, name_of(weight.kind), weight.why, {}, out);
  }
}

void Scan::Impl::length(std::string_view text, Verdict& out) {
  const std::uint64_t tokens_max = active->policy.tokens_max;
  if (tokens_max == 0 || !begins(ScannerId::Length, out)) return;
  const std::size_t tokens = text.size() / kTokenBytes;
  if (tokens <= tokens_max) return;
  const auto begin = static_cast<std::uint32_t>(tokens_max * kTokenBytes);
  add(ScannerId::Length, {begin, static_cast<std::uint32_t>(text.size())}, 1, kLengthReason.kind,
      kLengthReason.why, {}, out);
}

void Scan::Impl::terms(Verdict& out) {
  if (active->terms.empty() || !begins(ScannerId::Terms, out)) return;
  for (const View& view : views.all()) {
    if (!view.is_folded()) continue;
    found.clear();
    active->terms.find(view.text, kTermsFoundMax, found);
    for (const TermSet::Found& one : found) {
      add(ScannerId::Terms, views.origin(view, one.span.begin, one.span.end), 1, kTermReason.kind,
          kTermReason.why, views.how(view), out);
    }
  }
}

void Scan::Impl::canaries(Verdict& out) {
  if (active->canaries.empty() || !begins(ScannerId::Canary, out)) return;
  for (const View& view : views.all()) {
    if (!view.is_folded()) continue;
    for (const Canary& canary : active->canaries) {
      const Canary::Found leak = canary.find(view.text);
      if (leak.score == 0) continue;
      raise(ScannerId::Canary, leak.score, out);
      if (leak.score < active->policy.thresholds[index(ScannerId::Canary)]) continue;
      add(ScannerId::Canary, views.origin(view, leak.span.begin, leak.span.end), leak.score,
          kCanaryReason.kind, kCanaryReason.why, views.how(view), out);
    }
  }
}

void Scan::Impl::decide(Verdict& out) const {
  const Policy& policy = active->policy;
  for (std::size_t i = 0; i < kScanners; ++i) {
    const auto id = static_cast<ScannerId>(i);
    const Reaction reaction = policy.reaction(direction, id);
    const double threshold = id == ScannerId::Injection ? injection_threshold(policy, model)
                                                        : static_cast<double>(policy.thresholds[i]);
    const bool alarm = out.ran[i] && out.scores[i] > 0 && out.scores[i] >= threshold;
    const bool unseen = out.skipped[i] && policy.fail_closed[i];
    if (alarm) out.alarmed.set(i);
    if (reaction > Reaction::Observe) out.score = std::max(out.score, out.scores[i]);
    if (unseen || (alarm && reaction == Reaction::Block)) {
      out.blocking.set(i);
      out.decision = Decision::Block;
    } else if (alarm && reaction >= Reaction::Flag) {
      out.decision = std::max(out.decision, Decision::Flag);
    }
  }
  std::stable_sort(out.hits.begin(), out.hits.end(),
                   [](const Hit& a, const Hit& b) { return a.span.begin < b.span.begin; });
}

void Scan::Impl::run(std::string_view text, Verdict& out) {
  views.build(text, ViewLimits{});
  injection(out);
  leaks(ScannerId::Secrets, scan_secrets, out);
  leaks(ScannerId::Personal, scan_personal, out);
  leaks(ScannerId::Links, scan_links, out);
  invisible(out);
  length(text, out);
  terms(out);
  canaries(out);
  decide(out);
  out.sanitized = sanitized(text, direction, active->policy, out);
}

std::optional<std::string> sanitized(std::string_view text, Direction direction,
                                     const Policy& policy, const Verdict& verdict) {
  LeakHits masked;
  for (const Hit& hit : verdict.hits) {
    if (policy.reaction(direction, hit.scanner) != Reaction::Mask) continue;
    if (!verdict.alarmed[index(hit.scanner)]) continue;
    if (const auto kind = leak_kind(hit.kind)) masked.push_back({hit.span, *kind, hit.score});
  }
  if (masked.empty()) return {};
  settle(masked);
  return Masker().mask(text, masked);
}

Scan::Scan(const Model& model) : impl_(std::make_unique<Impl>(model)) {}
Scan::~Scan() = default;

void Scan::run(std::string_view text, Direction direction, const ActivePolicy& policy,
               Verdict& verdict) {
  text = text.substr(0, kTextBytesMax);
  verdict = Verdict{};
  impl_->active = &policy;
  impl_->direction = direction;
  const auto micros = static_cast<double>(policy.policy.deadline_us);
  impl_->deadline = micros > 0 ? monotonic_seconds() + micros / 1e6 : 0;
  impl_->run(text, verdict);
}

Receipt Scan::receipt(std::string_view text, Direction direction,
                      const ActivePolicy& policy) const {
  return {sha256(text.substr(0, kTextBytesMax)), policy.version, impl_->model.id(), direction};
}

}  // namespace vedette::prompt
