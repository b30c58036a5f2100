#include "triage/labels.h"

namespace vedette::triage {

LabelId Labels::add(std::string_view text, std::uint32_t place) {
  auto found = ids_.find(text);
  if (found == ids_.end()) {
    LabelId label;
    if (free_.empty()) {
      label = static_cast<LabelId>(entries_.size());
      entries_.emplace_back();
    } else {
      label = free_.back();
      free_.pop_back();
    }
    found = ids_.emplace(std::string(text), label).first;
    entries_[label].text = &found->first;
  }
  entries_[found->second].places.insert(place);
  return found->second;
}

void Labels::remove(LabelId label, std::uint32_t place) {
  Entry& entry = entries_[label];
  entry.places.erase(place);
  if (entry.places.size() > 0) return;
  ids_.erase(ids_.find(std::string_view(*entry.text)));
  entry = Entry{};
  free_.push_back(label);
}

std::optional<LabelId> Labels::find(std::string_view text) const {
  const auto found = ids_.find(text);
  if (found == ids_.end()) return {};
  return found->second;
}

std::size_t Labels::memory_bytes() const {
  std::size_t sum = entries_.capacity() * sizeof(Entry);
  for (const auto& [text, label] : ids_) {
    sum +=
        sizeof(text) + text.capacity() + 4 * sizeof(void*) + entries_[label].places.memory_bytes();
  }
  return sum;
}

}  // namespace vedette::triage
