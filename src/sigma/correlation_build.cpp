#include "sigma/correlation_build.h"

#include "base/hash.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::sigma {
namespace {

constexpr std::size_t kCorrelationsMax = 4096;

std::optional<EntityType> entity_of_fields(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (const auto entity = parse_entity_type(name)) return entity;
  }
  return {};
}

}  // namespace

Error CorrelationBuilder::wrong(const Draft& draft, Errc code, std::string_view what) const {
  return Error{code, fmt::format("{}:{}: {}", draft.parsed.info.file, draft.parsed.line, what)};
}

void CorrelationBuilder::build() {
  marks_.assign(drafts_.size(), Mark::None);
  feeds.assign(drafts_.size(), {});
  for (std::uint32_t i = 0; i < drafts_.size(); ++i) {
    if (!drafts_[i].alive) continue;
    by_id_.try_emplace(drafts_[i].parsed.info.id, i);
    if (!drafts_[i].parsed.info.name.empty()) by_name_.try_emplace(drafts_[i].parsed.info.name, i);
  }
  for (std::uint32_t i = 0; i < drafts_.size(); ++i) visit(i);
}

std::optional<std::uint32_t> CorrelationBuilder::find(std::string_view reference) const {
  if (const auto found = by_name_.find(reference); found != by_name_.end()) return found->second;
  const std::string id = to_lower(reference);
  if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
  return {};
}

/// Depth first, so that a correlation comes after those it refers to. The stack is our own: rule
/// files decide how long a chain is.
void CorrelationBuilder::visit(std::uint32_t first) {
  std::vector<std::uint32_t> stack{first};
  while (!stack.empty()) {
    const std::uint32_t at = stack.back();
    Draft& draft = drafts_[at];
    if (!draft.alive || !draft.parsed.correlation || marks_[at] == Mark::Done) {
      stack.pop_back();
      continue;
    }
    if (marks_[at] == Mark::None) {
      marks_[at] = Mark::Open;
      for (const std::string& reference : draft.parsed.correlation->rules) {
        const auto rule = find(reference);
        if (rule && drafts_[*rule].parsed.correlation && marks_[*rule] == Mark::None) {
          stack.push_back(*rule);
        }
      }
      if (stack.back() != at) continue;
    }
    stack.pop_back();
    marks_[at] = Mark::Done;
    auto added = add(at);
    if (!added) {
      draft.alive = false;
      problems_.push_back({std::move(added).error()});
    }
  }
}

Result<std::vector<std::uint32_t>> CorrelationBuilder::references(const Draft& draft) {
  std::vector<std::uint32_t> rules;
  for (const std::string& reference : draft.parsed.correlation->rules) {
    const auto rule = find(reference);
    if (!rule || !drafts_[*rule].alive) {
      return wrong(draft, Errc::RuleReference,
                   fmt::format("'{}' is not the name or id of a rule that was loaded", reference));
    }
    // In the order of the visit, a correlation that is not yet done refers back to this one.
    if (drafts_[*rule].parsed.correlation && !correlation_of_.contains(*rule)) {
      return wrong(draft, Errc::RuleReference,
                   fmt::format("'{}' refers back to this correlation", reference));
    }
    rules.push_back(*rule);
  }
  return rules;
}

Result<void> CorrelationBuilder::add(std::uint32_t number) {
  const Draft& draft = drafts_[number];
  const CorrelationRule& parsed = *draft.parsed.correlation;
  if (out_.correlations.all.size() >= kCorrelationsMax) {
    return wrong(draft, Errc::RuleUnsupported,
                 fmt::format("more than {} correlations", kCorrelationsMax));
  }
  VD_TRY(const auto rules, references(draft));
  VD_TRY(const auto forms, variants(draft, rules));
  Correlation correlation;
  correlation.rule = number;
  correlation.type = parsed.type;
  correlation.span = parsed.span;
  correlation.bounds = parsed.bounds;
  correlation.positions = static_cast<std::uint8_t>(rules.size());
  correlation.stored_id = hash64(draft.parsed.info.id);
  if (correlation.bounds.empty())
    correlation.bounds.push_back({Bound::Op::GreaterEqual, rules.size()});
  for (const std::string& name : parsed.values) {
    const auto field = field_of(name, fields_);
    if (!field) return wrong(draft, Errc::RuleUnsupported, "the rules name too many fields");
    correlation.values.push_back(*field);
    if (index(*field) < kFieldsMax) out_.fields.set(index(*field));
    if (*field == Field::SourceIp) out_.fields.set(index(Field::SourceAddress));
  }
  std::uint64_t shared_id = 0;  // of groups that differ only by an alias
  if (forms.size() > 1) {
    for (const std::string& name : parsed.group_by)
      shared_id = hash_combine(shared_id, hash64(name));
    shared_id = hash_combine(shared_id, correlation.stored_id);
  }
  const auto place = static_cast<std::uint16_t>(out_.correlations.all.size());
  std::vector<std::pair<std::uint32_t, Feed>> additions;
  std::vector<GroupIndex> own_groups;
  for (const Variant& form : forms) {
    VD_TRY(const auto indexes, groups(draft, form, shared_id));
    own_groups.insert(own_groups.end(), indexes.begin(), indexes.end());
    for (const GroupIndex group : indexes) {
      for (const std::uint32_t position : form.positions) {
        additions.emplace_back(rules[position],
                               Feed{group, place, static_cast<std::uint8_t>(position)});
      }
    }
  }
  VD_CHECK(check_chains(draft, rules, own_groups, forms.size() > 1));
  for (const auto& [rule, feed] : additions) {
    feeds[rule].push_back(feed);
    if (drafts_[rule].parsed.correlation) {
      out_.correlations.all[correlation_of_.at(rule)].consumers.push_back(feed);
    }
    if (!parsed.generate) drafts_[rule].parsed.info.reports = false;
  }
  correlation_of_[number] = place;
  groups_of_.push_back(std::move(own_groups));
  out_.correlations.all.push_back(std::move(correlation));
  return {};
}

/// The field a name of `group-by` stands for in events of the rule `of`.
std::string CorrelationBuilder::field_for(const CorrelationRule& rule, const std::string& name,
                                          const Draft& of) const {
  for (const auto& [alias, pairs] : rule.aliases) {
    if (alias != name) continue;
    for (const auto& [reference, field] : pairs) {
      const auto found = find(reference);
      if (found && &drafts_[*found] == &of) return field;
    }
    return {};
  }
  return name;
}

Result<std::vector<CorrelationBuilder::Variant>> CorrelationBuilder::variants(
    const Draft& draft, std::span<const std::uint32_t> rules) const {
  const CorrelationRule& parsed = *draft.parsed.correlation;
  std::vector<Variant> forms;
  for (std::uint32_t position = 0; position < rules.size(); ++position) {
    std::vector<std::string> names;
    for (const std::string& name : parsed.group_by) {
      names.push_back(field_for(parsed, name, drafts_[rules[position]]));
      if (names.back().empty()) {
        return wrong(
            draft, Errc::RuleReference,
            fmt::format("the alias '{}' names no field for '{}'", name, parsed.rules[position]));
      }
    }
    // Whoever keeps the state of a group must be known from one event: an entity leads to its lane.
    if (!entity_of_fields(names)) names.insert(names.begin(), "host.name");
    auto form = std::ranges::find(forms, names, &Variant::names);
    if (form == forms.end()) form = forms.insert(forms.end(), {std::move(names), {}});
    form->positions.push_back(position);
  }
  for (const Variant& form : forms) {
    if (entity_of_fields(form.names) == entity_of_fields(forms[0].names)) continue;
    return wrong(
        draft, Errc::RuleUnsupported,
        "an alias stands for different kinds of entities, for example a source and a user");
  }
  return forms;
}

Result<std::vector<GroupIndex>> CorrelationBuilder::groups(const Draft& draft,
                                                           const Variant& variant,
                                                           std::uint64_t shared_id) {
  Group group;
  group.stored_id = shared_id;
  group.by.entity = *entity_of_fields(variant.names);
  for (const std::string& name : variant.names) {
    const auto field = field_of(name, fields_);
    if (!field) return wrong(draft, Errc::RuleUnsupported, "the rules name too many fields");
    group.by.fields.push_back(*field);
    if (shared_id == 0) group.stored_id = hash_combine(group.stored_id, hash64(name));
  }
  std::vector<GroupIndex> indexes;
  VD_TRY(const auto first, intern(draft, group));
  indexes.push_back(first);
  const auto source = std::ranges::find(group.by.fields, Field::SourceIp);
  const bool has_name = std::ranges::count(group.by.fields, Field::SourceAddress) > 0;
  if (source == group.by.fields.end() || has_name) return indexes;
  // Some hosts are logged by their name: they are sources like any other.
  *source = Field::SourceAddress;
  if (group.by.entity == EntityType::SourceIp) group.by.entity = EntityType::SourceAddress;
  group.only_without = Field::SourceIp;
  group.stored_id = hash_combine(group.stored_id, 1);
  VD_TRY(const auto second, intern(draft, std::move(group)));
  indexes.push_back(second);
  return indexes;
}

Result<GroupIndex> CorrelationBuilder::intern(const Draft& draft, Group group) {
  std::vector<Group>& all = out_.correlations.groups;
  for (GroupIndex i = 0; i < all.size(); ++i) {
    if (all[i].by.fields == group.by.fields && all[i].only_without == group.only_without &&
        all[i].stored_id == group.stored_id) {
      return i;
    }
  }
  if (all.size() >= kGroupsMax) {
    return wrong(draft, Errc::RuleUnsupported,
                 fmt::format("the correlations group by more than {} lists of fields", kGroupsMax));
  }
  for (const Field field : group.by.fields) {
    if (index(field) < kFieldsMax) out_.fields.set(index(field));
  }
  all.push_back(std::move(group));
  return static_cast<GroupIndex>(all.size() - 1);
}

/// State is kept by group, so a correlation can only hear of the hits of another in the same
/// groups.
Result<void> CorrelationBuilder::check_chains(const Draft& draft,
                                              std::span<const std::uint32_t> rules,
                                              std::span<const GroupIndex> groups,
                                              bool aliased) const {
  for (const std::uint32_t rule : rules) {
    if (!drafts_[rule].parsed.correlation) continue;
    if (!aliased && std::ranges::equal(groups_of_[correlation_of_.at(rule)], groups)) continue;
    return wrong(draft, Errc::RuleUnsupported,
                 fmt::format("it has another group-by than the correlation '{}' it refers to",
                             drafts_[rule].parsed.info.title));
  }
  return {};
}

}  // namespace vedette::sigma
