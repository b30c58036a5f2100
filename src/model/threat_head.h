// ThreatHead: what lists show of a threat and what they can be filtered and sorted by. Everything
// but what it rests on (findings, lines, timeline).
#pragma once

#include "model/threat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

struct ThreatHead {
  std::uint64_t entity_hash = 0;
  EntityType entity_type = EntityType::SourceIp;
  std::string entity_value;
  Level severity = Level::Informational;
  double heat = kNoHeat;
  Time first_seen, last_seen;
  std::uint32_t days = 0;               ///< on which it was seen
  std::uint64_t events = 0;             ///< behind all findings
  std::string title;                    ///< of its worst finding
  std::vector<std::string> rules;       ///< ids, sorted
  std::vector<std::string> techniques;  ///< sorted
  Workflow workflow;

  bool operator==(const ThreatHead&) const = default;
};

ThreatHead head_of(const Threat& threat);

/// What JSON tells of a head. The texts and the workflow are somebody else's, who says how long
/// they stay.
struct HeadView {
  std::uint64_t entity_hash = 0;
  EntityType entity_type = EntityType::SourceIp;
  std::string_view entity_value;
  Level severity = Level::Informational;
  double heat = kNoHeat;
  Time first_seen, last_seen;
  std::uint32_t days = 0;
  std::uint64_t events = 0;
  std::string_view title;
  std::size_t rules = 0;  ///< how many
  std::vector<std::string_view> techniques;
  const Workflow* workflow = nullptr;  ///< never null when it is shown
};
HeadView view_of(const ThreatHead& head);

/// Appends one JSON object; no newline.
void append_json(std::string& out, const HeadView& head, Time as_of);
void append_json(std::string& out, const ThreatHead& head, Time as_of);

/// The stored form, and back; nothing for what cannot be understood whole.
std::string encode(const ThreatHead& head);
std::optional<ThreatHead> decode_threat_head(std::string_view bytes);

}  // namespace vedette
