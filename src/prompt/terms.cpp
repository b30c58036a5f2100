#include "prompt/terms.h"

#include "base/text.h"

namespace vedette::prompt {
namespace {

/// Bytes that words go on with: other scripts have no blanks between theirs, so there anything is a
/// border.
bool goes_on(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
}

std::size_t slot_of(std::uint32_t start) {
  return (start * 0x9E3779B1u) >> 16;
}

}  // namespace

std::uint32_t TermSet::start_of(const char* bytes) {
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < kTermMin; ++i) {
    start = start << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return start;
}

TermSet::TermSet(std::vector<std::string> folded) : terms_(std::move(folded)) {
  for (std::uint32_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i].size() < kTermMin) continue;
    const std::uint32_t start = start_of(terms_[i].data());
    starts_.set(slot_of(start));
    by_start_[start].push_back(i);
  }
}

void TermSet::find(std::string_view folded, std::size_t limit, std::vector<Found>& found) const {
  if (empty() || folded.size() < kTermMin) return;
  for (std::size_t at = 0; at + kTermMin <= folded.size(); ++at) {
    const std::uint32_t start = start_of(folded.data() + at);
    if (!starts_[slot_of(start)]) continue;
    const auto candidates = by_start_.find(start);
    if (candidates == by_start_.end()) continue;
    for (const std::uint32_t term : candidates->second) {
      const std::string& word = terms_[term];
      if (!folded.substr(at).starts_with(word)) continue;
      const std::size_t end = at + word.size();
      if (at > 0 && goes_on(word.front()) && goes_on(folded[at - 1])) continue;
      if (end < folded.size() && goes_on(word.back()) && goes_on(folded[end])) continue;
      if (found.size() == limit) return;
      found.push_back({term, {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}});
    }
  }
}

}  // namespace vedette::prompt
