#include "observe/metrics.h"

#include <doctest/doctest.h>

namespace vedette::observe {

TEST_SUITE("observe/metrics") {
  TEST_CASE("metrics become the Prometheus text format, help and type before the samples") {
    const std::string text = to_prometheus(
        {{"vedette_lines_total", "Lines read.", MetricKind::Counter, {{{{"source", "a\"b"}}, 3}}},
         {"vedette_entities", "Entities.", MetricKind::Gauge, {{{}, 7}}}});
    CHECK(
        text.find("# HELP vedette_lines_total Lines read.\n# TYPE vedette_lines_total counter\n") !=
        std::string::npos);
    CHECK(text.find("vedette_lines_total{source=\"a\\\"b\"} 3") != std::string::npos);
    CHECK(text.find("# TYPE vedette_entities gauge\nvedette_entities 7") != std::string::npos);
  }

  TEST_CASE("this process knows how much memory it has") {
    CHECK(resident_bytes() > 1'000'000);
    CHECK(resident_peak_bytes() >= resident_bytes() / 2);
  }
}

}  // namespace vedette::observe
