// vedette anomaly score and explain on the database of a daemon: what its anomalies would score
// now, and why.
#include "anomaly/features.h"
#include "anomaly/profile.h"
#include "anomaly/reasons.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_kept.h"
#include "cli/anomaly_report.h"
#include "cli/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace vedette::cli {
namespace {

/// The most unusual ones first, those without a score of now last.
void sort_by_score(std::vector<Kept>& all) {
  std::ranges::stable_sort(all, [](const Kept& a, const Kept& b) {
    return a.orders.value_or(-1) > b.orders.value_or(-1);
  });
}

/// What there is to say beside the rows.
void print_left_out(const KeptVectors& kept) {
  if (kept.all.empty()) std::fputs("No anomaly is kept with a threat.\n", stderr);
  if (kept.other_features > 0) {
    fmt::print(stderr, "{} of another version of the features are left out.\n",
               grouped(kept.other_features));
  }
  if (kept.clipped)
    fmt::print(stderr, "Of more than {} these were seen last.\n", grouped(kKeptMax));
}

void write_head(JsonWriter& json, const Kept& one) {
  json.field("threat", one.threat).field("entity", one.entity);
  json.field("kind", to_string(one.kind)).field("time", one.time);
  json.field("status", to_string(one.status));
}

void write_left_out(JsonWriter& json, const KeptVectors& kept) {
  json.field("other_features", kept.other_features).key("clipped").boolean(kept.clipped);
}

void print_csv(const KeptVectors& kept) {
  std::string out = "threat,entity,kind,time,status,then,now\n";
  for (const Kept& one : kept.all) {
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{:.4f},", one.threat,
                   csv_cell(one.entity), to_string(one.kind), format_rfc3339(one.time),
                   to_string(one.status), one.then->score);
    if (const auto now = one.now()) fmt::format_to(std::back_inserter(out), "{:.4f}", *now);
    out += '\n';
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
}

void print_json(const KeptVectors& kept) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("vectors").begin_array();
  for (const Kept& one : kept.all) {
    write_head(json.begin_object(), one);
    json.key("then").real(one.then->score).key("now");
    const auto now = one.now();
    now ? json.real(double{*now}) : json.null();
    json.end_object();
  }
  json.end_array();
  write_left_out(json, kept);
  json.end_object();
  fmt::print("{}\n", text);
}

/// By what is known now of its peers; what the entity itself was like is not kept.
std::vector<AnomalyReason> reasons_now(const KeptVectors& kept, const Kept& one) {
  const Judge& judge = kept.judges[static_cast<std::size_t>(one.kind)];
  if (judge.lore.model == nullptr) return {};
  anomaly::Lore lore = judge.lore;
  if (judge.alone) lore.tails = {};
  anomaly::Vector vector;
  std::ranges::copy(one.then->vector, vector.begin());
  std::string_view technique;
  return anomaly::reasons_for(lore, one.kind, vector, anomaly::OwnUsual{}, technique);
}

void print_reasons(const char* when, double score, const std::vector<AnomalyReason>& reasons) {
  fmt::print("  {} {:.2f}\n", when, score);
  for (const AnomalyReason& reason : reasons) {
    fmt::print("    {:>3.0f} %  {}\n", 100 * reason.share, escape_for_terminal(reason.sentence));
  }
}

void print_explained(const KeptVectors& kept, const Kept& one) {
  fmt::print("{} {}  {}  {}  {}\n", one.threat, escape_for_terminal(one.entity),
             to_string(one.kind), time_text(one.time), to_string(one.status));
  print_reasons("then", one.then->score, one.then->reasons);
  if (const auto now = one.now()) print_reasons("now ", double{*now}, reasons_now(kept, one));
}

void write_reasons(JsonWriter& json, double score, const std::vector<AnomalyReason>& reasons) {
  json.begin_object().key("score").real(score).key("reasons").begin_array();
  for (const AnomalyReason& reason : reasons) {
    json.begin_object().field("feature", reason.feature).key("value").real(reason.value);
    json.key("usual").real(reason.usual).key("peers").real(reason.peers);
    json.key("share").real(reason.share).field("sentence", reason.sentence).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

Result<void> score_kept(const InputChoice& input, const ModelChoice& choice,
                        const std::string& format, const std::string& report) {
  const auto kind = anomaly::parse_kind(input.kind);
  if (!report.empty() && !kind) {
    return Error{Errc::UsageError, "a report is of one kind: --kind says which"};
  }
  VD_TRY(KeptVectors kept, kept_vectors(input, choice, ""));
  sort_by_score(kept.all);
  format == "json" ? print_json(kept) : print_csv(kept);
  print_left_out(kept);
  if (!kind) return {};
  const KeptRows made = rows_of(kept, *kind);
  const Judge& judge = kept.judges[static_cast<std::size_t>(*kind)];
  return write_anomaly_report(report, *judge.lore.model, made.rows, made.scores);
}

Result<void> explain_kept(const InputChoice& input, const ModelChoice& choice,
                          const std::string& format, const std::string& threat, std::size_t most) {
  VD_TRY(KeptVectors kept, kept_vectors(input, choice, threat));
  if (threat.empty()) {
    sort_by_score(kept.all);
    kept.all.resize(std::min(kept.all.size(), most));
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("vectors").begin_array();
  for (const Kept& one : kept.all) {
    if (format != "json") {
      print_explained(kept, one);
      continue;
    }
    write_head(json.begin_object(), one);
    json.key("then");
    write_reasons(json, one.then->score, one.then->reasons);
    json.key("now");
    const auto now = one.now();
    now ? write_reasons(json, double{*now}, reasons_now(kept, one)) : void(json.null());
    json.end_object();
  }
  json.end_array();
  write_left_out(json, kept);
  json.end_object();
  if (format == "json") fmt::print("{}\n", text);
  print_left_out(kept);
  return {};
}

}  // namespace vedette::cli
