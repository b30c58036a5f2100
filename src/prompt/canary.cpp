#include "prompt/canary.h"

#include "base/hash.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

/// Of a longer text as many words in a row are hardly ever the same by chance, and it takes one
/// change in four words to hide it all.
constexpr std::size_t kRow = 4;
/// So many rows are as bad as the whole: a fifth of it, but not one phrase alone.
constexpr double kShare = 0.2, kRowsMin = 4;

struct Word {
  std::uint64_t hash;
  Span span;
};

bool is_part(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || byte >= 0x80 || c == '_';
}

/// Calls visit(hash of a row of `words` words, its span) for each.
template <typename Visit>
void each_row(std::string_view text, std::size_t words, Visit visit) {
  std::array<Word, kRow> last{};
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_part(text[end])) ++end;
    last[count++ % words] = {hash64(text.substr(at, end - at)),
                             {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}};
    at = end;
    if (count < words) continue;
    std::uint64_t hash = 0;
    for (std::size_t i = count - words; i < count; ++i) {
      hash = mix64(hash ^ last[i % words].hash);
    }
    visit(hash, Span{last[count % words].span.begin, static_cast<std::uint32_t>(end)});
  }
}

}  // namespace

Canary::Canary(std::string_view folded) {
  each_row(folded, 1, [&](std::uint64_t, Span) { ++words_; });
  words_ = std::min(words_, kRow);
  if (words_ == 0) return;
  each_row(folded, words_, [&](std::uint64_t hash, Span) { rows_.insert(hash); });
}

Canary::Found Canary::find(std::string_view folded) const {
  Found found;
  if (rows_.empty()) return found;
  std::unordered_set<std::uint64_t> seen;
  each_row(folded, words_, [&](std::uint64_t hash, Span span) {
    if (!rows_.contains(hash)) return;
    if (seen.empty()) found.span = span;
    found.span.end = span.end;
    seen.insert(hash);
  });
  const double all = static_cast<double>(rows_.size());
  const double enough = std::min(all, std::max(kRowsMin, kShare * all));
  found.score = static_cast<float>(std::min(1.0, static_cast<double>(seen.size()) / enough));
  return found;
}

}  // namespace vedette::prompt
