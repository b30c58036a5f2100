#include "anomaly/learned.h"

#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kDriftRows = 1000;
constexpr float kThresholdMin = 0.4f, kThresholdMax = 0.95f;

using Joined = std::vector<const Sampled*>;

/// The lanes' samples as one, of which the lowest priorities stay, in an order of their own.
Joined joined(const std::vector<Lesson>& lessons, std::size_t kind, std::size_t size_max) {
  Joined all;
  for (const Lesson& lesson : lessons) {
    for (const Sampled& item : lesson.samples[kind]) all.push_back(&item);
  }
  std::ranges::sort(all, [](const Sampled* a, const Sampled* b) {
    return std::tie(a->priority, a->id) < std::tie(b->priority, b->id);
  });
  if (all.size() > size_max) all.resize(size_max);
  return all;
}

std::vector<float> numbers_of(const Joined& sample) {
  std::vector<float> numbers(sample.size() * kFeatures);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    from_steps(sample[i]->vector, std::span(numbers).subspan(i * kFeatures, kFeatures));
  }
  return numbers;
}

float progress_of(const Joined& sample, const LearningOptions& options) {
  if (sample.empty()) return 0;
  // Without the outermost hundredths: lines from before a clock was set are decades apart.
  std::vector<std::int64_t> hours_seen;
  for (const Sampled* one : sample) hours_seen.push_back(one->hour);
  std::ranges::sort(hours_seen);
  const std::size_t few = hours_seen.size() / 100;
  const std::int64_t first = hours_seen[few], last = hours_seen[hours_seen.size() - 1 - few];
  const double rows =
      static_cast<double>(sample.size()) / static_cast<double>(options.baseline_min);
  const double hours =
      static_cast<double>(last - first + 1) / static_cast<double>(options.learning_hours);
  return static_cast<float>(std::min({1.0, rows, hours}));
}

float score_drift(const Model& before, const Model& after, const Matrix& rows) {
  const std::size_t some = std::min(rows.rows(), kDriftRows);
  const Matrix part{rows.values.first(some * rows.columns), rows.columns};
  std::vector<float> a(some), b(some);
  before.score(part, a);
  after.score(part, b);
  double sum = 0;
  for (std::size_t i = 0; i < some; ++i) {
    sum += std::abs(score_of(-std::log10(before.rarity(a[i]))) -
                    score_of(-std::log10(after.rarity(b[i]))));
  }
  return static_cast<float>(sum / static_cast<double>(some));
}

float feature_drift(const Model& before, const Model& after) {
  float most = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const Usual& a = before.usual()[i];
    const float width = std::max(a.q95 - a.q25, 0.25f);
    most = std::max(most, std::abs(after.usual()[i].median - a.median) / width);
  }
  return most;
}

std::vector<std::string> feature_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    names.emplace_back(describe(static_cast<Feature>(i)).text);
  }
  return names;
}

/// Leaves what there was if there is nothing new to be learned.
void learn_model(Lore& lore, Kind kind, const Joined& sample, std::int64_t hour,
                 const LearningOptions& options) {
  const bool due = lore.model == nullptr || hour - lore.trained_hour >= options.retrain_hours;
  if (lore.progress < 1 || !due) return;
  const std::vector<float> numbers = numbers_of(sample);
  const Matrix rows{numbers, kFeatures};
  ModelOptions how;
  how.baseline_max = options.baseline_max;
  how.ensemble = options.ensemble;
  how.seed = options.seed;
  auto model = Model::train(rows, feature_names(), kFeaturesVersion, how);
  if (!model) return;
  const auto trained = std::make_shared<const Model>(*std::move(model));
  if (lore.model != nullptr) {
    lore.score_drift = score_drift(*lore.model, *trained, rows);
    lore.feature_drift = feature_drift(*lore.model, *trained);
  }
  lore.model = trained;
  lore.tails = Tails::fit(rows, kind);
  lore.id = hash64(trained->encode());
  lore.trained_hour = hour;
}

}  // namespace

double orders_of(const Lore& lore, float forest_score, float tails_sum) {
  const double forest = -std::log10(std::max(lore.model->rarity(forest_score), 1e-12));
  return std::max(forest - 1, lore.tails.orders(tails_sum));
}

float score_of(double orders) {
  // s / (s + c) with c such that four orders are 0.7.
  constexpr double kHalf = 4 * 0.3 / 0.7;
  const double some = std::clamp(orders, 0.0, 1000.0);
  return static_cast<float>(some / (some + kHalf));
}

Learned learn(const Learned& before, std::vector<Lesson> lessons, const Labels& labels,
              std::int64_t hour, const LearningOptions& options) {
  Learned learned = before;
  Peaks peaks;
  for (const Lesson& lesson : lessons) peaks += lesson.peaks;
  for (std::size_t k = 0; k < kKinds; ++k) {
    Lore& lore = learned.kinds[k];
    const auto sample = joined(lessons, k, options.baseline_max);
    lore.progress = std::max(lore.progress, progress_of(sample, options));
    if (sample.size() == options.baseline_max) lore.sample_limit = sample.back()->priority;
    learn_model(lore, static_cast<Kind>(k), sample, hour, options);
    lore.head.learn(labels[k]);
    lore.threshold = options.threshold;
    if (options.alarms_per_day > 0) {
      lore.threshold = peaks.threshold(static_cast<Kind>(k), hour / 24,
                                       options.alarms_per_day / static_cast<double>(kKinds),
                                       kThresholdMin, kThresholdMax, options.threshold);
    }
  }
  return learned;
}

std::string encode(const Lore& lore) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(kFeaturesVersion);
  out.fixed64(lore.id);
  out.i64(lore.trained_hour);
  for (const float number : {lore.threshold, lore.progress, lore.score_drift, lore.feature_drift}) {
    out.u64(std::bit_cast<std::uint32_t>(number));
  }
  out.fixed64(std::bit_cast<std::uint64_t>(lore.sample_limit));
  lore.tails.encode(out);
  lore.head.encode(out);
  out.bytes(lore.model == nullptr ? std::string() : lore.model->encode());
  return bytes;
}

bool decode(std::string_view bytes, Lore& lore) {
  Reader in(bytes);
  if (in.u64() != kVersion || in.u64() != kFeaturesVersion) return false;
  lore.id = in.fixed64();
  lore.trained_hour = in.i64();
  for (float* number : {&lore.threshold, &lore.progress, &lore.score_drift, &lore.feature_drift}) {
    *number = std::bit_cast<float>(static_cast<std::uint32_t>(in.u64()));
    if (!std::isfinite(*number)) return false;
  }
  if (!is_hour(lore.trained_hour)) return false;
  lore.sample_limit = std::bit_cast<double>(in.fixed64());
  if (!lore.tails.decode(in) || !lore.head.decode(in)) return false;
  const std::string_view model = in.bytes();
  if (!in.done() || std::isnan(lore.sample_limit)) return false;
  if (model.empty()) return true;
  auto decoded = Model::decode(model);
  if (!decoded || decoded->features_version() != kFeaturesVersion ||
      decoded->names().size() != kFeatures) {
    return false;
  }
  lore.model = std::make_shared<const Model>(*std::move(decoded));
  return true;
}

}  // namespace vedette::anomaly
