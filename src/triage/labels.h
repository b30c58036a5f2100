// Labels: texts that many threats share (titles, rules, techniques, tags, …), each kept once and
// named by a number; and for each the places of the threats that have it. Not thread-safe.
#pragma once

#include "base/ordered_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::triage {

using LabelId = std::uint32_t;

class Labels {
 public:
  using Places = OrderedSet<std::uint32_t>;

  /// The label of this text, made if need be, with one user more: what stands at `place`.
  LabelId add(std::string_view text, std::uint32_t place);
  /// One user less. A label without users is forgotten, and its number given away again.
  void remove(LabelId label, std::uint32_t place);

  std::optional<LabelId> find(std::string_view text) const;
  const std::string& text_of(LabelId label) const { return *entries_[label].text; }
  const Places& places_of(LabelId label) const { return entries_[label].places; }
  std::size_t memory_bytes() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Entry {
    const std::string* text = nullptr;  // in ids_, which does not move its keys
    Places places;
  };

  std::unordered_map<std::string, LabelId, Hash, std::equal_to<>> ids_;
  std::vector<Entry> entries_;
  std::vector<LabelId> free_;
};

}  // namespace vedette::triage
