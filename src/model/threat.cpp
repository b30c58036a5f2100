#include "model/threat.h"

#include "base/codec.h"
#include "base/json_appender.h"
#include "model/stored_id.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>

namespace vedette {
namespace {

/// The stored form's own version: its first byte.
constexpr std::uint64_t kVersion = 4;
/// 3 was the same, but lines did not say what was unusual.
/// What it was while a score stood in it instead of heat, and neither days nor what was known.
constexpr std::uint64_t kVersionWithScore = 2;

void write_finding(JsonAppender& json, const Finding& finding) {
  json.raw(R"({"rule":{"id":)").string(finding.rule->id);
  json.raw(R"(,"title":)").string(finding.rule->title);
  json.raw(R"(,"level":)").string(to_string(finding.rule->level));
  json.raw(R"(},"count":)").number(finding.count);
  json.raw(R"(,"first_seen":)").time(finding.first_seen);
  json.raw(R"(,"last_seen":)").time(finding.last_seen);
  json.raw(R"(,"evidence":)").array(finding.evidence, [&](const auto& evidence) {
    append_json(json, *evidence);
  });
  json.raw("}");
}

void write_entry(JsonAppender& json, const TimelineEntry& entry) {
  json.raw(R"({"first":)").time(entry.first).raw(R"(,"last":)").time(entry.last);
  json.raw(R"(,"action":)").string(describe(entry.action).text);
  json.raw(R"(,"count":)").number(entry.count);
  json.raw(R"(,"detail":)").string(entry.detail).raw("}");
}

void write_counts(JsonAppender& json, const Counts& counts) {
  json.raw("{");
  bool first = true;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (counts[i] == 0) continue;
    if (!first) json.raw(",");
    first = false;
    json.string(to_string(static_cast<Counter>(i))).raw(":").number(counts[i]);
  }
  json.raw("}");
}

// Times that follow each other are near each other: the second as the distance from the first.
// Unsigned, since the distance of two hostile times may not fit a signed number.
void put_span(Writer& out, Time first, Time last) {
  const auto a = static_cast<std::uint64_t>(first.time_since_epoch().count());
  const auto b = static_cast<std::uint64_t>(last.time_since_epoch().count());
  out.time(first);
  out.i64(static_cast<std::int64_t>(b - a));
}

void take_span(Reader& in, Time& first, Time& last) {
  first = in.time();
  const auto distance = static_cast<std::uint64_t>(in.i64());
  const auto a = static_cast<std::uint64_t>(first.time_since_epoch().count());
  last = Time{Duration{static_cast<std::int64_t>(a + distance)}};
}

using Line = std::shared_ptr<const Evidence>;

bool comes_before(const Line& a, const Line& b) {
  const auto place = [](const Evidence& line) {
    return std::tie(line.time, *line.source, line.offset, line.line);
  };
  const auto kind = [](const Evidence& line) {
    return line.anomaly == nullptr ? std::string_view() : std::string_view(line.anomaly->kind);
  };
  if (place(*a) != place(*b)) return place(*a) < place(*b);
  return kind(*a) < kind(*b);
}

/// Every line of the findings once, in an order that does not depend on addresses.
std::vector<Line> lines_of(const Threat& threat) {
  std::vector<Line> lines;
  for (const Finding& finding : threat.findings) {
    lines.insert(lines.end(), finding.evidence.begin(), finding.evidence.end());
  }
  // Most are the same object many times: let those go before texts are compared.
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::sort(lines.begin(), lines.end(), comes_before);
  const auto same = [](const Line& a, const Line& b) { return !comes_before(a, b); };
  lines.erase(std::unique(lines.begin(), lines.end(), same), lines.end());
  return lines;
}

void put_line(Writer& out, const Evidence& line) {
  out.bytes(line.line);
  out.bytes(*line.source);
  out.u64(line.offset);
  out.time(line.time);
  out.u64(line.anomaly != nullptr ? 1 : 0);
  if (line.anomaly != nullptr) line.anomaly->encode(out);
}

void put_finding(Writer& out, const Finding& finding, const std::vector<Line>& lines) {
  const FindingRule& rule = *finding.rule;
  out.bytes(rule.id);
  out.bytes(rule.title);
  out.bytes(rule.advice);
  out.u64(static_cast<std::uint64_t>(rule.level));
  out.u64(rule.techniques.size());
  for (const std::string& technique : rule.techniques) out.bytes(technique);
  out.u64(finding.count);
  put_span(out, finding.first_seen, finding.last_seen);
  out.u64(finding.evidence.size());
  for (const Line& line : finding.evidence) {
    out.u64(static_cast<std::uint64_t>(
        std::lower_bound(lines.begin(), lines.end(), line, comes_before) - lines.begin()));
  }
}

/// Reads an enumerator, or says no.
template <typename Enum>
bool take_enum(Reader& in, std::size_t values, Enum& out) {
  const std::uint64_t value = in.u64();
  if (!in.ok() || value >= values) return false;
  out = static_cast<Enum>(value);
  return true;
}

/// Reads a count and then, `one` by one, as many things. A forged count ends with the bytes: every
/// thing takes at least one.
template <typename One>
bool take_each(Reader& in, One one) {
  const std::uint64_t count = in.u64();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    if (!one()) return false;
  }
  return in.ok();
}

/// The same into `things`. There is room for a few before they come, for no more than that: they
/// are only promised.
template <typename Thing, typename One>
bool take_all(Reader& in, std::vector<Thing>& things, One one) {
  constexpr std::uint64_t kReservedMax = 64;
  const std::uint64_t count = in.u64();
  things.reserve(static_cast<std::size_t>(std::min(count, kReservedMax)));
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    if (!one()) return false;
  }
  return in.ok();
}

bool take_line(Reader& in, std::uint64_t version, std::vector<Line>& lines) {
  Evidence line;
  line.line = in.bytes();
  const std::string_view source = in.bytes();
  // Most lines of a threat are from one source.
  line.source = !lines.empty() && *lines.back()->source == source
                    ? lines.back()->source
                    : std::make_shared<const std::string>(source);
  line.offset = in.u64();
  line.time = in.time();
  if (!in.ok() || line.line.size() > kEvidenceBytesMax) return false;
  if (version == kVersion && in.u64() != 0) {
    Anomaly anomaly;
    if (!anomaly.decode(in)) return false;
    line.anomaly = std::make_shared<const Anomaly>(std::move(anomaly));
  }
  if (!in.ok()) return false;
  lines.push_back(std::make_shared<const Evidence>(std::move(line)));
  return true;
}

bool take_finding(Reader& in, const std::vector<Line>& lines, Finding& finding) {
  FindingRule rule;
  rule.id = in.bytes();
  rule.title = in.bytes();
  rule.advice = in.bytes();
  if (!take_enum(in, kLevels, rule.level)) return false;
  const auto technique = [&] {
    rule.techniques.emplace_back(in.bytes());
    return in.ok();
  };
  if (!take_all(in, rule.techniques, technique)) return false;
  finding.rule = std::make_shared<const FindingRule>(std::move(rule));
  finding.count = in.u64();
  take_span(in, finding.first_seen, finding.last_seen);
  return take_all(in, finding.evidence, [&] {
    const std::uint64_t line = in.u64();
    if (!in.ok() || line >= lines.size()) return false;
    finding.evidence.push_back(lines[line]);
    return true;
  });
}

bool take_entry(Reader& in, TimelineEntry& entry) {
  take_span(in, entry.first, entry.last);
  const auto action = action_of_stored_id(in.u64());
  entry.count = in.u64();
  entry.detail = in.bytes();
  if (!in.ok() || !action) return false;
  entry.action = *action;
  return true;
}

bool take_count(Reader& in, Counts& counts) {
  const auto counter = counter_of_stored_id(in.u64());
  const std::uint64_t value = in.u64();
  if (!in.ok() || !counter) return false;
  counts[static_cast<std::size_t>(*counter)] = value;
  return true;
}

/// Below a million half-lives either way: more than any time gives.
bool is_heat(double heat) {
  return heat == kNoHeat || std::abs(heat) < 1e6;
}

bool take_score(Reader& in, Threat& threat, double& score) {
  score = std::bit_cast<double>(in.fixed64());
  Status status;  // stood here once; the columns of the table always said the same
  Tier tier;
  return in.ok() && score >= 0 && score <= 100 && take_enum(in, kLevels, threat.severity) &&
         take_enum(in, kStatuses, status) && take_enum(in, kTiers, tier);
}

bool take_head(Reader& in, std::uint64_t version, Threat& threat) {
  threat.id = in.bytes();
  if (!take_enum(in, kEntityTypes, threat.entity_type)) return false;
  threat.entity_value = in.bytes();
  threat.entity_hash = in.fixed64();
  double score = 0;
  if (version == kVersionWithScore) {
    if (!take_score(in, threat, score)) return false;
  } else {
    threat.heat = std::bit_cast<double>(in.fixed64());
    if (!take_enum(in, kLevels, threat.severity)) return false;
  }
  take_span(in, threat.first_seen, threat.last_seen);
  if (version == kVersionWithScore) {
    threat.heat = heat_from_score(score, threat.last_seen);
    threat.days.note(threat.first_seen);
    threat.days.note(threat.last_seen);
  } else {
    threat.days = Days::decode(in);
  }
  threat.timeline_merged = in.u64();
  return in.ok() && is_heat(threat.heat);
}

/// Each once, sorted; they stay as long as the findings do.
template <typename Text>
std::vector<Text> sorted_techniques(const Threat& threat) {
  std::vector<Text> all;
  for (const Finding& finding : threat.findings) {
    const auto& techniques = finding.rule->techniques;
    all.insert(all.end(), techniques.begin(), techniques.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

void Days::note(Time time) {
  const std::int64_t day = std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
  if (recent_ == 0) {
    latest_ = day;
    recent_ = 1;
  } else if (day > latest_) {
    const std::int64_t ahead = day - latest_;
    const auto leaving = ahead >= 64 ? recent_ : recent_ >> (64 - ahead);
    earlier_ += static_cast<std::uint32_t>(std::popcount(leaving));
    recent_ = (ahead >= 64 ? 0 : recent_ << ahead) | 1;
    latest_ = day;
  } else if (latest_ - day < 64) {
    recent_ |= std::uint64_t{1} << (latest_ - day);
  }
}

std::uint32_t Days::count() const {
  return earlier_ + static_cast<std::uint32_t>(std::popcount(recent_));
}

void Days::encode(Writer& out) const {
  out.i64(latest_);
  out.u64(recent_);
  out.u64(earlier_);
}

Days Days::decode(Reader& in) {
  Days days;
  // No stored day lies outside of what a Time can hold: their difference is never too large.
  constexpr std::int64_t kDayMax = Time::max().time_since_epoch() / std::chrono::days(1);
  days.latest_ = std::clamp(in.i64(), -kDayMax - 1, kDayMax);
  days.recent_ = in.u64();
  days.earlier_ = static_cast<std::uint32_t>(in.u64());
  return days;
}

FindingRule finding_rule_of(const RuleInfo& rule) {
  return {rule.id.empty() ? rule.title : rule.id, rule.title, rule.advice, rule.level,
          rule.techniques};
}

std::vector<std::string> techniques_of(const Threat& threat) {
  return sorted_techniques<std::string>(threat);
}

void append_json(std::string& out, const Threat& threat, Time as_of) {
  JsonAppender json(out);
  json.raw(R"({"id":)").string(threat.id);
  json.raw(R"(,"entity":{"type":)").string(to_string(threat.entity_type));
  json.raw(R"(,"value":)").string(threat.entity_value);
  json.raw(R"(},"score":)").tenths(score_at(threat.heat, as_of));
  json.raw(R"(,"severity":)").string(to_string(threat.severity));
  write_workflow(json, threat.workflow);
  json.raw(R"(,"first_seen":)").time(threat.first_seen);
  json.raw(R"(,"last_seen":)").time(threat.last_seen);
  json.raw(R"(,"days_seen":)").number(threat.days.count()).raw(R"(,"counts":)");
  write_counts(json, threat.counts);
  json.raw(R"(,"techniques":)").strings(sorted_techniques<std::string_view>(threat));
  json.raw(R"(,"findings":)");
  json.array(threat.findings, [&](const Finding& finding) { write_finding(json, finding); });
  json.raw(R"(,"timeline":)");
  json.array(threat.timeline, [&](const TimelineEntry& entry) { write_entry(json, entry); });
  json.raw(R"(,"timeline_merged":)").number(threat.timeline_merged).raw("}");
}

void append_json(JsonAppender& json, const Evidence& evidence) {
  json.raw(R"({"line":)").string(evidence.line);
  json.raw(R"(,"source":)").string(*evidence.source);
  json.raw(R"(,"offset":)").number(evidence.offset);
  if (evidence.anomaly != nullptr) {
    json.raw(R"(,"time":)").time(evidence.time);
    json.raw(R"(,"anomaly":)");
    append_json(json, *evidence.anomaly);
  }
  json.raw("}");
}

std::string encode(const Threat& threat) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.bytes(threat.id);
  out.u64(static_cast<std::uint64_t>(threat.entity_type));
  out.bytes(threat.entity_value);
  out.fixed64(threat.entity_hash);
  out.fixed64(std::bit_cast<std::uint64_t>(threat.heat));
  out.u64(static_cast<std::uint64_t>(threat.severity));
  put_span(out, threat.first_seen, threat.last_seen);
  threat.days.encode(out);
  out.u64(threat.timeline_merged);
  out.u64(static_cast<std::uint64_t>(
      std::count_if(threat.counts.begin(), threat.counts.end(), [](auto n) { return n > 0; })));
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (threat.counts[i] == 0) continue;
    out.u64(stored_id(static_cast<Counter>(i)));
    out.u64(threat.counts[i]);
  }
  const std::vector<Line> lines = lines_of(threat);
  out.u64(lines.size());
  for (const Line& line : lines) put_line(out, *line);
  out.u64(threat.findings.size());
  for (const Finding& finding : threat.findings) put_finding(out, finding, lines);
  out.u64(threat.timeline.size());
  for (const TimelineEntry& entry : threat.timeline) {
    put_span(out, entry.first, entry.last);
    out.u64(stored_id(entry.action));
    out.u64(entry.count);
    out.bytes(entry.detail);
  }
  return bytes;
}

std::optional<Threat> decode_threat(std::string_view bytes) {
  Reader in(bytes);
  Threat threat;
  const std::uint64_t version = in.u64();
  if (version < kVersionWithScore || version > kVersion) return {};
  if (!take_head(in, version, threat)) return {};
  if (!take_each(in, [&] { return take_count(in, threat.counts); })) return {};
  std::vector<Line> lines;
  if (!take_all(in, lines, [&] { return take_line(in, version, lines); })) return {};
  const auto finding = [&] { return take_finding(in, lines, threat.findings.emplace_back()); };
  if (!take_all(in, threat.findings, finding)) return {};
  const auto entry = [&] { return take_entry(in, threat.timeline.emplace_back()); };
  if (!take_all(in, threat.timeline, entry)) return {};
  if (!in.done()) return {};
  return threat;
}

}  // namespace vedette
