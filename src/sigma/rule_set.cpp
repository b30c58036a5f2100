#include "sigma/rule_set.h"

#include "base/yaml.h"
#include "sigma/compile.h"
#include "sigma/correlation_build.h"
#include "sigma/index_build.h"
#include "sigma/rule.h"

#include <fmt/core.h>

#include <unordered_map>

namespace vedette::sigma {
namespace {

/// Every whole document of every file, in order; those with an id that is taken are dropped.
std::vector<Draft> read(std::span<const RuleFile> files, std::vector<RuleProblem>& problems) {
  std::vector<Draft> drafts;
  std::unordered_map<std::string, std::string> places;  // by id
  for (const RuleFile& file : files) {
    std::vector<YamlNode> documents;
    if (auto error = parse_yaml(Errc::RuleSyntax, file.path, file.text, documents)) {
      problems.push_back({std::move(*error)});
    }
    for (const YamlNode& document : documents) {
      auto parsed = parse_rule(file.path, document);
      if (!parsed) {
        problems.push_back({std::move(parsed).error()});
        continue;
      }
      const std::string here = fmt::format("{}:{}", file.path, parsed->line);
      const auto [place, added] = places.try_emplace(parsed->info.id, here);
      if (!added) {
        problems.push_back(
            {Error{Errc::RuleDuplicate, fmt::format("{}: the id {} is taken by {}", here,
                                                    parsed->info.id, place->second)}});
        continue;
      }
      drafts.push_back({std::move(*parsed), {}, true});
    }
  }
  return drafts;
}

void compile_detections(std::span<Draft> drafts, FieldTable& fields, RuleSet::Compiled& out,
                        std::vector<RuleProblem>& problems) {
  for (Draft& draft : drafts) {
    if (!draft.parsed.detection) continue;
    auto code = compile(std::move(*draft.parsed.detection), draft.parsed.info.file, fields, out);
    if (code) {
      draft.code = *code;
    } else {
      draft.alive = false;
      problems.push_back({std::move(code).error()});
    }
  }
}

/// Gives the rules that are left their numbers, and correlations and feeds by these.
void number(std::span<Draft> drafts, const std::vector<std::vector<Feed>>& feeds,
            RuleSet::Compiled& out) {
  std::vector<RuleIndex> numbers(drafts.size(), 0);
  Correlations& correlations = out.correlations;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (!drafts[i].alive) continue;
    numbers[i] = static_cast<RuleIndex>(out.infos.size());
    out.infos.push_back(std::move(drafts[i].parsed.info));
    out.codes.push_back(drafts[i].code);
    correlations.feeds.push_list(feeds[i]);
    GroupMask mask = 0;
    for (const Feed& feed : feeds[i]) mask |= GroupMask{1} << feed.group;
    correlations.groups_fed.push_back(mask);
  }
  for (Correlation& correlation : correlations.all) correlation.rule = numbers[correlation.rule];
  for (const Group& group : correlations.groups) correlations.group_bys.push_back(group.by);
}

}  // namespace

RuleSet::RuleSet() : compiled_(std::make_unique<Compiled>()) {}
RuleSet::~RuleSet() = default;

std::shared_ptr<const RuleSet> RuleSet::load(std::span<const RuleFile> files, FieldTable& fields,
                                             std::vector<RuleProblem>& problems) {
  std::shared_ptr<RuleSet> set(new RuleSet);
  Compiled& compiled = *set->compiled_;
  std::vector<Draft> drafts = read(files, problems);
  compile_detections(drafts, fields, compiled, problems);
  CorrelationBuilder builder(drafts, fields, compiled, problems);
  builder.build();
  number(drafts, builder.feeds, compiled);
  build_index(compiled);
  return set;
}

std::span<const RuleInfo> RuleSet::rules() const {
  return compiled_->infos;
}

bool RuleSet::is_correlation(RuleIndex rule) const {
  return compiled_->codes[rule].datasets == 0;
}

const FieldSet& RuleSet::fields() const {
  return compiled_->fields;
}

std::span<const GroupBy> RuleSet::groups() const {
  return compiled_->correlations.group_bys;
}

GroupMask RuleSet::groups_fed_by(RuleIndex rule) const {
  return compiled_->correlations.groups_fed[rule];
}

std::optional<std::uint64_t> RuleSet::group_key(GroupIndex group, const EntityRef& entity,
                                                const EventBatch& batch, const Event& event) const {
  return key_of(compiled_->correlations.groups[group], entity, batch, event);
}

}  // namespace vedette::sigma
