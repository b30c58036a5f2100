// Pages of ThreatIndex: the parts that a query allows, walked together.
#include "triage/threat_index_impl.h"

namespace vedette::triage {
namespace {

/// With at most this many threats a label is sorted; with more, walking in order meets one often.
constexpr std::size_t kRareMax = 4096;

}  // namespace

/// Walks one part in one direction.
class Walk {
 public:
  using Set = OrderedSet<Key>;
  Walk(const Set& set, bool ascending, const std::optional<Key>& after)
      : set_(&set), ascending_(ascending) {
    if (ascending) {
      at_ = after ? set.lower_bound(*after) : set.begin();
      if (after && at_ != set.end() && !(*after < set[at_])) at_ = set.next(at_);
      take();
    } else {
      at_ = after ? set.lower_bound(*after) : set.end();
      step();
    }
  }
  bool done() const { return done_; }
  const Key& key() const { return key_; }
  void advance() {
    if (ascending_) {
      at_ = set_->next(at_);
      take();
    } else {
      step();
    }
  }

 private:
  void take() {
    done_ = at_ == set_->end();
    if (!done_) key_ = (*set_)[at_];
  }
  void step() {
    done_ = at_ == set_->begin();
    if (done_) return;
    at_ = set_->previous(at_);
    key_ = (*set_)[at_];
  }

  const Set* set_;
  Set::Place at_;
  Key key_{};
  bool ascending_;
  bool done_ = false;
};

std::optional<std::vector<LabelId>> ThreatIndex::Impl::labels_wanted(
    const ThreatQuery& query) const {
  ThreatHead asked;  // whose labels are those asked for
  if (!query.technique.empty()) asked.techniques.push_back(query.technique);
  if (!query.rule.empty()) asked.rules.push_back(query.rule);
  if (!query.tag.empty()) asked.workflow.tags.push_back(query.tag);
  asked.workflow.assignee = query.assignee;
  asked.workflow.merged_into = query.merged_into;
  std::vector<LabelId> wanted;
  for (const std::string& text : labels_of(asked)) {
    const auto label = labels.find(text);
    if (!label) return {};
    wanted.push_back(*label);
  }
  return wanted;
}

bool ThreatIndex::Impl::matches(const ThreatQuery& query, const std::vector<LabelId>& wanted,
                                const Record& record) const {
  const auto allows = [](const auto& set, auto value) {
    return set.none() || set[static_cast<std::size_t>(value)];
  };
  if (!allows(query.statuses, record.status) || !allows(query.severities, record.severity) ||
      !allows(query.tiers, record.tier)) {
    return false;
  }
  if (query.entity_type && *query.entity_type != record.entity_type) return false;
  if (!query.entity.empty() && query.entity != record.entity_value) return false;
  if (record.last_seen < query.seen_from || record.last_seen > query.seen_to) return false;
  if (query.snoozed) {
    const bool snoozed = record.workflow != nullptr && is_snoozed(*record.workflow, query.now);
    if (*query.snoozed != snoozed) return false;
  }
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](LabelId label) { return record.has(label); });
}

ThreatIndex::Page ThreatIndex::page(const ThreatQuery& query, const std::optional<RankKey>& after,
                                    std::size_t limit) const {
  const Impl::Found found = impl_->find(query, after, limit);
  Page page;
  page.heads.reserve(found.records.size());
  for (const Record* record : found.records) page.heads.push_back(impl_->head_of(*record));
  page.next = found.next;
  return page;
}

std::optional<RankKey> ThreatIndex::show(const ThreatQuery& query,
                                         const std::optional<RankKey>& after, std::size_t limit,
                                         const Show& show_one) const {
  const Impl::Found found = impl_->find(query, after, limit);
  HeadView view;
  Workflow plain;
  for (const Record* record : found.records) {
    view.entity_hash = record->hash;
    view.entity_type = record->entity_type;
    view.entity_value = record->entity_value;
    view.severity = record->severity;
    view.heat = record->heat;
    view.first_seen = record->first_seen;
    view.last_seen = record->last_seen;
    view.days = record->days;
    view.events = record->events;
    view.title = impl_->labels.text_of(record->labels[0]);
    view.title.remove_prefix(std::string_view("title:").size());
    view.rules = record->rules;
    view.techniques.clear();
    for (std::size_t i = 0; i < record->techniques; ++i) {
      const std::string_view label = impl_->labels.text_of(record->labels[1 + record->rules + i]);
      view.techniques.push_back(label.substr(std::string_view("technique:").size()));
    }
    plain.status = record->status;
    plain.tier = record->tier;
    plain.touched = record->touched;
    view.workflow = record->workflow == nullptr ? &plain : record->workflow.get();
    show_one(view);
  }
  return found.next;
}

ThreatIndex::Impl::Found ThreatIndex::Impl::find(const ThreatQuery& query,
                                                 const std::optional<RankKey>& after,
                                                 std::size_t limit) const {
  const auto wanted = labels_wanted(query);
  if (!wanted || limit == 0) return {};
  const auto users = [&](LabelId label) { return labels.places_of(label).size(); };
  const auto rarest = std::min_element(wanted->begin(), wanted->end(),
                                       [&](LabelId a, LabelId b) { return users(a) < users(b); });
  if (rarest != wanted->end() && users(*rarest) <= kRareMax) {
    return find_rare(query, *wanted, *rarest, after, limit);
  }
  return find_walking(query, *wanted, after, limit);
}

ThreatIndex::Impl::Found ThreatIndex::Impl::find_rare(const ThreatQuery& query,
                                                      const std::vector<LabelId>& wanted,
                                                      LabelId rarest,
                                                      const std::optional<RankKey>& after,
                                                      std::size_t limit) const {
  const auto before = [&](const RankKey& a, const RankKey& b) {
    return query.ascending ? comes_before(query.sort, b, a) : comes_before(query.sort, a, b);
  };
  std::vector<const Record*> found;
  const auto& places = labels.places_of(rarest);
  for (auto at = places.begin(); at != places.end(); at = places.next(at)) {
    const Record& record = records[places[at]];
    if (after && !before(*after, record.rank_key())) continue;
    if (matches(query, wanted, record)) found.push_back(&record);
  }
  const std::size_t shown = std::min(limit, found.size());
  std::partial_sort(
      found.begin(), found.begin() + static_cast<std::ptrdiff_t>(shown), found.end(),
      [&](const Record* a, const Record* b) { return before(a->rank_key(), b->rank_key()); });
  Found page;
  if (shown < found.size()) page.next = found[shown - 1]->rank_key();
  found.resize(shown);
  page.records = std::move(found);
  return page;
}

/// Over all parts that the query allows, of one severity only if that is given.
std::vector<Walk> ThreatIndex::Impl::walks(const ThreatQuery& query,
                                           std::optional<std::size_t> severity,
                                           const std::optional<Key>& after) const {
  const auto& sets = query.sort == Sort::LastSeen ? by_last_seen : by_heat;
  std::vector<Walk> all;
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t its_severity = part / kStatuses, its_status = part % kStatuses;
    if (severity && *severity != its_severity) continue;
    if (query.severities.any() && !query.severities[its_severity]) continue;
    if (query.statuses.any() && !query.statuses[its_status]) continue;
    Walk walk(sets[part], query.ascending, after);
    if (!walk.done()) all.push_back(walk);
  }
  return all;
}

ThreatIndex::Impl::Found ThreatIndex::Impl::find_walking(const ThreatQuery& query,
                                                         const std::vector<LabelId>& wanted,
                                                         const std::optional<RankKey>& after,
                                                         std::size_t limit) const {
  // By rank, one severity is walked after the other; else all at once.
  std::vector<std::optional<std::size_t>> rounds{std::nullopt};
  if (query.sort == Sort::Rank) {
    rounds.clear();
    for (std::size_t i = 0; i < kLevels; ++i) {
      rounds.emplace_back(query.ascending ? i : kLevels - 1 - i);
    }
  }
  Found page;
  page.records.reserve(std::min<std::size_t>(limit, 1000));
  std::size_t looks = 0;
  for (const auto& severity : rounds) {
    std::optional<Key> behind;
    if (after) {
      const auto its = static_cast<std::size_t>(after->severity);
      if (severity && (query.ascending ? *severity < its : *severity > its)) continue;
      if (!severity || *severity == its) {
        behind = Key{order_of(query.sort, *after), tie_of(after->entity_hash), 0};
      }
    }
    std::vector<Walk> open = walks(query, severity, behind);
    while (!open.empty()) {
      const auto best =
          std::min_element(open.begin(), open.end(), [&](const Walk& a, const Walk& b) {
            return query.ascending ? a.key() < b.key() : b.key() < a.key();
          });
      const Record& record = records[best->key().place];
      if (page.records.size() == limit || looks++ == kLooksMax) return page;
      page.next = record.rank_key();
      if (matches(query, wanted, record)) page.records.push_back(&record);
      best->advance();
      if (best->done()) open.erase(best);
    }
  }
  page.next.reset();
  return page;
}

}  // namespace vedette::triage
