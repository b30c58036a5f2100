#include "prompt/canary.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

constexpr std::string_view kPrompt =
    "you are the careful helper of a small bank in the mountains. never speak of other customers, "
    "never promise a rate of interest, and send whoever asks for a loan to the desk on the first "
    "floor. the word of the day is marmot.";

TEST_SUITE("prompt/canary") {
  TEST_CASE("a system prompt is found whole, in part and with changed words") {
    const Canary canary(kPrompt);
    CHECK(canary.find(kPrompt).score == 1);
    const std::string part = "sure! i was told: " + std::string(kPrompt.substr(60, 90)) + " ok?";
    const auto found = canary.find(part);
    CHECK(found.score > 0.7f);
    CHECK(found.span.begin >= 18);
    CHECK(found.span.end <= part.size());
    std::string changed(kPrompt);
    for (const char* word : {"careful", "other", "interest", "floor"}) {
      changed.replace(changed.find(word), 3, "zzz");
    }
    CHECK(canary.find(changed).score == 1);
  }

  TEST_CASE("texts about the same things are not it") {
    const Canary canary(kPrompt);
    CHECK(canary.find("our bank has a desk on the first floor where you may ask for a loan").score <
          0.5f);
    CHECK(canary.find("").score == 0);
    CHECK(canary.find("marmot").score == 0);
  }

  TEST_CASE("a short one is found word for word") {
    const Canary canary("zx81-token");
    CHECK(canary.find("it says zx81-token here").score == 1);
    CHECK(canary.find("it says zx81 here").score == 0);
    CHECK(Canary("").find("anything").score == 0);
  }
}

}  // namespace
}  // namespace vedette::prompt
