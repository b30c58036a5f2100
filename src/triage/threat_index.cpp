#include "triage/threat_index.h"

#include "base/assert.h"
#include "triage/threat_index_impl.h"

namespace vedette::triage {
namespace {

/// One that says nothing but what a record has fields for.
bool is_plain(const Workflow& workflow) {
  Workflow plain;
  plain.status = workflow.status;
  plain.tier = workflow.tier;
  plain.touched = workflow.touched;
  return workflow == plain;
}

std::vector<LabelId> each_once(std::vector<LabelId> labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

}  // namespace

std::uint32_t ThreatIndex::Impl::new_place() {
  if (free_places.empty()) {
    records.emplace_back();
    return static_cast<std::uint32_t>(records.size() - 1);
  }
  const std::uint32_t place = free_places.back();
  free_places.pop_back();
  return place;
}

void ThreatIndex::Impl::enter(std::uint32_t place) {
  Record& record = records[place];
  const std::int64_t tie = tie_of(record.hash);
  by_heat[record.part()].insert({order_of(record.heat), tie, place});
  by_last_seen[record.part()].insert({order_of(record.last_seen), tie, place});
  record.touched_order = order_of(record.touched);
  by_touched.insert({record.touched_order, tie, place});
}

void ThreatIndex::Impl::leave(std::uint32_t place) {
  const Record& record = records[place];
  const std::int64_t tie = tie_of(record.hash);
  by_heat[record.part()].erase({order_of(record.heat), tie, place});
  by_last_seen[record.part()].erase({order_of(record.last_seen), tie, place});
  by_touched.erase({record.touched_order, tie, place});
}

void ThreatIndex::Impl::move(std::uint32_t place, const ThreatHead& head) {
  Record& record = records[place];
  const std::int64_t tie = tie_of(record.hash);
  const std::size_t to = part_of(head.severity, head.workflow.status), from = record.part();
  const auto change = [&](Set& old_set, Set& set, std::int64_t old_order, std::int64_t order) {
    if (&old_set == &set && old_order == order) return;
    old_set.erase({old_order, tie, place});
    set.insert({order, tie, place});
  };
  change(by_heat[from], by_heat[to], order_of(record.heat), order_of(head.heat));
  change(by_last_seen[from], by_last_seen[to], order_of(record.last_seen),
         order_of(head.last_seen));
  const std::int64_t touched = order_of(head.workflow.touched);
  if (touched >= record.touched_order) return;
  change(by_touched, by_touched, record.touched_order, touched);
  record.touched_order = touched;
}

/// Whether relabel() would change nothing: it is what most changes of a threat leave alone.
bool ThreatIndex::Impl::has_labels_of(const Record& record, const ThreatHead& head) const {
  if (record.workflow != nullptr || !is_plain(head.workflow)) return false;
  if (record.labels.empty() || record.rules != head.rules.size() ||
      record.techniques != head.techniques.size()) {
    return false;
  }
  const auto same = [&](std::size_t at, std::string_view prefix, std::string_view text) {
    const std::string_view whole = labels.text_of(record.labels[at]);
    return whole.substr(prefix.size()) == text;
  };
  std::size_t at = 0;
  if (!same(at++, "title:", head.title)) return false;
  for (const std::string& rule : head.rules) {
    if (!same(at++, "rule:", rule)) return false;
  }
  for (const std::string& technique : head.techniques) {
    if (!same(at++, "technique:", technique)) return false;
  }
  return true;
}

void ThreatIndex::Impl::relabel(std::uint32_t place, const ThreatHead& head) {
  Record& record = records[place];
  if (has_labels_of(record, head)) return;
  std::vector<LabelId> fresh;
  fresh.reserve(1 + head.rules.size() + head.techniques.size());
  // Added before the old ones go, so that those that stay are not made anew.
  const auto add = [&](std::string_view prefix, std::string_view text) {
    std::string whole(prefix);
    fresh.push_back(labels.add(whole.append(text), place));
  };
  add("title:", head.title);
  for (const std::string& rule : head.rules) add("rule:", rule);
  for (const std::string& technique : head.techniques) add("technique:", technique);
  if (!is_plain(head.workflow)) {
    ThreatHead only;
    only.workflow = head.workflow;
    for (const std::string& label : labels_of(only)) add({}, label);
  }
  for (const LabelId old : each_once(std::move(record.labels))) {
    if (std::find(fresh.begin(), fresh.end(), old) == fresh.end()) labels.remove(old, place);
  }
  record.labels = std::move(fresh);
  record.rules = static_cast<std::uint16_t>(head.rules.size());
  record.techniques = static_cast<std::uint16_t>(head.techniques.size());
}

ThreatHead ThreatIndex::Impl::head_of(const Record& record) const {
  ThreatHead head;
  head.entity_hash = record.hash;
  head.entity_type = record.entity_type;
  head.entity_value = record.entity_value;
  head.severity = record.severity;
  head.heat = record.heat;
  head.first_seen = record.first_seen;
  head.last_seen = record.last_seen;
  head.days = record.days;
  head.events = record.events;
  const auto text = [&](std::size_t at, std::string_view prefix) {
    return labels.text_of(record.labels[at]).substr(prefix.size());
  };
  std::size_t at = 0;
  head.title = text(at++, "title:");
  head.rules.reserve(record.rules);
  for (std::size_t i = 0; i < record.rules; ++i) head.rules.push_back(text(at++, "rule:"));
  head.techniques.reserve(record.techniques);
  for (std::size_t i = 0; i < record.techniques; ++i) {
    head.techniques.push_back(text(at++, "technique:"));
  }
  if (record.workflow != nullptr) head.workflow = *record.workflow;
  head.workflow.status = record.status;
  head.workflow.tier = record.tier;
  head.workflow.touched = record.touched;
  return head;
}

ThreatIndex::ThreatIndex() : impl_(std::make_unique<Impl>()) {}
ThreatIndex::~ThreatIndex() = default;

void ThreatIndex::put(const ThreatHead& head) {
  Impl& impl = *impl_;
  VD_ASSERT(head.rules.size() < 65536 && head.techniques.size() < 65536);
  std::uint32_t place = impl.place_of.find(head.entity_hash);
  const bool is_new = place == PlaceTable::kNowhere;
  if (is_new) {
    place = impl.new_place();
    impl.place_of.add(head.entity_hash, place);
  } else {
    impl.move(place, head);
  }
  impl.relabel(place, head);
  Record& record = impl.records[place];
  record.hash = head.entity_hash;
  record.entity_type = head.entity_type;
  if (record.entity_value != head.entity_value) record.entity_value = head.entity_value;
  record.severity = head.severity;
  record.heat = head.heat;
  record.first_seen = head.first_seen;
  record.last_seen = head.last_seen;
  record.days = head.days;
  record.events = head.events;
  record.status = head.workflow.status;
  record.tier = head.workflow.tier;
  record.touched = head.workflow.touched;
  record.workflow = is_plain(head.workflow) ? nullptr : std::make_unique<Workflow>(head.workflow);
  if (is_new) impl.enter(place);
}

bool ThreatIndex::remove(std::uint64_t entity_hash) {
  Impl& impl = *impl_;
  const std::uint32_t place = impl.place_of.find(entity_hash);
  if (place == PlaceTable::kNowhere) return false;
  impl.leave(place);
  for (const LabelId label : each_once(std::move(impl.records[place].labels))) {
    impl.labels.remove(label, place);
  }
  impl.place_of.remove(entity_hash);
  impl.records[place] = Record{};
  impl.free_places.push_back(place);
  return true;
}

void ThreatIndex::clear() {
  impl_ = std::make_unique<Impl>();
}

std::optional<ThreatHead> ThreatIndex::find(std::uint64_t entity_hash) const {
  const std::uint32_t place = impl_->place_of.find(entity_hash);
  if (place == PlaceTable::kNowhere) return {};
  return impl_->head_of(impl_->records[place]);
}

bool ThreatIndex::contains(std::uint64_t entity_hash) const {
  return impl_->place_of.find(entity_hash) != PlaceTable::kNowhere;
}

std::size_t ThreatIndex::size() const {
  return impl_->size();
}

std::size_t ThreatIndex::memory_bytes() const {
  const Impl& impl = *impl_;
  constexpr std::size_t kSlot = 16, kHeap = 16;  // of the table, half full; of malloc
  std::size_t sum = impl.records.capacity() * sizeof(Record) + 2 * kSlot * impl.size() +
                    impl.labels.memory_bytes() + impl.by_touched.memory_bytes();
  for (const auto* sets : {&impl.by_heat, &impl.by_last_seen}) {
    for (const auto& set : *sets) sum += set.memory_bytes();
  }
  for (const Record& record : impl.records) {
    sum += record.labels.capacity() * sizeof(LabelId) + kHeap;
    if (record.entity_value.capacity() > 15) sum += record.entity_value.capacity() + kHeap;
    if (record.workflow != nullptr) sum += sizeof(Workflow) + kHeap;
  }
  return sum;
}

ThreatIndex::Counts ThreatIndex::counts() const {
  Counts counts{};
  for (std::size_t part = 0; part < kParts; ++part) {
    counts[part / kStatuses][part % kStatuses] = impl_->by_heat[part].size();
  }
  return counts;
}

ThreatIndex::Untouched ThreatIndex::untouched(Time before, std::size_t limit) {
  Untouched found;
  auto& set = impl_->by_touched;
  std::size_t looks_left = 4 * limit;
  for (auto at = set.begin(); at != set.end() && set[at].order < order_of(before);) {
    if (found.heads.size() == limit || looks_left-- == 0) {
      found.more = true;
      break;
    }
    const Key key = set[at];
    Record& record = impl_->records[key.place];
    if (order_of(record.touched) == key.order) {
      found.heads.push_back(impl_->head_of(record));
      at = set.next(at);
      continue;
    }
    record.touched_order = order_of(record.touched);
    set.erase(key);
    set.insert({record.touched_order, key.tie, key.place});
    at = set.lower_bound(key);
  }
  return found;
}

}  // namespace vedette::triage
