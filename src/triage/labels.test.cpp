#include "triage/labels.h"

#include <doctest/doctest.h>

namespace vedette::triage {
namespace {

TEST_SUITE("triage/labels") {
  TEST_CASE("a text is kept once, with the places of all its users") {
    Labels labels;
    const LabelId label = labels.add("rule:a", 3);
    CHECK(labels.add("rule:a", 1) == label);
    CHECK(labels.add("rule:b", 1) != label);
    CHECK(labels.text_of(label) == "rule:a");
    CHECK(labels.find("rule:a") == label);
    const auto& places = labels.places_of(label);
    REQUIRE(places.size() == 2);
    CHECK(places[places.begin()] == 1);
  }

  TEST_CASE("a label without users is forgotten, and its number used again") {
    Labels labels;
    const LabelId label = labels.add("tag:x", 3);
    labels.remove(label, 3);
    CHECK_FALSE(labels.find("tag:x"));
    CHECK(labels.add("tag:y", 4) == label);
    CHECK(labels.text_of(label) == "tag:y");
  }
}

}  // namespace
}  // namespace vedette::triage
