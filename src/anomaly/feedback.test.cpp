#include "anomaly/feedback.h"

#include "base/random.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::anomaly;

namespace {

/// Hostile if the first feature is high; `honest`: how often people say so.
std::vector<Label> labels(std::size_t count, std::size_t from, double honest) {
  Random random(from + 1);
  std::vector<Label> all;
  for (std::size_t i = 0; i < count; ++i) {
    Label label;
    for (auto& step : label.vector) step = static_cast<std::int16_t>(random.below(1000));
    const bool high = label.vector[0] > 500;
    label.hostile = random.chance(honest) ? high : random.chance(0.5);
    label.resolved_at = Time{std::chrono::seconds(1 + from + i)};
    all.push_back(label);
  }
  return all;
}

/// One that has learned from two such times: `honest` of both.
Head taught(double honest) {
  Head head;
  auto all = labels(300, 0, honest);
  head.learn(all);
  const auto later = labels(300, 300, honest);
  all.insert(all.end(), later.begin(), later.end());
  head.learn(all);
  return head;
}

}  // namespace

TEST_SUITE("anomaly/feedback") {
  TEST_CASE("it has no say at first, nor after what it has not predicted") {
    Head head;
    const auto first = labels(100, 0, 1);
    CHECK(head.weight() == 0);
    CHECK(head.adjustment(first[0].vector) == 0);
    head.learn(first);
    CHECK(head.predictions() == 0);
    CHECK(head.weight() == 0);
  }

  TEST_CASE("it gains weight by predicting later resolutions, and then moves scores") {
    const Head head = taught(1);
    CHECK(head.predictions() > 30);
    CHECK(head.weight() > 0.6);
    Label high, low;
    high.vector.fill(500);
    low.vector.fill(500);
    high.vector[0] = 950;
    low.vector[0] = 50;
    CHECK(head.adjustment(high.vector) > 0.05);
    CHECK(head.adjustment(low.vector) < -0.05);
    CHECK(head.adjustment(high.vector) <= 0.2);
    CHECK(head.adjustment(low.vector) >= -0.2);
  }

  TEST_CASE("where there is nothing to be learned it stays without a say") {
    CHECK(taught(0).weight() < 0.2);
  }

  TEST_CASE("a label is predicted once, however often it is shown") {
    Head head;
    auto all = labels(100, 0, 1);
    head.learn(all);
    const auto later = labels(50, 100, 1);
    all.insert(all.end(), later.begin(), later.end());
    head.learn(all);
    const auto before = head.predictions();
    head.learn(all);
    CHECK(head.predictions() == before);
  }

  TEST_CASE("it comes back from bytes as it was; damaged ones are refused") {
    Head head;
    head.learn(labels(60, 0, 1));
    std::string bytes;
    Writer out(bytes);
    head.encode(out);
    Head restored;
    Reader in(bytes);
    REQUIRE(restored.decode(in));
    CHECK(restored == head);
    Reader cut(std::string_view(bytes).substr(0, bytes.size() / 2));
    CHECK_FALSE(restored.decode(cut));
  }
}
