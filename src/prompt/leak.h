// What a text gives away: one list of kinds for secrets (secrets.h), personal data (personal.h) and
// links that a reader should not follow (links.h), and the hit that all three append.
#pragma once

#include "prompt/span.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vedette::prompt {

enum class LeakKind : std::uint8_t {
#define VD_SECRET(id, name, title, score) id,
#define VD_PERSONAL(id, name, title, label, score) id,
#define VD_LINK(id, name, title, score) id,
#include "prompt/leak_kinds.def"
#undef VD_SECRET
#undef VD_PERSONAL
#undef VD_LINK
  kCount
};
inline constexpr std::size_t kLeakKinds = static_cast<std::size_t>(LeakKind::kCount);

enum class LeakFamily : std::uint8_t { Secret, Personal, Link };

struct LeakInfo {
  std::string_view name;   ///< "payment-card": in policies and answers
  std::string_view title;  ///< "Payment card number": for people
  std::string_view label;  ///< "pii/credit_card": as other guardrails call it
  float score;
  LeakFamily family;
};

const LeakInfo& describe(LeakKind kind);
std::optional<LeakKind> leak_kind(std::string_view name);

/// `score` is at most that of the kind: less where a check failed, or the place speaks against it.
struct LeakHit {
  Span span;
  LeakKind kind{};
  float score = 0;
};

/// Appended to in the order of the text; hits of one scanner do not overlap.
using LeakHits = std::vector<LeakHit>;

/// Puts the hits from the `first` one on in order; of those that overlap, the highest score stays,
/// then the longest.
void settle(LeakHits& hits, std::size_t first = 0);

LeakHit make_hit(LeakKind kind, std::size_t begin, std::size_t end, float part_of_score = 1);

}  // namespace vedette::prompt
