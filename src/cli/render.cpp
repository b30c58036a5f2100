#include "cli/render.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::cli {
namespace {

constexpr std::size_t kEvidenceShown = 3;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  }
  return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::string label(std::string_view name, const Terminal& terminal) {
  return "    " + styled(fit(name, 7), Style::Dim, terminal.colour);
}

std::string counts_text(const Threat& threat) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (threat.counts[i] == 0) continue;
    parts.push_back(
        fmt::format("{} {}", grouped(threat.counts[i]), words(static_cast<Counter>(i))));
  }
  return join(parts, ", ");
}

std::string span_text(const Threat& threat) {
  if (threat.first_seen == threat.last_seen) return time_text(threat.first_seen) + " UTC";
  return fmt::format("{} to {} UTC ({})", time_text(threat.first_seen), time_text(threat.last_seen),
                     format_duration(threat.last_seen - threat.first_seen));
}

std::string heading(const Threat& threat, std::size_t rank, const Terminal& terminal, Time as_of) {
  const std::string number = rank == 0 ? "" : fmt::format("{:>3} ", rank);
  return fmt::format(
      "{}{} {:>5.1f}  {}  {}\n", number,
      styled(fit(upper(to_string(threat.severity)), 8), style_of(threat.severity), terminal.colour),
      score_at(threat.heat, as_of),
      styled(escape_for_terminal(threat.entity_value), Style::Bold, terminal.colour),
      styled(join(techniques_of(threat), " "), Style::Cyan, terminal.colour));
}

std::string evidence_line(const Evidence& evidence, const Terminal& terminal) {
  const std::string& source = *evidence.source;
  const auto slash = source.rfind('/');
  const std::string place = fmt::format(
      "{}@{}", escape_for_terminal(slash == std::string::npos ? source : source.substr(slash + 1)),
      evidence.offset);
  const std::size_t room =
      terminal.width > place.size() + 20 ? terminal.width - place.size() - 13 : 40;
  std::string line = escape_for_terminal(evidence.line);
  if (terminal.is_terminal && line.size() > room) line = fit(line, room);
  return fmt::format("{} {}", styled(place, Style::Dim, terminal.colour), line);
}

/// The lines that show most at a glance: one of each of the worst findings, then more of the worst.
std::vector<const Evidence*> best_evidence(const Threat& threat) {
  std::vector<const Evidence*> chosen;
  const auto take = [&](const Evidence& evidence) {
    const bool known = std::any_of(chosen.begin(), chosen.end(), [&](const Evidence* other) {
      return other->offset == evidence.offset && *other->source == *evidence.source;
    });
    if (!known && chosen.size() < kEvidenceShown) chosen.push_back(&evidence);
  };
  for (const Finding& finding : threat.findings) {
    if (!finding.evidence.empty()) take(*finding.evidence.back());
  }
  for (const Finding& finding : threat.findings) {
    for (const auto& evidence : finding.evidence) take(*evidence);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Evidence* a, const Evidence* b) { return a->time < b->time; });
  return chosen;
}

std::string findings_text(const Threat& threat) {
  std::vector<std::string> parts;
  for (const Finding& finding : threat.findings) {
    parts.push_back(fmt::format("{} ({})", finding.rule->title, grouped(finding.count)));
  }
  return join(parts, ", ");
}

/// What was most unusual, or null.
const Anomaly* worst_anomaly(const Threat& threat) {
  const Anomaly* worst = nullptr;
  for (const Finding& finding : threat.findings) {
    for (const auto& line : finding.evidence) {
      const Anomaly* anomaly = line->anomaly.get();
      if (anomaly != nullptr && (worst == nullptr || anomaly->score > worst->score)) {
        worst = anomaly;
      }
    }
  }
  return worst;
}

std::string reasons_text(const Anomaly& anomaly) {
  std::vector<std::string> sentences;
  for (const AnomalyReason& reason : anomaly.reasons) {
    sentences.push_back(escape_for_terminal(reason.sentence));
  }
  return join(sentences, "; ");
}

/// What people made of it.
std::string queue_text(const Workflow& workflow) {
  std::string out(to_string(workflow.status));
  if (workflow.merged_into != 0) out += " of " + threat_id(workflow.merged_into);
  if (!workflow.reason.empty()) out += " (" + escape_for_terminal(workflow.reason) + ")";
  if (!workflow.assignee.empty()) out += ", " + escape_for_terminal(workflow.assignee) + " has it";
  if (!workflow.tags.empty()) out += ", tags: " + escape_for_terminal(join(workflow.tags, " "));
  if (workflow.snoozed_until != Time{}) {
    out += ", snoozed until " + time_text(workflow.snoozed_until);
  }
  return out + fmt::format(", version {}", workflow.version);
}

}  // namespace

std::string render_threat(const Threat& threat, std::size_t rank, const Terminal& terminal,
                          Time as_of) {
  std::string out = heading(threat, rank, terminal, as_of);
  out += label("what", terminal) + findings_text(threat) + '\n';
  if (const std::string counts = counts_text(threat); !counts.empty()) {
    out += label("did", terminal) + counts + '\n';
  }
  out += label("when", terminal) + span_text(threat) + '\n';
  if (const Anomaly* worst = worst_anomaly(threat)) {
    out += label("why", terminal) + reasons_text(*worst) + '\n';
  }
  std::string_view name = "lines";
  for (const Evidence* evidence : best_evidence(threat)) {
    out += label(name, terminal) + evidence_line(*evidence, terminal) + '\n';
    name = "";
  }
  if (!threat.findings.empty() && !threat.findings.front().rule->advice.empty()) {
    out += label("do", terminal) + threat.findings.front().rule->advice + '\n';
  }
  return out;
}

std::string render_threat_whole(const Threat& threat, const Terminal& terminal, Time as_of) {
  std::string out = heading(threat, 0, terminal, as_of);
  out +=
      label("id", terminal) + threat.id + "  " + std::string(to_string(threat.entity_type)) + '\n';
  out += label("queue", terminal) + queue_text(threat.workflow) + '\n';
  out += label("did", terminal) + counts_text(threat) + '\n';
  out += label("when", terminal) + span_text(threat) + "\n\n";
  for (const Finding& finding : threat.findings) {
    out += fmt::format("  {} {} ({})  {}\n",
                       styled(fit(upper(to_string(finding.rule->level)), 8),
                              style_of(finding.rule->level), terminal.colour),
                       styled(finding.rule->title, Style::Bold, terminal.colour),
                       grouped(finding.count),
                       styled(join(finding.rule->techniques, " "), Style::Cyan, terminal.colour));
    for (const auto& evidence : finding.evidence) {
      out += "    " + evidence_line(*evidence, terminal) + '\n';
      if (evidence->anomaly == nullptr) continue;
      out += fmt::format("      {:.2f} {}: {}\n", evidence->anomaly->score,
                         escape_for_terminal(evidence->anomaly->kind),
                         reasons_text(*evidence->anomaly));
    }
    if (!finding.rule->advice.empty()) out += label("do", terminal) + finding.rule->advice + '\n';
  }
  out += "\n  " + styled("Timeline", Style::Bold, terminal.colour) + '\n';
  for (const TimelineEntry& entry : threat.timeline) {
    out += fmt::format("    {}  {} {}{}\n", time_text(entry.first),
                       fit(describe(entry.action).text, 28),
                       entry.count > 1 ? fmt::format("x{} ", grouped(entry.count)) : "",
                       escape_for_terminal(entry.detail));
  }
  if (threat.timeline_merged > 0) {
    out += fmt::format("    ({} older entries were merged; their counts are kept)\n",
                       grouped(threat.timeline_merged));
  }
  return out;
}

std::string render_levels(const std::array<std::uint64_t, kLevels>& by_level,
                          const Terminal& terminal) {
  std::vector<std::string> parts;
  for (std::size_t i = kLevels; i-- > 0;) {
    if (by_level[i] == 0) continue;
    const auto level = static_cast<Level>(i);
    parts.push_back(styled(fmt::format("{} {}", grouped(by_level[i]), to_string(level)),
                           style_of(level), terminal.colour));
  }
  return join(parts, ", ");
}

}  // namespace vedette::cli
