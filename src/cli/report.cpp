#include "cli/report.h"

#include "base/json_writer.h"
#include "cli/render.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::cli {
namespace {

LedgerLine total_of(const Ledger& ledger) {
  LedgerLine total;
  for (const auto& [source, line] : ledger) total += line;
  return total;
}

void write_ledger_line(JsonWriter& json, const LedgerLine& line) {
  json.begin_object();
  json.field("received", line.received).field("processed", line.processed);
  json.key("filtered").begin_object();
  json.field("empty", line.discarded[static_cast<std::size_t>(Discard::FilteredEmpty)]);
  json.field("hole", line.discarded[static_cast<std::size_t>(Discard::FilteredHole)]);
  json.end_object();
  json.key("dropped").begin_object().end_object();
  json.field("in_flight", std::uint64_t{0});
  json.field("undecoded", line.undecoded).field("truncated", line.truncated);
  json.end_object();
}

void write_summary(JsonWriter& json, const ScanSummary& summary) {
  const LedgerLine total = total_of(summary.ledger);
  json.begin_object();
  json.field("events", total.processed + total.repeats);
  json.field("lines", total.received);
  json.field("bytes", total.bytes);
  json.field("undecoded", total.undecoded);
  json.key("seconds").real(summary.seconds, 3);
  json.key("ledger").begin_object();
  json.key("total");
  write_ledger_line(json, total);
  json.key("sources").begin_object();
  for (const auto& [source, line] : summary.ledger) {
    json.key(source);
    write_ledger_line(json, line);
  }
  json.end_object().end_object();
  json.key("evicted").begin_object();
  json.field("entities", summary.entities_evicted).field("groups", summary.groups_evicted);
  json.end_object();
  json.key("learning").begin_object();
  for (const LearningSummary& kind : summary.learning) {
    json.key(kind.kind).begin_object().key("progress").real(kind.progress, 3);
    json.key("threshold").real(kind.threshold, 3).key("learned").boolean(kind.learned);
    json.end_object();
  }
  json.end_object().key("problems").begin_array();
  for (const auto& report : summary.reports) {
    for (const Error& problem : report.problems) {
      json.begin_object();
      json.field("code", describe(problem.code).id).field("detail", problem.detail);
      json.end_object();
    }
  }
  json.end_array().end_object();
}

void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<void> print_json(const Ranking& ranking, const ScanSummary& summary) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("summary");
  write_summary(json, summary);
  out += ",\"threats\":[";
  put(out);
  VD_CHECK(ranking.visit(0, [&](const Threat& threat, std::size_t rank) {
    std::string text = rank > 1 ? ",\n" : "\n";
    append_json(text, threat, summary.as_of);
    put(text);
  }));
  put("]}\n");
  return {};
}

std::string how_to_see_more(std::size_t shown, std::size_t all) {
  if (shown >= all) return {};
  return fmt::format(
      "\n… and {} more: --limit 0 shows all, --format json gives them to a program.\n",
      grouped(all - shown));
}

/// What anomalies could be looked for, and what not yet. Nothing if nobody asked.
std::string learning_text(const std::vector<LearningSummary>& learning) {
  std::string learned, still;
  for (const LearningSummary& kind : learning) {
    if (kind.learned) {
      learned += fmt::format("{}{}", learned.empty() ? "" : ", ", kind.kind);
    } else if (kind.progress > 0) {
      still += fmt::format("{}{} ({:.0f} % of baseline)", still.empty() ? "" : ", ", kind.kind,
                           100 * kind.progress);
    }
  }
  std::string out;
  if (!learned.empty()) out += "Behaviour is known of: " + learned + ". ";
  if (!still.empty()) out += "Still learning: " + still + ". ";
  if (!out.empty()) out.back() = '\n';
  return out;
}

std::string headline(const Ranking& ranking, const ScanSummary& summary, const Terminal& terminal) {
  const LedgerLine total = total_of(summary.ledger);
  std::string out = fmt::format("Read {} lines ({}) in {:.2f} s", grouped(total.received),
                                bytes_text(total.bytes), summary.seconds);
  if (summary.seconds > 0) {
    const double rate = static_cast<double>(total.received) / summary.seconds;
    out += fmt::format(", {} lines/s", grouped(static_cast<std::uint64_t>(rate)));
  }
  out += fmt::format(". {} not understood, none lost.\n", grouped(total.undecoded));
  out += learning_text(summary.learning);
  if (ranking.size() == 0) return out + styled("No threats.", Style::Green, terminal.colour) + "\n";
  return out + fmt::format("{} threat{}: {}\n\n", grouped(ranking.size()),
                           ranking.size() == 1 ? "" : "s",
                           render_levels(ranking.by_level(), terminal));
}

Result<void> print_text(const Ranking& ranking, const ScanSummary& summary, std::size_t limit) {
  const Terminal terminal = terminal_of(stdout);
  put(headline(ranking, summary, terminal));
  VD_CHECK(ranking.visit(limit, [&](const Threat& threat, std::size_t rank) {
    put((rank > 1 ? "\n" : "") + render_threat(threat, rank, terminal, summary.as_of));
  }));
  put(how_to_see_more(limit == 0 ? ranking.size() : std::min(limit, ranking.size()),
                      ranking.size()));
  if (summary.entities_evicted + summary.groups_evicted > 0) {
    put(fmt::format(
        "\nMore sources than are remembered at a time: {} entities and {} counting windows "
        "of the least seen were forgotten.\n",
        grouped(summary.entities_evicted), grouped(summary.groups_evicted)));
  }
  return {};
}

}  // namespace

Result<Ranking> Ranking::make(store::Store& store, Level severity_min) {
  Ranking ranking;
  ranking.store_ = &store;
  VD_CHECK(store.for_each_rank(severity_min, [&](const RankKey& key) {
    ranking.order_.push_back(key);
    ++ranking.by_level_[static_cast<std::size_t>(key.severity)];
  }));
  std::sort(ranking.order_.begin(), ranking.order_.end(),
            [](const RankKey& a, const RankKey& b) { return comes_before(Sort::Rank, a, b); });
  return ranking;
}

Result<void> Ranking::visit(std::size_t limit,
                            const std::function<void(const Threat&, std::size_t)>& visit) const {
  const std::size_t count = limit == 0 ? order_.size() : std::min(limit, order_.size());
  for (std::size_t i = 0; i < count; ++i) {
    VD_TRY(auto threat, store_->threat_of(order_[i].entity_hash));
    if (threat) visit(*threat, i + 1);
  }
  return {};
}

Result<void> print_report(Format format, const Ranking& ranking, const ScanSummary& summary,
                          std::size_t limit) {
  switch (format) {
    case Format::Json:
      return print_json(ranking, summary);
    case Format::Ndjson:
      return ranking.visit(0, [&](const Threat& threat, std::size_t) {
        std::string text;
        append_json(text, threat, summary.as_of);
        put(text + '\n');
      });
    case Format::Text:
      break;
  }
  return print_text(ranking, summary, limit);
}

}  // namespace vedette::cli
