#include "prompt/train.h"

#include "base/assert.h"
#include "base/random.h"
#include "prompt/blocks.h"
#include "prompt/calibrate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <thread>
#include <unordered_map>

namespace vedette::prompt {
namespace {

constexpr std::string_view kMadeUp = "made-up";
constexpr std::size_t kFolds = 6;

struct Feature {
  std::uint32_t bucket;
  float gain;
};

/// The features of a text, and where its blocks end among them.
class Extract {
 public:
  void read(std::string_view text) {
    features_.clear();
    ends_.clear();
    cutter_ = {};
    FeatureWalk(*this).walk(text);
    if (ends_.empty() || ends_.back() < features_.size()) ends_.push_back(features_.size());
  }

  void feature(FeatureKind kind, std::uint32_t hash) {
    features_.push_back({bucket_of(hash), static_cast<float>(gain_of(kind))});
  }
  void piece(std::size_t end) {
    if (cutter_.piece(end)) ends_.push_back(features_.size());
  }

  std::span<const Feature> whole() const { return features_; }
  std::size_t windows() const {
    return ends_.size() <= kWindowBlocks ? 1 : ends_.size() - kWindowBlocks + 1;
  }
  std::span<const Feature> window(std::size_t i) const {
    return between(i, std::min(i + kWindowBlocks, ends_.size()));
  }
  std::size_t blocks() const { return ends_.size(); }
  std::span<const Feature> block(std::size_t i) const { return between(i, i + 1); }

 private:
  std::span<const Feature> between(std::size_t first, std::size_t last) const {
    const std::size_t begin = first == 0 ? 0 : ends_[first - 1];
    return whole().subspan(begin, ends_[last - 1] - begin);
  }

  std::vector<Feature> features_;
  std::vector<std::size_t> ends_;
  BlockCutter cutter_;
};

class Learner {
 public:
  explicit Learner(const TrainOptions& options) : options_(options), slots_(kBuckets) {}

  double sum(std::span<const Feature> features) const {
    double sum = 0;
    for (const Feature& f : features) sum += double{slots_[f.bucket].weight} * double{f.gain};
    return sum;
  }
  double logit(std::span<const Feature> features) const {
    return bias_ + evidence(sum(features), features.size());
  }

  void learn(std::span<const Feature> features, bool attack, double importance) {
    const double share = 1 / (1 + std::exp(-logit(features)));
    const double error = (share - (attack ? 1 : 0)) * importance;
    if (std::abs(error) < 1e-4) return;
    const auto step = static_cast<float>(evidence(error, features.size()));
    const auto rate = static_cast<float>(rate_);
    const auto decay = static_cast<float>(options_.decay);
    for (const Feature& f : features) {
      Slot& slot = slots_[f.bucket];
      const float slope = step * f.gain + decay * slot.weight;
      slot.squares += slope * slope;
      slot.weight -= rate * slope / std::sqrt(slot.squares);
    }
    bias_ -= rate_ * 0.05 * error;
  }

  std::size_t hottest_window(const Extract& text) {
    block_sums_.clear();
    for (std::size_t i = 0; i < text.blocks(); ++i) block_sums_.push_back(sum(text.block(i)));
    std::size_t hottest = 0;
    double heat = -1e300;
    for (std::size_t i = 0; i < text.windows(); ++i) {
      double sum = 0;
      for (std::size_t j = i; j < std::min(i + kWindowBlocks, block_sums_.size()); ++j) {
        sum += block_sums_[j];
      }
      const double now = evidence(sum, text.window(i).size());
      if (now > heat) hottest = i, heat = now;
    }
    return hottest;
  }

  void begin_epoch(int epoch) { rate_ = options_.rate / std::sqrt(1.0 + epoch); }

  ModelParameters parameters() const {
    ModelParameters made;
    float largest = 1e-6f;
    for (const Slot& slot : slots_) largest = std::max(largest, std::abs(slot.weight));
    made.scale = double{largest} / 127;
    made.bias = bias_;
    made.whole_share = options_.whole_share;
    made.weights.reserve(kBuckets);
    for (const Slot& slot : slots_) {
      made.weights.push_back(static_cast<std::int8_t>(std::lround(slot.weight / largest * 127)));
    }
    return made;
  }

 private:
  static constexpr std::size_t kBuckets = std::size_t{1} << kBucketBits;
  struct Slot {
    float weight = 0;
    float squares = 0.01f;  // of slopes; from 0 on the first step would be a full one
  };

  const TrainOptions& options_;
  std::vector<Slot> slots_;
  std::vector<double> block_sums_;
  double bias_ = -1, rate_ = 0;
};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// Words that look malicious on their own. They are no attack: honest texts that hold them are
/// what a model must see, or it answers to words instead of to what is said ("MOF", ACL 2025).
std::vector<std::string> triggers(const Learner& learner, std::span<const Sample> samples) {
  std::map<std::string_view, std::size_t> counts;
  for (const Sample& sample : samples) {
    if (!sample.attack) continue;
    for (const auto word : words_of(std::string_view(sample.text).substr(0, 2000))) {
      if (word.size() > 2 && word.size() < 24) ++counts[word];
    }
  }
  std::vector<std::pair<double, std::string_view>> hot;
  Extract extract;
  for (const auto& [word, count] : counts) {
    if (count < 8) continue;
    extract.read(word);
    hot.emplace_back(-learner.logit(extract.whole()), word);
  }
  std::sort(hot.begin(), hot.end());
  hot.resize(std::min<std::size_t>(hot.size(), 600));
  std::vector<std::string> words;
  for (const auto& [heat, word] : hot) words.emplace_back(word);
  return words;
}

class Training {
 public:
  Training(std::span<const Sample> samples, const TrainOptions& options)
      : samples_(samples), options_(options), random_(options.seed), learner_(options) {
    weigh();
  }

  const Learner& run() {
    std::vector<std::uint32_t> order(samples_.size());
    std::iota(order.begin(), order.end(), 0u);
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      learner_.begin_epoch(epoch);
      if (epoch >= 1) triggers_ = triggers(learner_, samples_);
      for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random_.below(static_cast<std::uint32_t>(i))]);
      }
      for (const std::uint32_t i : order) visit(samples_[i], importance_[i], epoch);
    }
    return learner_;
  }

  std::span<const double> importance() const { return importance_; }

 private:
  /// Attacks and honest texts weigh the same in all, and each source n^source_power, made-up ones
  /// less.
  void weigh() {
    std::map<std::pair<std::string_view, bool>, double> counts;
    for (const Sample& s : samples_) ++counts[{s.source, s.attack}];
    std::vector<double> shares;
    std::array<double, 2> totals{};
    for (const Sample& s : samples_) {
      shares.push_back(std::pow(counts[{s.source, s.attack}], options_.source_power - 1) *
                       (s.kind == kMadeUp ? options_.made_share : 1));
      totals[s.attack] += shares.back();
    }
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Sample& s = samples_[i];
      importance_.push_back(shares[i] / totals[s.attack] * static_cast<double>(samples_.size()) /
                            2 * (s.attack ? 1 : options_.alarm_price));
      if (!s.attack) honest_.push_back(&s);
    }
  }

  void visit(const Sample& sample, double importance, int epoch) {
    extract_.read(sample.text);
    learn(sample.attack, importance, epoch);
    if (sample.attack && sample.text.size() < 600 && random_.chance(options_.envelopes)) {
      extract_.read(enveloped(sample.text));
      if (epoch >= 1) {
        learner_.learn(extract_.window(learner_.hottest_window(extract_)), true, importance);
      }
    }
    if (!sample.attack && !triggers_.empty() && random_.chance(options_.triggers)) {
      extract_.read(with_triggers(sample.text));
      learner_.learn(extract_.window(learner_.hottest_window(extract_)), false, importance);
    }
  }

  void learn(bool attack, double importance, int epoch) {
    if (extract_.windows() == 1) return learner_.learn(extract_.whole(), attack, importance);
    learner_.learn(extract_.whole(), attack, importance / 2);
    std::size_t window = learner_.hottest_window(extract_);
    // Before anything is known, the hottest window is just any.
    if (epoch == 0 && attack) return;
    learner_.learn(extract_.window(window), attack, importance);
    if (attack) return;
    window = random_.below(static_cast<std::uint32_t>(extract_.windows()));
    learner_.learn(extract_.window(window), attack, importance / 2);
  }

  std::string enveloped(const std::string& attack) {
    const Sample& other = *honest_[random_.below(static_cast<std::uint32_t>(honest_.size()))];
    const auto words = words_of(std::string_view(other.text).substr(0, 3000));
    const std::size_t at = random_.below(static_cast<std::uint32_t>(words.size() + 1));
    std::string text;
    for (std::size_t i = 0; i <= words.size(); ++i) {
      if (i == at) text.append(attack).append(" ");
      if (i < words.size()) text.append(words[i]).append(" ");
    }
    return text;
  }

  std::string with_triggers(const std::string& honest) {
    const auto words = words_of(std::string_view(honest).substr(0, 2000));
    std::string text;
    const double chance = 3.0 / static_cast<double>(words.size() + 1);
    for (const auto word : words) {
      if (random_.chance(std::min(chance, 0.25))) {
        text += triggers_[random_.below(static_cast<std::uint32_t>(triggers_.size()))] + " ";
      }
      text.append(word).append(" ");
    }
    return text;
  }

  std::span<const Sample> samples_;
  const TrainOptions& options_;
  Random random_;
  Learner learner_;
  Extract extract_;
  std::vector<double> importance_;
  std::vector<const Sample*> honest_;
  std::vector<std::string> triggers_;
};

/// Groups of sources, each of which is left out of a training in turn.
std::vector<std::set<std::string_view>> folds_of(std::span<const Sample> samples,
                                                 std::size_t folds) {
  std::set<std::string_view> sources;
  for (const Sample& s : samples) {
    if (s.kind != kMadeUp) sources.insert(s.source);
  }
  std::vector<std::set<std::string_view>> groups(std::min(folds, sources.size()));
  std::size_t next = 0;
  for (const auto source : sources) groups[next++ % groups.size()].insert(source);
  return groups;
}

bool holds_both(std::span<const Sample> samples) {
  const auto attacks =
      std::count_if(samples.begin(), samples.end(), [](auto& s) { return s.attack; });
  return attacks > 0 && static_cast<std::size_t>(attacks) < samples.size();
}

}  // namespace

std::vector<Judged> judge_unseen(std::span<const Sample> samples, const TrainOptions& options,
                                 std::size_t folds) {
  const auto groups = folds_of(samples, folds);
  std::vector<std::vector<Judged>> judged(groups.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < groups.size(); i = next++) {
      std::vector<Sample> others;
      for (const Sample& s : samples) {
        if (groups[i].count(s.source) == 0) others.push_back(s);
      }
      if (!holds_both(others)) continue;
      const Model model(Training(others, options).run().parameters());
      for (const Sample& s : samples) {
        if (groups[i].count(s.source) > 0) judged[i].push_back(judge(model, s));
      }
    }
  };
  std::vector<std::thread> threads(std::clamp(std::thread::hardware_concurrency(), 1u, 8u));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
  std::vector<Judged> all;
  for (const auto& some : judged) all.insert(all.end(), some.begin(), some.end());
  return all;
}

Model train(std::span<const Sample> samples, const TrainOptions& options) {
  const std::vector<Judged> unseen = judge_unseen(samples, options, kFolds);
  ModelParameters parameters = Training(samples, options).run().parameters();
  const bool attacks =
      std::any_of(unseen.begin(), unseen.end(), [](auto& j) { return j.sample->attack; });
  const bool honest =
      std::any_of(unseen.begin(), unseen.end(), [](auto& j) { return !j.sample->attack; });
  // A single source of a kind cannot be left out: then the texts learned from must do, which
  // flatter.
  calibrate(parameters, attacks && honest ? unseen : judge(Model(parameters), samples));
  return Model(std::move(parameters));
}

}  // namespace vedette::prompt
