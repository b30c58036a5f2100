#include "prompt/reasons.h"

#include "prompt/leak.h"
#include "prompt/patterns.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {

TEST_SUITE("prompt/reasons") {
  TEST_CASE("a reason is found by its id, with words that live on") {
    std::string kind(kTermReason.kind), why(kTermReason.why);
    const Reason* found = find_reason(reason_id(kind, why));
    kind = why = "gone";
    REQUIRE(found != nullptr);
    CHECK(found->kind == "term");
    CHECK(found->why == kTermReason.why);
  }

  TEST_CASE("every pattern and every leak is among them") {
    for (const PatternInfo& pattern : patterns()) {
      CAPTURE(pattern.id);
      const Reason* found = find_reason(reason_id(to_string(pattern.kind), pattern.reason));
      REQUIRE(found != nullptr);
      CHECK(found->why == pattern.reason);
    }
    for (std::size_t kind = 0; kind < kLeakKinds; ++kind) {
      const LeakInfo& leak = describe(static_cast<LeakKind>(kind));
      CAPTURE(leak.name);
      const Reason* found = find_reason(reason_id(leak.name, leak.title));
      REQUIRE(found != nullptr);
      CHECK(found->kind == leak.name);
    }
  }

  TEST_CASE("what nobody says has none, nor have the words of two reasons mixed") {
    CHECK(find_reason(0) == nullptr);
    CHECK(find_reason(reason_id("term", "repeats what must not leave")) == nullptr);
    CHECK(find_reason(reason_id("", "")) == nullptr);
  }
}

}  // namespace vedette::prompt
