// Threat: the unit of triage. The findings about one entity, with what supports them.
#pragma once

#include "base/codec.h"
#include "base/json_appender.h"
#include "base/time.h"
#include "model/action.h"
#include "model/anomaly.h"
#include "model/entity.h"
#include "model/heat.h"
#include "model/rule.h"
#include "model/workflow.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// A line that supports findings. Kept as it stood, clipped to kEvidenceBytesMax.
struct Evidence {
  std::string line;
  std::shared_ptr<const std::string> source;  ///< path, "journal", "-"; never null
  std::uint64_t offset = 0;
  Time time;
  std::shared_ptr<const Anomaly> anomaly{};  ///< what was unusual then; null: a rule says it
};
inline constexpr std::size_t kEvidenceBytesMax = 1024;

/// What a rule says of itself where it made a finding.
struct FindingRule {
  std::string id;  ///< or the title, of a rule without one
  std::string title, advice;
  Level level = Level::Medium;
  std::vector<std::string> techniques;

  bool operator==(const FindingRule&) const = default;
};
FindingRule finding_rule_of(const RuleInfo& rule);

/// One rule's statement about the entity, over all the events that made it. The findings of one
/// rule share its words, and those that one line supports share the line.
struct Finding {
  std::shared_ptr<const FindingRule> rule;  ///< never null
  std::uint64_t count = 0;                  ///< events that support it
  Time first_seen, last_seen;
  std::vector<std::shared_ptr<const Evidence>> evidence;  ///< the earliest and the latest, by time
};

/// Like events that followed each other, as one.
struct TimelineEntry {
  Time first, last;
  Action action = Action::None;
  std::uint64_t count = 0;
  std::string detail;  ///< a command, a path, a user; may be empty
};

/// On how many days (UTC) something was seen. Exact for what comes within 64 days of the latest, in
/// whatever order; what is older than that when it comes is not counted.
class Days {
 public:
  void note(Time time);
  std::uint32_t count() const;

  void encode(Writer& out) const;
  static Days decode(Reader& in);
  bool operator==(const Days&) const = default;

 private:
  std::int64_t latest_ = 0;    // days since 1970; nothing was seen while recent_ is 0
  std::uint64_t recent_ = 0;   // bit i: latest_ - i
  std::uint32_t earlier_ = 0;  // days that left recent_
};

using Counts = std::array<std::uint64_t, kCounters>;

struct Threat {
  std::string id;  ///< made from the entity alone: the same in every run
  EntityType entity_type = EntityType::SourceIp;
  std::string entity_value;
  std::uint64_t entity_hash = 0;
  double heat = kNoHeat;  ///< the score, without its age: of the findings, and of what was known
  Level severity = Level::Informational;
  Time first_seen, last_seen;  ///< of the entity's events that count
  Days days;                   ///< on which it was seen
  Counts counts{};
  std::vector<Finding> findings;        ///< by level downwards, then rule id
  std::vector<TimelineEntry> timeline;  ///< by time
  /// Entries that went into others because of the cap, with their counts; and kinds of action, from
  /// before the first finding, that were more than an entity is remembered by.
  std::uint64_t timeline_merged = 0;
  Workflow workflow;  ///< detection hands it through as it was loaded
};

/// Appends one JSON object in the shape of `scan --format json`; no newline.
void append_json(std::string& out, const Threat& threat, Time as_of);
void append_json(JsonAppender& json, const Evidence& evidence);
/// Every technique of the findings, once, sorted.
std::vector<std::string> techniques_of(const Threat& threat);

/// The stored form, and back; without the workflow, which is stored beside it. `decode_threat`
/// refuses what it cannot understand whole.
std::string encode(const Threat& threat);
std::optional<Threat> decode_threat(std::string_view bytes);

}  // namespace vedette
