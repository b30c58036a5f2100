#include "cli/svg_plot.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace vedette::cli {
namespace {

constexpr double kLeft = 52, kRight = 24, kTop = 10, kBottom = 40;

/// The distance of about five ticks: 1, 2 or 5 times a power of ten.
double step_for(double range) {
  const double power = std::pow(10, std::floor(std::log10(range / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (range / (power * factor) <= 6) return power * factor;
  }
  return 10 * power;
}

std::string tick_text(double value, const Plot::Axis& axis) {
  return axis.percent ? fmt::format("{:.4g} %", 100 * value) : fmt::format("{:.4g}", value);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : escape_for_terminal(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Plot::Plot(double width, double height, const Axis& x, const Axis& y, std::string_view what)
    : width_(width), height_(height), x_(x), y_(y) {
  // A range of nothing has no scale.
  if (!(x_.high > x_.low)) x_.high = x_.low + 1;
  if (!(y_.high > y_.low)) y_.high = y_.low + 1;
  out_ = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", width_,
                     height_, escape_html(what));
  ticks();
}

double Plot::at_x(double value) const {
  return kLeft + (value - x_.low) / (x_.high - x_.low) * (width_ - kLeft - kRight);
}

double Plot::at_y(double value) const {
  return height_ - kBottom - (value - y_.low) / (y_.high - y_.low) * (height_ - kTop - kBottom);
}

void Plot::ticks() {
  const auto out = std::back_inserter(out_);
  const double ground = at_y(y_.low);
  const auto first = [](const Axis& axis, double step) {
    return std::ceil(axis.low / step - 1e-9) * step;
  };
  // Ticks are counted, not added up, so that 0.3 is not 0.30000000000000004.
  const double y_step = step_for(y_.high - y_.low), x_step = step_for(x_.high - x_.low);
  for (int i = 0; first(y_, y_step) + i * y_step <= y_.high + y_step * 1e-6; ++i) {
    const double value = first(y_, y_step) + i * y_step;
    fmt::format_to(out, "<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, at_y(value),
                   width_ - kRight);
    fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                   kLeft - 6, at_y(value) + 4, tick_text(value, y_));
  }
  for (int i = 0; first(x_, x_step) + i * x_step <= x_.high + x_step * 1e-6; ++i) {
    const double value = first(x_, x_step) + i * x_step;
    fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                   at_x(value), ground + 16, tick_text(value, x_));
  }
  fmt::format_to(out, "<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, ground,
                 width_ - kRight);
  fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                 (kLeft + width_ - kRight) / 2, height_ - 6, escape_html(x_.title));
  fmt::format_to(out,
                 "<text transform=\"translate(12 {:.1f}) rotate(-90)\" "
                 "text-anchor=\"middle\">{}</text>\n",
                 (kTop + ground) / 2, escape_html(y_.title));
}

void Plot::bar(double from, double to, double y, std::string_view css_class,
               std::string_view title) {
  if (!(y > y_.low)) return;
  const double ground = at_y(y_.low), top = std::min(at_y(y), ground - 1);
  fmt::format_to(std::back_inserter(out_),
                 "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                 "height=\"{:.1f}\"><title>{}</title></rect>\n",
                 css_class, at_x(from) + 0.5, top, std::max(at_x(to) - at_x(from) - 1, 0.5),
                 ground - top, escape_html(title));
}

void Plot::line(std::span<const Point> points, std::string_view css_class) {
  if (points.empty()) return;
  const auto out = std::back_inserter(out_);
  fmt::format_to(out, "<path class=\"{}\" d=\"", css_class);
  Point drawn{-1, -1};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point now{at_x(points[i].first), at_y(points[i].second)};
    const double away =
        std::max(std::abs(now.first - drawn.first), std::abs(now.second - drawn.second));
    if (i > 0 && i + 1 < points.size() && away < 0.5) continue;
    fmt::format_to(out, "{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', now.first, now.second);
    drawn = now;
  }
  out_ += "\"/>\n";
}

std::string Plot::take() {
  return std::move(out_) + "</svg>\n";
}

}  // namespace vedette::cli
