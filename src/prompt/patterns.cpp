#include "prompt/patterns.h"

#include "base/assert.h"

#include <hs/hs.h>

#include <array>
#include <bitset>

namespace vedette::prompt {
namespace {

constexpr auto kPatterns = std::to_array<PatternInfo>({
#define VD_PATTERN(id, kind, score, expression, reason) \
  {#id, reason, PatternKind::kind, static_cast<float>(score)},
#include "prompt/patterns.def"
#undef VD_PATTERN
});

constexpr auto kExpressions = std::to_array<const char*>({
#define VD_PATTERN(id, kind, score, expression, reason) expression,
#include "prompt/patterns.def"
#undef VD_PATTERN
});

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

const hs_database_t* database() {
  static const auto made = [] {
    const std::vector<unsigned> flags(kExpressions.size(), 0);
    std::vector<unsigned> ids;
    for (unsigned id = 0; id < kExpressions.size(); ++id) ids.push_back(id);
    hs_database_t* compiled = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto status = hs_compile_multi(kExpressions.data(), flags.data(), ids.data(),
                                         static_cast<unsigned>(kExpressions.size()), HS_MODE_BLOCK,
                                         nullptr, &compiled, &error);
    // The expressions are ours: what does not compile is a mistake that every test run finds.
    VD_ASSERT(status == HS_SUCCESS);
    return std::unique_ptr<hs_database_t, FreeDatabase>(compiled);
  }();
  return made.get();
}

/// A hit begins where its sentence does: for beginnings the library would need a multiple of time.
constexpr std::size_t kSentenceMax = 256;

std::uint32_t sentence_begin(std::string_view text, std::size_t end) {
  const std::size_t first = end > kSentenceMax ? end - kSentenceMax : 0;
  std::size_t begin = text.find_last_of(".!?\n", end - 1);
  // One that the hit itself ends with does not count.
  while (begin != std::string_view::npos && begin + 2 >= end && begin > first) {
    begin = text.find_last_of(".!?\n", begin - 1);
  }
  begin = begin == std::string_view::npos || begin < first ? first : begin + 1;
  while (begin < end && text[begin] == ' ') ++begin;
  return static_cast<std::uint32_t>(begin);
}

struct Finding {
  std::string_view text;
  std::vector<PatternHit>& hits;
  std::bitset<kPatterns.size()> seen;
};

int on_match(unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/,
             void* context) {
  auto& finding = *static_cast<Finding*>(context);
  if (finding.seen[id]) return 0;
  finding.seen.set(id);
  finding.hits.push_back({static_cast<std::uint16_t>(id), sentence_begin(finding.text, to),
                          static_cast<std::uint32_t>(to)});
  return 0;
}

}  // namespace

std::string_view to_string(PatternKind kind) {
  static constexpr std::string_view kNames[] = {
      "instruction-override", "role-spoofing", "jailbreak",
      "prompt-extraction",    "exfiltration",  "code-payload"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::span<const PatternInfo> patterns() {
  return kPatterns;
}

struct PatternScratch::Impl {
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
};

PatternScratch::PatternScratch() : impl_(std::make_unique<Impl>()) {
  hs_scratch_t* made = nullptr;
  VD_ASSERT(hs_alloc_scratch(database(), &made) == HS_SUCCESS);
  impl_->scratch.reset(made);
}
PatternScratch::~PatternScratch() = default;

void PatternScratch::find(std::string_view folded, std::vector<PatternHit>& hits) {
  if (folded.empty()) return;
  Finding finding{folded, hits, {}};
  const auto status = hs_scan(database(), folded.data(), static_cast<unsigned>(folded.size()), 0,
                              impl_->scratch.get(), on_match, &finding);
  VD_ASSERT(status == HS_SUCCESS);
}

}  // namespace vedette::prompt
