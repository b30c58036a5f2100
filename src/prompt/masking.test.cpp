#include "prompt/masking.h"

#include "prompt/personal.h"

#include <doctest/doctest.h>

namespace vedette::prompt {
namespace {

std::string mask(Masker& masker, std::string_view text) {
  LeakHits hits;
  scan_personal(text, hits);
  return masker.mask(text, hits);
}

}  // namespace

TEST_SUITE_BEGIN("prompt/masking");

TEST_CASE("each value has one placeholder for the whole conversation, and comes back") {
  Masker masker;
  const std::string text = "From a@x.de to b@x.de, cc a@x.de, card 4539578763621486";
  CHECK(mask(masker, text) == "From [EMAIL_1] to [EMAIL_2], cc [EMAIL_1], card [PAYMENT_CARD_1]");
  CHECK(mask(masker, "b@x.de, c@x.de") == "[EMAIL_2], [EMAIL_3]");
  CHECK(masker.unmask("[EMAIL_3] [EMAIL_1][PAYMENT_CARD_1] [EMAIL_4] [x") ==
        "c@x.de a@x.de4539578763621486 [EMAIL_4] [x");
  CHECK(masker.unmask(mask(masker, text)) == text);
}

TEST_CASE("beyond the limit values are still taken out, but cannot come back") {
  Masker masker(1);
  CHECK(mask(masker, "a@x.de b@x.de a@x.de") == "[EMAIL_1] [EMAIL] [EMAIL_1]");
  CHECK(masker.unmask("[EMAIL_1] [EMAIL]") == "a@x.de [EMAIL]");
}

TEST_CASE("a text without hits stays as it is") {
  Masker masker;
  CHECK(masker.mask("[EMAIL_1] \xFF", {}) == "[EMAIL_1] \xFF");
  CHECK(masker.unmask("[EMAIL_1] [[[") == "[EMAIL_1] [[[");
}

TEST_SUITE_END();

}  // namespace vedette::prompt
