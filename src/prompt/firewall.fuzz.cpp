// Texts and policies come from strangers: any bytes have a verdict whose spans lie within them, and
// the same text has it again.
#include "prompt/firewall.h"

#include "base/assert.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette::prompt;  // NOLINT(google-build-using-namespace)
  static const Firewall firewall(builtin_model(), {[] {
                                   Policy policy;
                                   policy.terms = {"kestrel"};
                                   policy.canaries = {"you are the helper of a small bank"};
                                   for (auto& reaction : policy.reactions[1]) {
                                     reaction = Reaction::Mask;
                                   }
                                   return policy;
                                 }()});
  static Scan scan(firewall.model());
  if (size == 0) return 0;
  const auto direction = static_cast<Direction>(bytes[0] % kDirections);
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Verdict first, second;
  scan.run(text, direction, *firewall.policy(""), first);
  scan.run(text, direction, *firewall.policy(""), second);
  VD_ASSERT(first.scores == second.scores && first.decision == second.decision);
  for (const Hit& hit : first.hits) {
    VD_ASSERT(hit.span.begin <= hit.span.end && hit.span.end <= text.size());
    VD_ASSERT(hit.score >= 0 && hit.score <= 1);
  }
  return 0;
}
