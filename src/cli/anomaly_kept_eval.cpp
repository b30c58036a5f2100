// vedette anomaly eval on the database of a daemon: how well scores tell what people resolved as
// hostile from what they closed as false positives.
#include "anomaly/evaluate.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_kept.h"
#include "cli/anomaly_report.h"
#include "cli/terminal.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace vedette::cli {
namespace {

/// Measured with fewer of either label, a number is little more than chance.
constexpr std::size_t kFew = 10;

/// How many vectors are kept, by what became of their threats.
struct Tally {
  std::size_t hostile = 0, harmless = 0, open = 0, duplicate = 0, unscored = 0;
};

/// Some vectors whose threats were closed, with what they scored then or score now.
struct Scored {
  std::vector<float> scores;
  std::vector<bool> labels, alarms;  // by resolution; at or above the threshold

  std::size_t hostile() const {
    return static_cast<std::size_t>(std::count(labels.begin(), labels.end(), true));
  }
  std::size_t harmless() const { return labels.size() - hostile(); }
  bool measurable() const { return hostile() > 0 && harmless() > 0; }
};

struct Group {
  std::string_view name;     // a kind, or "all"
  float threshold = 0;       // 0: each kind has its own
  std::array<Scored, 2> of;  // then, now: the same vectors
};
constexpr std::array<std::string_view, 2> kWhen{"then", "now"};

struct AtThreshold {
  double precision = 1, recall = 0;  // precision is 1 where nothing is an alarm
};

AtThreshold at_threshold(const Scored& scored) {
  std::size_t alarms = 0, right = 0;
  for (std::size_t i = 0; i < scored.labels.size(); ++i) {
    alarms += scored.alarms[i] ? 1 : 0;
    right += scored.alarms[i] && scored.labels[i] ? 1 : 0;
  }
  const auto hits = static_cast<double>(right);
  return {.precision = alarms == 0 ? 1 : hits / static_cast<double>(alarms),
          .recall = hits / static_cast<double>(scored.hostile())};
}

/// Leaves those with a label and a score.
Tally keep_labelled(std::vector<Kept>& all) {
  Tally tally;
  for (const Kept& one : all) {
    const bool closed = one.status == Status::Resolved || one.status == Status::FalsePositive;
    if (closed && !one.orders) {
      ++tally.unscored;
    } else if (closed) {
      ++(one.status == Status::Resolved ? tally.hostile : tally.harmless);
    } else {
      ++(one.status == Status::Duplicate ? tally.duplicate : tally.open);
    }
  }
  std::erase_if(all, [](const Kept& one) {
    return !one.orders || (one.status != Status::Resolved && one.status != Status::FalsePositive);
  });
  return tally;
}

void add(Group& group, const Kept& one, float threshold) {
  const std::array<float, 2> scores{static_cast<float>(one.then->score), *one.now()};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    group.of[i].scores.push_back(scores[i]);
    group.of[i].labels.push_back(one.status == Status::Resolved);
    group.of[i].alarms.push_back(scores[i] >= threshold);
  }
}

/// Of each kind of which there are any, and of all together where they are several.
std::vector<Group> groups_of(const KeptVectors& kept) {
  std::vector<Group> groups;
  Group all{.name = "all", .threshold = 0, .of = {}};
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const auto kind = static_cast<anomaly::Kind>(k);
    const float threshold = kept.judges[k].lore.threshold;
    Group group{.name = to_string(kind), .threshold = threshold, .of = {}};
    for (const Kept& one : kept.all) {
      if (one.kind != kind) continue;
      add(group, one, threshold);
      add(all, one, threshold);
    }
    if (!group.of[0].labels.empty()) groups.push_back(std::move(group));
  }
  if (groups.size() > 1) groups.push_back(std::move(all));
  return groups;
}

void print_group(const Group& group) {
  for (std::size_t i = 0; i < kWhen.size(); ++i) {
    const Scored& scored = group.of[i];
    fmt::print("{:<8} {:<5}{:>7}{:>7}", group.name, kWhen[i], scored.hostile(), scored.harmless());
    if (!scored.measurable()) {
      fmt::print("  too few: it takes one of each at least\n");
      continue;
    }
    const anomaly::Quality quality = anomaly::measure(scored.scores, scored.labels);
    const AtThreshold at = at_threshold(scored);
    const std::string threshold =
        group.threshold > 0 ? fmt::format("{:.3f}", group.threshold) : "of each";
    fmt::print("{:>9.4f}{:>11.4f}{:>11}{:>11.4f}{:>8.4f}\n", quality.auroc,
               quality.average_precision, threshold, at.precision, at.recall);
  }
}

void print_text(const KeptVectors& kept, const Tally& tally, const std::vector<Group>& groups) {
  fmt::print("{} vectors of resolved threats (true), {} of false positives (false)\n",
             grouped(tally.hostile), grouped(tally.harmless));
  fmt::print(
      "left out: {} of open threats, {} of duplicates, {} of kinds without a model, "
      "{} of another version of the features\n",
      grouped(tally.open), grouped(tally.duplicate), grouped(tally.unscored),
      grouped(kept.other_features));
  if (kept.clipped) fmt::print("of more than {} those that were seen last\n", grouped(kKeptMax));
  if (groups.empty()) {
    fmt::print(
        "Too few: close threats with `vedette threats resolve` and `false-positive` first.\n");
    return;
  }
  fmt::print("\n{:<14}{:>7}{:>7}{:>9}{:>11}{:>11}{:>11}{:>8}\n", "", "", "", "", "average", "",
             "at it:", "");
  fmt::print("{:<9}{:<5}{:>7}{:>7}{:>9}{:>11}{:>11}{:>11}{:>8}\n", "kind", "score", "true", "false",
             "AUROC", "precision", "threshold", "precision", "recall");
  for (const Group& group : groups) print_group(group);
  if (std::min(tally.hostile, tally.harmless) < kFew) {
    fmt::print("\nFewer than {} of either: these numbers may be chance.\n", kFew);
  }
}

void write_group(JsonWriter& json, const Group& group) {
  json.begin_object().field("kind", group.name);
  json.field("true", group.of[0].hostile()).field("false", group.of[0].harmless());
  json.key("threshold");
  group.threshold > 0 ? json.real(double{group.threshold}) : json.null();
  for (std::size_t i = 0; i < kWhen.size(); ++i) {
    const Scored& scored = group.of[i];
    json.key(kWhen[i]);
    if (!scored.measurable()) {
      json.null();
      continue;
    }
    json.begin_object();
    write_quality(json, anomaly::measure(scored.scores, scored.labels));
    const AtThreshold at = at_threshold(scored);
    json.key("precision").real(at.precision).key("recall").real(at.recall).end_object();
  }
  json.end_object();
}

void print_json(const KeptVectors& kept, const Tally& tally, const std::vector<Group>& groups) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("true", tally.hostile).field("false", tally.harmless);
  json.field("open", tally.open).field("duplicate", tally.duplicate);
  json.field("unscored", tally.unscored).field("other_features", kept.other_features);
  json.key("clipped").boolean(kept.clipped).key("enough");
  json.boolean(std::min(tally.hostile, tally.harmless) >= kFew);
  json.key("kinds").begin_array();
  for (const Group& group : groups) write_group(json, group);
  json.end_array().end_object();
  fmt::print("{}\n", text);
}

}  // namespace

Result<void> eval_kept(const InputChoice& input, const ModelChoice& choice,
                       const std::string& format, const std::string& report) {
  const auto kind = anomaly::parse_kind(input.kind);
  if (!report.empty() && !kind) {
    return Error{Errc::UsageError, "a report is of one kind: --kind says which"};
  }
  VD_TRY(KeptVectors kept, kept_vectors(input, choice, ""));
  const Tally tally = keep_labelled(kept.all);
  const auto groups = groups_of(kept);
  format == "json" ? print_json(kept, tally, groups) : print_text(kept, tally, groups);
  if (!kind) return {};
  KeptRows made = rows_of(kept, *kind);
  for (const Kept& one : kept.all) {
    made.rows.table.labels.push_back(one.status == Status::Resolved);
  }
  const Judge& judge = kept.judges[static_cast<std::size_t>(*kind)];
  return write_anomaly_report(report, *judge.lore.model, made.rows, made.scores);
}

}  // namespace vedette::cli
