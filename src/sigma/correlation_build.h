// Resolves what correlations refer to: rules, other correlations, fields; and gives them their
// groups.
#pragma once

#include "model/field.h"
#include "sigma/compile.h"
#include "sigma/rule.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::sigma {

/// A document on its way to becoming a rule. `alive` falls when something is wrong with it.
struct Draft {
  ParsedRule parsed;
  RuleCode code;
  bool alive = true;
};

/// Drops what cannot be resolved, with a problem for each, numbers nothing yet. The result's `rule`
/// and feeds go by place among `drafts`.
class CorrelationBuilder {
 public:
  CorrelationBuilder(std::span<Draft> drafts, FieldTable& fields, RuleSet::Compiled& out,
                     std::vector<RuleProblem>& problems)
      : drafts_(drafts), fields_(fields), out_(out), problems_(problems) {}

  void build();

  /// By place among the drafts.
  std::vector<std::vector<Feed>> feeds;

 private:
  struct Variant {
    std::vector<std::string> names;        // fields
    std::vector<std::uint32_t> positions;  // of the rules that it is for
  };

  std::optional<std::uint32_t> find(std::string_view reference) const;
  void visit(std::uint32_t draft);
  Result<void> add(std::uint32_t draft);
  Result<std::vector<std::uint32_t>> references(const Draft& draft);
  Result<std::vector<Variant>> variants(const Draft& draft,
                                        std::span<const std::uint32_t> rules) const;
  std::string field_for(const CorrelationRule& rule, const std::string& name,
                        const Draft& of) const;
  Result<std::vector<GroupIndex>> groups(const Draft& draft, const Variant& variant,
                                         std::uint64_t shared_id);
  Result<GroupIndex> intern(const Draft& draft, Group group);
  Result<void> check_chains(const Draft& draft, std::span<const std::uint32_t> rules,
                            std::span<const GroupIndex> groups, bool aliased) const;
  Error wrong(const Draft& draft, Errc code, std::string_view what) const;

  enum class Mark : std::uint8_t { None, Open, Done };
  std::span<Draft> drafts_;
  FieldTable& fields_;
  RuleSet::Compiled& out_;
  std::vector<RuleProblem>& problems_;
  std::vector<Mark> marks_;
  std::unordered_map<std::string_view, std::uint32_t> by_id_, by_name_;
  std::unordered_map<std::uint32_t, std::uint16_t> correlation_of_;  // by draft
  std::vector<std::vector<GroupIndex>> groups_of_;                   // by correlation
};

}  // namespace vedette::sigma
