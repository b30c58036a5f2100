#include "anomaly/learned.h"

#include "anomaly/sorted_columns.h"
#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;
/// Rows that a forest is made of and its scores are compared with. More find no more; tails need
/// them all, since their highest levels are those of single rows.
constexpr std::size_t kForestRows = 4000;
constexpr std::size_t kDriftRows = 256;
/// A model is made anew when so much of its baseline is. With a fifth, fewer attacks were found.
constexpr double kNewShare = 0.1;
constexpr float kThresholdMin = 0.45f, kThresholdMax = 0.95f;

using Joined = std::vector<std::pair<double, const Sampled*>>;  // with its priority

bool is_before(const Joined::value_type& a, const Joined::value_type& b) {
  return a.first != b.first ? a.first < b.first : a.second->id < b.second->id;
}

/// The lanes' samples as one, in any order; of more than `size_max` the lowest priorities.
Joined joined(const std::vector<Lesson>& lessons, std::size_t kind, std::size_t size_max) {
  Joined all;
  for (const Lesson& lesson : lessons) {
    for (const Sampled& item : lesson.samples[kind]) all.emplace_back(item.priority, &item);
  }
  if (all.size() > size_max) {
    std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(size_max), is_before);
    all.resize(size_max);
  }
  return all;
}

std::vector<std::int16_t> steps_of(const Joined& sample) {
  std::vector<std::int16_t> steps;
  steps.reserve(sample.size() * kFeatures);
  for (const auto& [priority, item] : sample) {
    steps.insert(steps.end(), item->vector.begin(), item->vector.end());
  }
  return steps;
}

/// Of which rows a model was made, how, and what came of them: its own bytes would take as long to
/// make as the model.
std::uint64_t id_of(const Tails& tails, const Joined& sample, const LearningOptions& options) {
  std::uint64_t id = hash_combine(options.seed, options.ensemble ? 1 : 0);
  for (const auto& [priority, item] : sample) id = hash_combine(id, item->id);
  std::string bytes;
  Writer out(bytes);
  tails.encode(out);
  return hash64(bytes, id);
}

float progress_of(const Joined& sample, const LearningOptions& options) {
  if (sample.empty()) return 0;
  // Without the outermost hundredths: lines from before a clock was set are decades apart.
  std::vector<std::int64_t> hours_seen;
  for (const auto& [priority, item] : sample) hours_seen.push_back(item->hour);
  std::ranges::sort(hours_seen);
  const std::size_t few = hours_seen.size() / 100;
  const std::int64_t first = hours_seen[few], last = hours_seen[hours_seen.size() - 1 - few];
  const double rows =
      static_cast<double>(sample.size()) / static_cast<double>(options.baseline_min);
  const double hours =
      static_cast<double>(last - first + 1) / static_cast<double>(options.learning_hours);
  return static_cast<float>(std::min({1.0, rows, hours}));
}

/// As they count in the end: by both judges.
std::vector<float> scores_by(const Lore& lore, const Matrix& rows) {
  std::vector<float> scores(rows.rows());
  lore.model->score(rows, scores);
  Tails::Surprise surprise;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const float sum = lore.tails.sum(rows.row(i).first<kFeatures>(), surprise);
    scores[i] = score_of(orders_of(lore, scores[i], sum));
  }
  return scores;
}

float score_drift(const Lore& before, const Lore& after, const Matrix& rows) {
  const std::size_t some = std::min(rows.rows(), kDriftRows);
  const auto a = scores_by(before, rows.first(some)), b = scores_by(after, rows.first(some));
  double sum = 0;
  for (std::size_t i = 0; i < some; ++i) sum += std::abs(a[i] - b[i]);
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

bool is_due(const Lore& lore, const Joined& sample) {
  if (lore.progress < 1 || sample.empty()) return false;
  if (lore.model == nullptr) return true;
  const auto news = std::ranges::count_if(
      sample, [&](const auto& item) { return item.second->hour >= lore.trained_hour; });
  return static_cast<double>(news) >= kNewShare * static_cast<double>(sample.size());
}

/// Leaves what there was if there is nothing new to be learned.
void learn_model(Lore& lore, Kind kind, Joined sample, std::int64_t hour,
                 const LearningOptions& options) {
  if (!is_due(lore, sample)) return;
  std::ranges::sort(sample, is_before);
  const std::vector<std::int16_t> steps = steps_of(sample);
  std::vector<float> numbers(steps.size());
  from_steps(steps, numbers);
  const Matrix rows{numbers, kFeatures};
  const auto sorted = SortedColumns::of_steps(steps, kFeatures, kStepsPerUnit);
  ModelOptions how;
  how.baseline_max = options.baseline_max;
  how.ensemble = options.ensemble;
  how.seed = options.seed;
  const std::size_t some = std::min(rows.rows(), kForestRows);
  auto model = Model::train(rows.first(some), sorted, feature_names(), kFeaturesVersion, how);
  if (!model) return;
  const Lore before = lore;
  lore.model = std::make_shared<const Model>(*std::move(model));
  lore.tails = Tails::fit(rows, sorted, kind);
  lore.id = id_of(lore.tails, sample, options);
  lore.trained_hour = hour;
  if (before.model == nullptr) return;
  lore.score_drift = score_drift(before, lore, rows);
  lore.feature_drift = feature_drift(*before.model, *lore.model);
}

/// `budget` alarms a day as each kind gets of them: those that need less than an equal part of what
/// is left leave the rest to the others (max-min fairness).
std::array<double, kKinds> parts_of(double budget, const Peaks& peaks, std::int64_t today) {
  std::array<double, kKinds> parts{};
  std::array<std::pair<double, std::size_t>, kKinds> needs;
  for (std::size_t k = 0; k < kKinds; ++k) {
    const auto most = peaks.alarms_per_day(static_cast<Kind>(k), today, kThresholdMin);
    needs[k] = {most.value_or(budget), k};
  }
  std::ranges::sort(needs);
  for (std::size_t i = 0; i < kKinds; ++i) {
    const auto& [need, kind] = needs[i];
    parts[kind] = std::min(need, budget / static_cast<double>(kKinds - i));
    budget -= parts[kind];
  }
  return parts;
}

}  // namespace

double orders_of(const Lore& lore, float forest_score, float tails_sum) {
  const double tails = lore.tails.orders(tails_sum);
  if (!lore.model->may_be_rare(forest_score)) return tails;
  const double forest = -std::log10(std::max(lore.model->rarity(forest_score), 1e-12));
  return std::max(forest - 1, tails);
}

float score_of(double orders) {
  // s / (s + c) with c such that four orders are 0.7.
  constexpr double kHalf = 4 * 0.3 / 0.7;
  const double some = std::clamp(orders, 0.0, 1000.0);
  return static_cast<float>(some / (some + kHalf));
}

bool wants_sample(const Lore& lore, std::int64_t hour, const LearningOptions& options) {
  return lore.model == nullptr || hour - lore.trained_hour >= options.retrain_hours;
}

Learned learn(const Learned& before, std::vector<Lesson> lessons, const Labels& labels,
              std::int64_t hour, const LearningOptions& options) {
  Learned learned = before;
  Peaks peaks;
  for (const Lesson& lesson : lessons) peaks += lesson.peaks;
  const auto alarms_per_day = parts_of(options.alarms_per_day, peaks, hour / 24);
  for (std::size_t k = 0; k < kKinds; ++k) {
    Lore& lore = learned.kinds[k];
    if (wants_sample(lore, hour, options)) {
      auto sample = joined(lessons, k, options.baseline_max);
      if (lore.progress < 1) lore.progress = std::max(lore.progress, progress_of(sample, options));
      if (sample.size() == options.baseline_max) lore.sample_limit = std::ranges::max(sample).first;
      learn_model(lore, static_cast<Kind>(k), std::move(sample), hour, options);
    }
    lore.head.learn(labels[k]);
    lore.threshold = options.threshold;
    if (options.alarms_per_day > 0) {
      lore.threshold = peaks.threshold(static_cast<Kind>(k), hour / 24, alarms_per_day[k],
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
