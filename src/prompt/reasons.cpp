#include "prompt/reasons.h"

#include "base/hash.h"
#include "prompt/hidden_weights.h"
#include "prompt/leak.h"
#include "prompt/patterns.h"

#include <unordered_map>

namespace vedette::prompt {
namespace {

std::unordered_map<std::uint64_t, Reason> all_reasons() {
  std::unordered_map<std::uint64_t, Reason> all;
  const auto add = [&](const Reason& reason) {
    all.emplace(reason_id(reason.kind, reason.why), reason);
  };
  for (const Reason& reason : {kModelReason, kLengthReason, kTermReason, kCanaryReason}) {
    add(reason);
  }
  for (const PatternInfo& pattern : patterns()) add({to_string(pattern.kind), pattern.reason});
  for (std::size_t kind = 0; kind < kLeakKinds; ++kind) {
    const LeakInfo& leak = describe(static_cast<LeakKind>(kind));
    add({leak.name, leak.title});
  }
  for (const HiddenWeight& weight : kHiddenWeights) add({name_of(weight.kind), weight.why});
  return all;
}

}  // namespace

std::uint64_t reason_id(std::string_view kind, std::string_view why) {
  return hash64(why, hash64(kind));
}

const Reason* find_reason(std::uint64_t id) {
  static const auto kAll = all_reasons();
  const auto found = kAll.find(id);
  return found == kAll.end() ? nullptr : &found->second;
}

}  // namespace vedette::prompt
