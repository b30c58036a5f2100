#include "model/workflow.h"

#include "base/codec.h"
#include "base/text.h"

#include <fmt/core.h>

namespace vedette {
namespace {

constexpr auto kStatusNames = std::to_array<std::string_view>(
    {"new", "acknowledged", "in-progress", "resolved", "false-positive", "duplicate"});
static_assert(kStatusNames.size() == kStatuses);
constexpr auto kTierNames = std::to_array<std::string_view>({"working", "short-term", "long-term"});
static_assert(kTierNames.size() == kTiers);

/// The stored form's own version: its first byte.
constexpr std::uint64_t kVersion = 1;

void put_known(Writer& out, const std::optional<History>& known) {
  out.u64(known ? 1 : 0);
  if (!known) return;
  out.u64(static_cast<std::uint64_t>(known->worst));
  out.u64(known->days);
  out.time(known->since);
  out.time(known->returned);
}

bool take_known(Reader& in, std::optional<History>& known) {
  const std::uint64_t is_known = in.u64();
  if (is_known == 0) return in.ok();
  const std::uint64_t worst = in.u64();
  if (is_known > 1 || worst >= kLevels) return false;
  known = History{.worst = static_cast<Level>(worst),
                  .days = static_cast<std::uint32_t>(in.u64()),
                  .since = in.time(),
                  .returned = in.time()};
  return in.ok();
}

void write_known(JsonAppender& json, const std::optional<History>& known) {
  if (!known) {
    json.raw("null");
    return;
  }
  json.raw(R"({"days_seen":)").number(known->days).raw(R"(,"since":)").time(known->since);
  json.raw(R"(,"worst":)").string(to_string(known->worst));
  json.raw(R"(,"returned":)").time(known->returned).raw("}");
}

}  // namespace

std::string_view to_string(Status status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}
std::string_view to_string(Tier tier) {
  return kTierNames[static_cast<std::size_t>(tier)];
}
std::optional<Status> parse_status(std::string_view text) {
  return parse_name<Status>(kStatusNames, text);
}
std::optional<Tier> parse_tier(std::string_view text) {
  return parse_name<Tier>(kTierNames, text);
}

std::string threat_id(std::uint64_t entity_hash) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string id = "t-000000000000";
  for (std::size_t i = id.size(); i-- > 2;) {
    entity_hash >>= i == id.size() - 1 ? 16 : 4;
    id[i] = kHex[entity_hash & 15];
  }
  return id;
}

std::optional<std::uint64_t> parse_threat_id(std::string_view id) {
  constexpr std::size_t kDigits = 12;
  if (id.size() != 2 + kDigits || !id.starts_with("t-")) return {};
  std::uint64_t bits = 0;
  for (const char digit : id.substr(2)) {
    const int value = hex_digit(digit);
    if (value < 0 || (digit >= 'A' && digit <= 'F')) return {};
    bits = bits << 4 | static_cast<std::uint64_t>(value);
  }
  return bits << 16;
}

bool is_snoozed(const Workflow& workflow, Time now) {
  return workflow.snoozed_until > now;
}

void write_workflow(JsonAppender& json, const Workflow& workflow) {
  json.raw(R"(,"status":)").string(to_string(workflow.status));
  json.raw(R"(,"reason":)").string(workflow.reason);
  json.raw(R"(,"tier":)").string(to_string(workflow.tier));
  json.raw(R"(,"tier_reason":)").string(workflow.tier_reason);
  json.raw(R"(,"version":)").number(workflow.version);
  json.raw(R"(,"assignee":)").string(workflow.assignee).raw(R"(,"tags":)");
  json.strings(workflow.tags);
  json.raw(R"(,"snoozed_until":)").time(workflow.snoozed_until);
  json.raw(R"(,"snooze_reason":)").string(workflow.snooze_reason).raw(R"(,"merged_into":)");
  if (workflow.merged_into == 0) {
    json.raw("null");
  } else {
    json.string(threat_id(workflow.merged_into));
  }
  json.raw(R"(,"known":)");
  write_known(json, workflow.known);
  json.raw(R"(,"touched":)").time(workflow.touched);
}

std::string encode(const Workflow& workflow) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(workflow.status));
  out.u64(static_cast<std::uint64_t>(workflow.tier));
  out.u64(workflow.version);
  out.bytes(workflow.assignee);
  out.u64(workflow.tags.size());
  for (const std::string& tag : workflow.tags) out.bytes(tag);
  out.bytes(workflow.reason);
  out.time(workflow.snoozed_until);
  out.bytes(workflow.snooze_reason);
  out.fixed64(workflow.merged_into);
  out.u64(static_cast<std::uint64_t>(workflow.before_merge));
  out.bytes(workflow.tier_reason);
  out.time(workflow.touched);
  put_known(out, workflow.known);
  return bytes;
}

std::optional<Workflow> decode_workflow(std::string_view bytes) {
  Reader in(bytes);
  if (in.u64() != kVersion) return {};
  Workflow workflow;
  const std::uint64_t status = in.u64(), tier = in.u64();
  workflow.version = in.u64();
  workflow.assignee = in.bytes();
  const std::uint64_t tags = in.u64();
  for (std::uint64_t i = 0; i < tags && in.ok(); ++i) workflow.tags.emplace_back(in.bytes());
  workflow.reason = in.bytes();
  workflow.snoozed_until = in.time();
  workflow.snooze_reason = in.bytes();
  workflow.merged_into = in.fixed64();
  const std::uint64_t before_merge = in.u64();
  workflow.tier_reason = in.bytes();
  workflow.touched = in.time();
  if (!take_known(in, workflow.known)) return {};
  if (!in.done() || status >= kStatuses || tier >= kTiers || before_merge >= kStatuses) return {};
  workflow.status = static_cast<Status>(status);
  workflow.tier = static_cast<Tier>(tier);
  workflow.before_merge = static_cast<Status>(before_merge);
  return workflow;
}

}  // namespace vedette
