#include "cli/svg_plot.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace vedette::cli {
namespace {

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

Plot plot_to(double high) {
  return Plot(400, 200, {.low = 0, .high = high, .title = "x", .percent = false},
              {.low = 0, .high = 1, .title = "y", .percent = true}, "what");
}

}  // namespace

TEST_SUITE("cli/svg_plot") {
  TEST_CASE("what is put into a page stays text") {
    CHECK(escape_html("a<b>\"c'&") == "a&lt;b&gt;&quot;c&#39;&amp;");
    CHECK(escape_html("\x1b[2J\xff") == "\\x1b[2J\\xff");
    CHECK(escape_html("é") == "é");
  }

  TEST_CASE("an axis has a handful of round ticks, whatever its range") {
    for (const double high : {1e-9, 0.3, 1.0, 7.0, 49.0, 1e12}) {
      const std::string svg = plot_to(high).take();
      const std::size_t ticks = count(svg, "text-anchor=\"middle\"") - 2;  // less the two titles
      CAPTURE(svg);
      CHECK(ticks >= 3);
      CHECK(ticks <= 7);
    }
  }

  TEST_CASE("a range of nothing is drawn without dividing by it") {
    Plot plot = plot_to(0);
    plot.bar(0, 0, 1, "usual", "one");
    const std::string svg = plot.take();
    CHECK(count(svg, "nan") + count(svg, "inf") == 0);
    CHECK(count(svg, "<rect") == 1);
  }

  TEST_CASE("a line keeps its ends and what can be seen between them") {
    std::vector<Plot::Point> points;
    for (int i = 0; i <= 100'000; ++i) points.emplace_back(i / 1e5, std::sqrt(i / 1e5));
    Plot plot = plot_to(1);
    plot.line(points, "curve");
    const std::string svg = plot.take();
    CHECK(svg.size() < 20'000);
    CHECK(count(svg, "d=\"M52.0 160.0L") == 1);
    CHECK(count(svg, "L376.0 10.0\"") == 1);
  }

  TEST_CASE("a bar of little can still be seen, one of nothing is none") {
    Plot plot = plot_to(1);
    plot.bar(0, 0.5, 1e-9, "usual", "little");
    plot.bar(0.5, 1, 0, "usual", "nothing");
    const std::string svg = plot.take();
    CHECK(count(svg, "<rect") == 1);
    CHECK(count(svg, "height=\"1.0\"") == 1);
  }
}

}  // namespace vedette::cli
