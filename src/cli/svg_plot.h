// Plots as inline SVG: a frame with axes, and bars and lines in the coordinates of the data.
// Colours and fonts are classes of the page around it (anomaly_report.cpp), so that one plot does
// for light and dark.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vedette::cli {

/// Safe between tags and in quoted attributes; what no terminal should see is shown as `\x1b`.
std::string escape_html(std::string_view text);

class Plot {
 public:
  struct Axis {
    double low = 0, high = 1;
    std::string_view title;
    bool percent = false;
  };
  using Point = std::pair<double, double>;

  /// `width`, `height`: of the whole, in units of CSS pixels before scaling. `what`: said to those
  /// who do not see it.
  Plot(double width, double height, const Axis& x, const Axis& y, std::string_view what);

  /// From the ground up to `y`; at least a pixel where y is more than nothing.
  void bar(double from, double to, double y, std::string_view css_class, std::string_view title);
  /// Points closer than half a pixel to the one before are left out, but the last.
  void line(std::span<const Point> points, std::string_view css_class);
  /// Closes it.
  std::string take();

 private:
  double at_x(double value) const;
  double at_y(double value) const;
  void ticks();

  double width_, height_;
  Axis x_, y_;
  std::string out_;
};

}  // namespace vedette::cli
