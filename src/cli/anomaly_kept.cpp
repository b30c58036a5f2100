#include "cli/anomaly_kept.h"

#include "anomaly/features.h"
#include "anomaly/vector.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/anomaly_state.h"
#include "cli/terminal.h"
#include "engine/resolutions.h"
#include "engine/threat_queue.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace vedette::cli {
namespace {

constexpr std::size_t kPage = 500;

void add(KeptVectors& kept, const Threat& threat, const std::string& kind) {
  for (const Finding& finding : threat.findings) {
    for (const auto& line : finding.evidence) {
      const Anomaly* said = line->anomaly.get();
      if (said == nullptr || (!kind.empty() && said->kind != kind)) continue;
      const auto known = anomaly::kind_of(*said);
      if (!known) {
        ++kept.other_features;
        continue;
      }
      kept.all.push_back({.threat = threat.id,
                          .entity = threat.entity_value,
                          .status = threat.workflow.status,
                          .time = line->time,
                          .kind = *known,
                          .then = line->anomaly,
                          .orders = {}});
    }
  }
}

Result<void> collect_all(store::Store& store, const std::string& kind, KeptVectors& kept) {
  const SystemClock clock;
  engine::ThreatQueue queue(store, clock, {});
  VD_CHECK(queue.load());
  ThreatQuery query;
  query.sort = Sort::LastSeen;
  query.now = clock.now();
  std::optional<RankKey> after;
  do {
    VD_TRY(const auto page, queue.page(query, after, kPage));
    for (const ThreatHead& head : page.heads) {
      if (!engine::has_anomaly(head)) continue;
      kept.clipped = kept.all.size() >= kKeptMax;
      if (kept.clipped) return {};
      VD_TRY(const auto threat, queue.threat_of(head.entity_hash));
      if (threat) add(kept, *threat, kind);
    }
    after = page.next;
  } while (after);
  return {};
}

Result<void> collect_one(store::Store& store, const std::string& which, const std::string& kind,
                         KeptVectors& kept) {
  VD_TRY(const auto hash, engine::find_threat(store, which));
  std::optional<Threat> threat;
  if (hash) {
    VD_TRY(threat, store.threat_of(*hash));
  }
  if (!threat) return Error{Errc::ThreatUnknown, escape_for_terminal(which)};
  add(kept, *threat, kind);
  return {};
}

/// Another model than the one that was learned.
Result<anomaly::Model> other_model(store::Store& store, anomaly::Kind kind,
                                   const ModelChoice& choice) {
  if (!choice.is_file()) {
    VD_TRY(const Rows baseline, baseline_in(store, kind));
    return train_model(baseline, choice);
  }
  VD_TRY(anomaly::Model model, read_model(choice.model));
  VD_CHECK(check_model(model, choice.model, no_features("the database")));
  return model;
}

Result<void> choose_judges(store::Store& store, const std::string& kind_name,
                           const ModelChoice& choice, KeptVectors& kept) {
  VD_TRY(const anomaly::Learned learned, learned_in(store));
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) kept.judges[k].lore = learned.kinds[k];
  const auto kind = anomaly::parse_kind(kind_name);
  if (!kind) return {};
  Judge& judge = kept.judges[static_cast<std::size_t>(*kind)];
  if (!choice.model.empty()) {
    VD_TRY(anomaly::Model model, other_model(store, *kind, choice));
    judge.lore.model = std::make_shared<const anomaly::Model>(std::move(model));
    judge.alone = true;
  }
  if (judge.lore.model == nullptr) return no_model(*kind, judge.lore);
  return {};
}

std::optional<double> orders_by(const Judge& judge, const Anomaly& then) {
  const anomaly::Lore& lore = judge.lore;
  if (lore.model == nullptr) return {};
  std::array<float, anomaly::kFeatures> features;
  anomaly::from_steps(then.vector, features);
  float score = 0;
  lore.model->score({features, anomaly::kFeatures}, {&score, 1});
  if (judge.alone) return -std::log10(lore.model->rarity(score));
  anomaly::Tails::Surprise surprise;
  const float sum = lore.tails.sum(features, surprise);
  return std::max(0.0, anomaly::orders_of(lore, score, sum));
}

}  // namespace

std::optional<float> Kept::now() const {
  if (!orders) return {};
  return anomaly::score_of(*orders);
}

Result<KeptVectors> kept_vectors(const InputChoice& input, const ModelChoice& choice,
                                 const std::string& threat) {
  if (!choice.train.empty() || !input.label.empty()) {
    return Error{Errc::UsageError,
                 "--train and --label go with a FILE; without one it is about "
                 "the database of a daemon"};
  }
  if (!choice.model.empty() && input.kind.empty()) {
    return Error{Errc::UsageError, "a model is of one kind: --kind says which"};
  }
  VD_TRY(const auto store, open_state(input.state));
  KeptVectors kept;
  VD_CHECK(choose_judges(*store, input.kind, choice, kept));
  VD_CHECK(threat.empty() ? collect_all(*store, input.kind, kept)
                          : collect_one(*store, threat, input.kind, kept));
  for (Kept& one : kept.all) {
    one.orders = orders_by(kept.judges[static_cast<std::size_t>(one.kind)], *one.then);
  }
  return kept;
}

KeptRows rows_of(const KeptVectors& kept, anomaly::Kind kind) {
  KeptRows made{.rows = no_features(fmt::format("anomalies of the kind {}", to_string(kind))),
                .scores = {}};
  for (const Kept& one : kept.all) {
    if (one.kind != kind || !one.orders) continue;
    append(made.rows, one.then->vector);
    made.rows.origins.push_back({one.time, one.entity});
    made.scores.score.push_back(*one.now());
    made.scores.rarity.push_back(std::pow(10, -*one.orders));
  }
  return made;
}

}  // namespace vedette::cli
