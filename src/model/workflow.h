// Workflow: what people (and the rules of the tiers) have made of a threat. Detection never changes
// it but for one thing: new evidence reopens what was closed.
#pragma once

#include "base/json_appender.h"
#include "base/time.h"
#include "model/rule.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// In the order of a threat's life. Stored as these numbers.
enum class Status : std::uint8_t {
  New,
  Acknowledged,
  InProgress,
  Resolved,  ///< it was hostile, and it is dealt with
  FalsePositive,
  Duplicate,
};
enum class Tier : std::uint8_t { Working, ShortTerm, LongTerm };
inline constexpr std::size_t kStatuses = 6;
inline constexpr std::size_t kTiers = 3;
std::string_view to_string(Status status);  ///< "in-progress", "false-positive"
std::string_view to_string(Tier tier);      ///< "short-term"
std::optional<Status> parse_status(std::string_view text);
std::optional<Tier> parse_tier(std::string_view text);
/// "t-0123456789ab": the first 48 bits of the hash of its entity.
std::string threat_id(std::uint64_t entity_hash);
/// The hashes that have this id, from the lowest; nothing for what is no id.
std::optional<std::uint64_t> parse_threat_id(std::string_view id);
inline bool is_closed(Status status) {
  return status >= Status::Resolved;
}

/// What long-term memory knew of an entity when it came back.
struct History {
  Level worst = Level::Informational;
  std::uint32_t days = 0;  ///< on which it was seen before
  Time since;              ///< the first of them
  Time returned;

  bool operator==(const History&) const = default;
};

struct Workflow {
  Status status = Status::New;
  Tier tier = Tier::Working;
  /// Grows by one with every change a person makes, or that undoes one (reopened): what
  /// `If-Match` compares. Evidence and tiers do not change it.
  std::uint64_t version = 1;
  std::string assignee;           ///< empty: nobody
  std::vector<std::string> tags;  ///< sorted, each once
  std::string reason;             ///< given with the last change of the status
  Time snoozed_until;             ///< the epoch: not snoozed
  std::string snooze_reason;
  std::uint64_t merged_into = 0;  ///< entity hash of the threat it is a duplicate of; 0: none
  Status before_merge = Status::New;
  std::string tier_reason;  ///< "severity high": why it is in its tier
  std::optional<History> known;
  Time touched;  ///< last evidence or change, by the clock of the wall

  bool operator==(const Workflow&) const = default;
};
inline constexpr std::size_t kTagsMax = 16, kTagBytesMax = 64, kAssigneeBytesMax = 128,
                             kReasonBytesMax = 1024;

bool is_snoozed(const Workflow& workflow, Time now);

/// The members of a JSON object: status, tier, version, assignee, …
void write_workflow(JsonAppender& json, const Workflow& workflow);

/// The stored form, and back; nothing for what cannot be understood whole.
std::string encode(const Workflow& workflow);
std::optional<Workflow> decode_workflow(std::string_view bytes);

}  // namespace vedette
