#include "cli/anomaly_report.h"

#include "anomaly/evaluate.h"
#include "base/file.h"
#include "cli/anomaly_explained.h"
#include "cli/anomaly_page.h"
#include "cli/svg_plot.h"
#include "cli/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

namespace vedette::cli {
namespace {

using anomaly::Model;
using anomaly::Table;

constexpr std::size_t kBins = 50;
constexpr std::size_t kRowsShown = 25, kDriversShown = 3;
constexpr std::size_t kBarsShown = 25, kUsualShown = 200;
constexpr double kHalfWidth = 470, kFullWidth = 960, kHeight = 240;

/// One page; each part appends a section.
class Page {
 public:
  Page(const Model& model, const Rows& rows, const Scores& scores)
      : model_(model),
        table_(rows.table),
        origins_(rows.origins),
        scores_(scores.score),
        rarity_(scores.rarity),
        name_(escape_html(rows.name)) {
    const auto anomalies = std::count(table_.labels.begin(), table_.labels.end(), true);
    anomalies_ = static_cast<std::size_t>(anomalies);
    labelled_ = anomalies_ > 0 && anomalies_ < table_.labels.size();
  }

  std::string make() {
    out_.append(kAnomalyPageHead).append(name_).append(kAnomalyPageStyle);
    head();
    if (!scores_.empty()) {
      distribution();
      if (labelled_) curves();
      columns();
      rows();
    }
    card();
    out_ += "</main>\n</html>\n";
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  void tile(std::string_view what, std::string_view value) {
    put("<div><dt>{}</dt><dd>{}</dd></div>\n", what, value);
  }

  void head();
  void distribution();
  void histogram(bool anomalies, std::string_view what, double low, double high);
  void curves();
  void columns();
  void rows();
  void drivers(const Explained& found);
  void card();
  std::string column_name(std::size_t column) const {
    return "<bdi>" + escape_html(model_.names()[column]) + "</bdi>";
  }

  const Model& model_;
  const Table& table_;
  std::span<const RowOrigin> origins_;  // of each row, or none
  std::span<const float> scores_;
  std::span<const double> rarity_;
  std::string name_;
  std::size_t anomalies_ = 0;
  bool labelled_ = false;
  std::string out_;
};

void Page::head() {
  put("<h1>What is unusual in <bdi>{}</bdi></h1>\n<dl class=\"tiles\">\n", name_);
  tile("rows", grouped(scores_.size()));
  tile("columns", grouped(model_.columns()));
  if (labelled_) {
    const anomaly::Quality quality = anomaly::measure(scores_, table_.labels);
    tile("anomalies by the label", grouped(anomalies_));
    tile("AUROC", fmt::format("{:.4f}", quality.auroc));
    tile("average precision", fmt::format("{:.4f}", quality.average_precision));
  }
  tile("rows learned from", grouped(model_.baseline_rows()));
  out_ += "</dl>\n";
}

void Page::histogram(bool anomalies, std::string_view what, double low, double high) {
  std::array<std::size_t, kBins> counts{};
  const double width = (high - low) / kBins;
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    if (labelled_ && table_.labels[i] != anomalies) continue;
    const double at = width > 0 ? (double{scores_[i]} - low) / width : 0;
    ++counts[std::min(static_cast<std::size_t>(at), kBins - 1)];
  }
  const auto all = static_cast<double>(std::reduce(counts.begin(), counts.end()));
  const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  Plot plot(kFullWidth, 170, {.low = low, .high = high, .title = "score", .percent = false},
            {.low = 0, .high = most / all, .title = "share of rows", .percent = true}, what);
  for (std::size_t i = 0; i < kBins; ++i) {
    const double from = low + static_cast<double>(i) * width;
    plot.bar(from, from + width, static_cast<double>(counts[i]) / all,
             anomalies ? "anomalous" : "usual",
             fmt::format("{:.3f} to {:.3f}: {} rows", from, from + width, grouped(counts[i])));
  }
  put("<figure><figcaption><i class=\"key {}\"></i>{}</figcaption>\n{}</figure>\n",
      anomalies ? "anomalous" : "usual", what, plot.take());
}

void Page::distribution() {
  const auto [least, most] = std::ranges::minmax(scores_);
  out_ += "<section><h2>How scores are spread</h2>\n<p>The higher, the more unusual.</p>\n";
  // Of their own each, since anomalies are few: on a common scale they could not be seen.
  const double low = least, high = most > least ? most : least + 0.01;
  if (labelled_) {
    histogram(false, "Normal by the label", low, high);
    histogram(true, "Anomalies by the label", low, high);
  } else {
    histogram(false, "All rows", low, high);
  }
  out_ += "</section>\n";
}

void Page::curves() {
  std::vector<Plot::Point> roc{{0, 0}}, precision;
  const auto normal = static_cast<double>(scores_.size() - anomalies_);
  const auto anomalies = static_cast<double>(anomalies_);
  for (const anomaly::Found& found : anomaly::thresholds(scores_, table_.labels)) {
    const auto hits = static_cast<double>(found.anomalies);
    const double all = hits + static_cast<double>(found.normal);
    roc.emplace_back(static_cast<double>(found.normal) / normal, hits / anomalies);
    precision.emplace_back(hits / anomalies, hits / all);
  }
  const double base = anomalies / (anomalies + normal);
  const Plot::Axis found{.low = 0, .high = 1, .title = "anomalies found", .percent = true};
  Plot left(kHalfWidth, kHeight + 80,
            {.low = 0, .high = 1, .title = "false alarms among normal rows", .percent = true},
            found, "Receiver operating characteristic");
  const std::array<Plot::Point, 2> chance{{{0, 0}, {1, 1}}};
  left.line(chance, "chance");
  left.line(roc, "curve");
  Plot right(kHalfWidth, kHeight + 80, found,
             {.low = 0, .high = 1, .title = "alarms that are right", .percent = true},
             "Precision and recall");
  const std::array<Plot::Point, 2> blind{{{0, base}, {1, base}}};
  right.line(blind, "chance");
  right.line(precision, "curve");
  put("<section><h2>What it costs to find them</h2>\n<p>Each point is a threshold; dashed is what "
      "chance would reach.</p>\n<div class=\"halves\">"
      "<figure><figcaption>Found, and false alarms (ROC)</figcaption>{}</figure>"
      "<figure><figcaption>Precision and recall</figcaption>{}</figure></div></section>\n",
      left.take(), right.take());
}

void Page::columns() {
  const std::size_t count = std::clamp<std::size_t>(scores_.size() / 100, 20, 1000);
  const auto chosen = most_unusual(scores_, count);
  std::vector<double> changes(model_.columns()), sums(model_.columns());
  for (const std::size_t row : chosen) {
    model_.attribute(table_.matrix().row(row), changes);
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += std::abs(changes[c]);
  }
  std::vector<std::size_t> order(sums.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  const double most = std::max(sums[order[0]], 1e-300);
  put("<section><h2>Which columns matter</h2>\n<p>By how much each changes the path length of the "
      "{} rows with the highest scores, in the mean, in percent of the usual length.</p>\n"
      "<table class=\"bars\">\n",
      grouped(chosen.size()));
  order.resize(std::min(order.size(), kBarsShown));
  for (const std::size_t c : order) {
    put("<tr><th scope=\"row\">{}</th><td><span class=\"bar\" style=\"width:{:.1f}%\"></span></td>"
        "<td class=\"number\">{:.1f} %</td></tr>\n",
        column_name(c), 100 * sums[c] / most, 100 * sums[c] / static_cast<double>(chosen.size()));
  }
  out_ += "</table>\n";
  if (sums.size() > order.size()) put("<p>{} others.</p>\n", grouped(sums.size() - order.size()));
  out_ += "</section>\n";
}

void Page::drivers(const Explained& found) {
  out_ += "<td><ul>";
  for (std::size_t i = 0; i < std::min(found.drivers.size(), kDriversShown); ++i) {
    const auto& driver = found.drivers[i];
    const anomaly::Usual& usual = model_.usual()[driver.column];
    put("<li><b>{:.0f} %</b> {} = {:.6g} <small>usual {:.4g} to {:.4g}</small></li>",
        100 * driver.share, column_name(driver.column),
        table_.matrix().row(found.row)[driver.column], usual.q25, usual.q75);
  }
  out_ += "</ul></td>";
}

void Page::rows() {
  const auto chosen = most_unusual(scores_, kRowsShown);
  put("<section><h2>The most unusual rows</h2>\n<p>Rows count from 0. The share says how much of "
      "what made the row unusual is due to the column.</p>\n<div class=\"wide\"><table "
      "class=\"rows\">\n"
      "<tr><th>row</th>{}<th>score</th><th>of baseline rows</th>{}<th>what drove it</th></tr>\n",
      origins_.empty() ? "" : "<th>time</th><th>entity</th>", labelled_ ? "<th>label</th>" : "");
  for (const std::size_t row : chosen) {
    put("<tr><td class=\"number\">{}</td>", row);
    if (!origins_.empty()) {
      put("<td class=\"number\">{}</td><td><bdi>{}</bdi></td>", time_text(origins_[row].time),
          escape_html(origins_[row].entity));
    }
    put("<td class=\"number\">{:.4f}</td><td>{}</td>", scores_[row], once_in_text(rarity_[row]));
    if (labelled_) {
      out_ += table_.labels[row] ? "<td><i class=\"key anomalous\"></i>anomaly</td>"
                                 : "<td><i class=\"key usual\"></i>normal</td>";
    }
    drivers(explain(model_, table_, row));
    out_ += "</tr>\n";
  }
  out_ += "</table></div></section>\n";
}

void Page::card() {
  put("<section><h2>The model</h2>\n<p>{} of {} rows, of which {} were taken; seed {}.</p>\n<ul>\n",
      model_.forests().size() > 1 ? "An ensemble" : "A forest", grouped(model_.rows()),
      grouped(model_.baseline_rows()), model_.options().seed);
  for (const anomaly::Forest& forest : model_.forests()) {
    put("<li>{} trees of {} rows, cuts {}</li>\n", forest.trees(), forest.samples(),
        forest.cut() == anomaly::Cut::Axis ? "along columns" : "by planes");
  }
  out_ +=
      "</ul>\n<p>What is usual in each column:</p>\n<div class=\"wide\"><table>\n<tr>"
      "<th>column</th>";
  for (const std::string_view what : {"lowest", "25 %", "median", "75 %", "99 %", "highest"}) {
    put("<th class=\"number\">{}</th>", what);
  }
  out_ += "</tr>\n";
  for (std::size_t c = 0; c < std::min(model_.columns(), kUsualShown); ++c) {
    const anomaly::Usual& usual = model_.usual()[c];
    put("<tr><th scope=\"row\">{}</th>", column_name(c));
    for (const float value :
         {usual.low, usual.q25, usual.median, usual.q75, usual.q99, usual.high}) {
      put("<td class=\"number\">{:.4g}</td>", value);
    }
    out_ += "</tr>\n";
  }
  out_ += "</table></div>\n";
  if (model_.columns() > kUsualShown) {
    put("<p>{} others.</p>\n", grouped(model_.columns() - kUsualShown));
  }
  out_ += "</section>\n";
}

}  // namespace

std::string anomaly_report(const Model& model, const Rows& rows, const Scores& scores) {
  return Page(model, rows, scores).make();
}

Result<void> write_anomaly_report(const std::string& path, const Model& model, const Rows& rows,
                                  const Scores& scores) {
  if (path.empty()) return {};
  return write_file_atomically(path, anomaly_report(model, rows, scores));
}

}  // namespace vedette::cli
