#include "prompt/leak.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

constexpr std::array<LeakInfo, kLeakKinds> kKinds = {{
#define VD_SECRET(id, name, title, score) {name, title, "secret/" name, score, LeakFamily::Secret},
#define VD_PERSONAL(id, name, title, label, score) \
  {name, title, label, score, LeakFamily::Personal},
#define VD_LINK(id, name, title, score) {name, title, "link/" name, score, LeakFamily::Link},
#include "prompt/leak_kinds.def"
#undef VD_SECRET
#undef VD_PERSONAL
#undef VD_LINK
}};

}  // namespace

const LeakInfo& describe(LeakKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<LeakKind> leak_kind(std::string_view name) {
  for (std::size_t i = 0; i < kLeakKinds; ++i) {
    if (kKinds[i].name == name) return static_cast<LeakKind>(i);
  }
  return {};
}

void settle(LeakHits& hits, std::size_t first) {
  const auto begin = hits.begin() + static_cast<std::ptrdiff_t>(first);
  if (hits.end() - begin < 2) return;
  std::sort(begin, hits.end(), [](const LeakHit& a, const LeakHit& b) {
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
  });
  const auto better = [](const LeakHit& a, const LeakHit& b) {
    const auto size = [](const LeakHit& hit) { return hit.span.end - hit.span.begin; };
    return a.score != b.score ? a.score > b.score : size(a) > size(b);
  };
  auto kept = begin;
  for (auto next = begin + 1; next != hits.end(); ++next) {
    if (next->span.begin >= kept->span.end) {
      *++kept = *next;
    } else if (better(*next, *kept)) {
      *kept = *next;
    }
  }
  hits.erase(kept + 1, hits.end());
}

LeakHit make_hit(LeakKind kind, std::size_t begin, std::size_t end, float part_of_score) {
  return {{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
          kind,
          describe(kind).score * part_of_score};
}

}  // namespace vedette::prompt
