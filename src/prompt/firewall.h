// Firewall: texts to verdicts. A Firewall is frozen and shared: the model and the policies with all
// that is made of them. Each thread scans with a Scan of its own, whose memory is used again, so
// that a verdict costs microseconds.
#pragma once

#include "base/sha256.h"
#include "prompt/canary.h"
#include "prompt/model.h"
#include "prompt/patterns.h"
#include "prompt/policy.h"
#include "prompt/terms.h"
#include "prompt/verdict.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::prompt {

/// More is refused by whoever takes texts in.
inline constexpr std::size_t kTextBytesMax = 1 << 20;

/// A policy with what is made of it.
struct ActivePolicy {
  explicit ActivePolicy(Policy its_policy);

  Policy policy;
  std::uint64_t version;
  TermSet terms;
  std::vector<Canary> canaries;
};

/// The least score of injection that is an alarm: the policy's own, or the model's.
double injection_threshold(const Policy& policy, const Model& model);

class Firewall {
 public:
  /// At least one policy; the first is that of whoever has and names none. The model outlives it.
  Firewall(const Model& model, std::vector<Policy> policies);
  Firewall(const Firewall&) = delete;
  Firewall& operator=(const Firewall&) = delete;

  /// By its name; the first for ""; null for a name that there is not.
  const ActivePolicy* policy(std::string_view name) const;
  /// The one that a token is bound to, by its id or else its name; null for none.
  const ActivePolicy* policy_of_token(std::string_view id, std::string_view name) const;
  /// That of a route, or the first.
  const ActivePolicy& policy_of_route(std::string_view path) const;
  const std::vector<ActivePolicy>& policies() const { return policies_; }
  const Model& model() const { return model_; }

 private:
  using Bound = std::unordered_map<std::string_view, const ActivePolicy*>;  // into policies_

  const Model& model_;
  std::vector<ActivePolicy> policies_;
  Bound by_route_, by_token_;
};

/// What identifies a verdict: the same text, direction, policy and model give the same one, but for
/// a deadline.
struct Receipt {
  Digest text{};
  std::uint64_t policy = 0, model = 0;  ///< Policy::version(), Model::id()
  Direction direction = Direction::Input;
  bool operator==(const Receipt&) const = default;
};

/// The text without what the policy masks; nothing if that is nothing. Of the text, direction and
/// policy that the verdict is of, it is what the verdict said.
std::optional<std::string> sanitized(std::string_view text, Direction direction,
                                     const Policy& policy, const Verdict& verdict);

class Scan {
 public:
  /// The model outlives it; policies may come and go.
  explicit Scan(const Model& model);
  ~Scan();
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  /// `text`: any bytes, at most kTextBytesMax; more is cut off. `verdict` is overwritten.
  void run(std::string_view text, Direction direction, const ActivePolicy& policy,
           Verdict& verdict);
  Receipt receipt(std::string_view text, Direction direction, const ActivePolicy& policy) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::prompt
