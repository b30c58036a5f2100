#include "model/threat_head.h"

#include "base/codec.h"
#include "base/json_appender.h"

#include <algorithm>
#include <bit>

namespace vedette {
namespace {

constexpr std::uint64_t kVersion = 1;

void put_texts(Writer& out, const std::vector<std::string>& texts) {
  out.u64(texts.size());
  for (const std::string& text : texts) out.bytes(text);
}

void take_texts(Reader& in, std::vector<std::string>& texts) {
  const std::uint64_t count = in.u64();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) texts.emplace_back(in.bytes());
}

}  // namespace

ThreatHead head_of(const Threat& threat) {
  ThreatHead head;
  head.entity_hash = threat.entity_hash;
  head.entity_type = threat.entity_type;
  head.entity_value = threat.entity_value;
  head.severity = threat.severity;
  head.heat = threat.heat;
  head.first_seen = threat.first_seen;
  head.last_seen = threat.last_seen;
  head.days = threat.days.count();
  if (!threat.findings.empty()) head.title = threat.findings[0].rule->title;
  for (const Finding& finding : threat.findings) {
    head.events += finding.count;
    head.rules.push_back(finding.rule->id);
  }
  std::sort(head.rules.begin(), head.rules.end());
  head.techniques = techniques_of(threat);
  head.workflow = threat.workflow;
  return head;
}

HeadView view_of(const ThreatHead& head) {
  return {.entity_hash = head.entity_hash,
          .entity_type = head.entity_type,
          .entity_value = head.entity_value,
          .severity = head.severity,
          .heat = head.heat,
          .first_seen = head.first_seen,
          .last_seen = head.last_seen,
          .days = head.days,
          .events = head.events,
          .title = head.title,
          .rules = head.rules.size(),
          .techniques = {head.techniques.begin(), head.techniques.end()},
          .workflow = &head.workflow};
}

void append_json(std::string& out, const HeadView& head, Time as_of) {
  JsonAppender json(out);
  json.raw(R"({"id":)").string(threat_id(head.entity_hash));
  json.raw(R"(,"entity":{"type":)").string(to_string(head.entity_type));
  json.raw(R"(,"value":)").string(head.entity_value);
  json.raw(R"(},"score":)").tenths(score_at(head.heat, as_of));
  json.raw(R"(,"severity":)").string(to_string(head.severity));
  json.raw(R"(,"title":)").string(head.title);
  write_workflow(json, *head.workflow);
  json.raw(R"(,"first_seen":)").time(head.first_seen);
  json.raw(R"(,"last_seen":)").time(head.last_seen);
  json.raw(R"(,"days_seen":)").number(head.days).raw(R"(,"events":)").number(head.events);
  json.raw(R"(,"findings":)").number(head.rules);
  json.raw(R"(,"techniques":)").strings(head.techniques).raw("}");
}

void append_json(std::string& out, const ThreatHead& head, Time as_of) {
  append_json(out, view_of(head), as_of);
}

std::string encode(const ThreatHead& head) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.fixed64(head.entity_hash);
  out.u64(static_cast<std::uint64_t>(head.entity_type));
  out.bytes(head.entity_value);
  out.u64(static_cast<std::uint64_t>(head.severity));
  out.fixed64(std::bit_cast<std::uint64_t>(head.heat));
  out.time(head.first_seen);
  out.time(head.last_seen);
  out.u64(head.days);
  out.u64(head.events);
  out.bytes(head.title);
  put_texts(out, head.rules);
  put_texts(out, head.techniques);
  out.bytes(encode(head.workflow));
  return bytes;
}

std::optional<ThreatHead> decode_threat_head(std::string_view bytes) {
  Reader in(bytes);
  ThreatHead head;
  if (in.u64() != kVersion) return {};
  head.entity_hash = in.fixed64();
  const std::uint64_t type = in.u64();
  head.entity_value = in.bytes();
  const std::uint64_t severity = in.u64();
  head.heat = std::bit_cast<double>(in.fixed64());
  head.first_seen = in.time();
  head.last_seen = in.time();
  head.days = static_cast<std::uint32_t>(in.u64());
  head.events = in.u64();
  head.title = in.bytes();
  take_texts(in, head.rules);
  take_texts(in, head.techniques);
  auto workflow = decode_workflow(in.bytes());
  if (!in.done() || !workflow || type >= kEntityTypes || severity >= kLevels) return {};
  head.entity_type = static_cast<EntityType>(type);
  head.severity = static_cast<Level>(severity);
  head.workflow = *std::move(workflow);
  return head;
}

}  // namespace vedette
