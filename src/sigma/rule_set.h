// RuleSet: Sigma rules and correlations, read, checked and compiled; then frozen. Any number of
// threads may use one. Rules and correlations share one numbering (RuleIndex).
#pragma once

#include "base/result.h"
#include "model/entity.h"
#include "model/event.h"
#include "model/rule.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::sigma {

struct RuleFile {
  std::string path;  ///< for messages
  std::string text;  ///< YAML, perhaps several documents
};

/// One thing that is wrong with a rule. The rule is left out, the others go on.
struct RuleProblem {
  Error error;  ///< its detail begins with file:line
};

/// A list of fields that correlations group by, for example [source.ip] or [source.ip, user.name].
/// The entity a group belongs to is its first field that is an entity.
struct GroupBy {
  std::vector<Field> fields;
  EntityType entity = EntityType::SourceIp;
};
using GroupIndex = std::uint32_t;
inline constexpr std::size_t kGroupsMax = 64;  ///< a set of groups fits a word
using GroupMask = std::uint64_t;

class RuleSet {
 public:
  struct Compiled;  // sigma/ only

  /// Reads every file. New field names are interned in `fields`. Never fails as a whole: what is
  /// wrong is in `problems`.
  static std::shared_ptr<const RuleSet> load(std::span<const RuleFile> files, FieldTable& fields,
                                             std::vector<RuleProblem>& problems);
  ~RuleSet();

  std::span<const RuleInfo> rules() const;
  bool is_correlation(RuleIndex rule) const;
  /// Fields that rules, groups and correlations look at.
  const FieldSet& fields() const;

  std::span<const GroupBy> groups() const;
  /// The groups of the correlations that this rule feeds, directly or through other correlations.
  GroupMask groups_fed_by(RuleIndex rule) const;
  /// The key of the event in this group, another in every group; nothing when the event lacks one
  /// of the fields. `entity`: the event's of the group's type.
  std::optional<std::uint64_t> group_key(GroupIndex group, const EntityRef& entity,
                                         const EventBatch& batch, const Event& event) const;

  const Compiled& compiled() const { return *compiled_; }

 private:
  RuleSet();
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace vedette::sigma
