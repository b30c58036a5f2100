// The head of the page that anomaly_report.h makes: what it looks like. Nothing is fetched and
// nothing runs, and the policy in it says so to the browser.
#pragma once

#include <string_view>

namespace vedette::cli {

/// Up to the title, which follows; then kAnomalyPageStyle.
inline constexpr std::string_view kAnomalyPageHead = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>)";

inline constexpr std::string_view kAnomalyPageStyle = R"(</title>
<style>
:root {
  --page: #f9f9f7; --card: #fcfcfb; --ink: #0b0b0b; --quiet: #52514e; --line: #e1e0d9;
  --axis: #c3c2b7; --usual: #2a78d6; --anomalous: #e34948;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d0d0d; --card: #1a1a19; --ink: #ffffff; --quiet: #c3c2b7; --line: #2c2c2a;
    --axis: #52514e; --usual: #3987e5; --anomalous: #e66767;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 4px; }
p { margin: 0 0 12px; color: var(--quiet); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 16px 20px; margin: 16px 0; }
.tiles { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0; }
.tiles dt { color: var(--quiet); font-size: 13px; }
.tiles dd { margin: 0; font-size: 22px; font-weight: 600; }
figure { margin: 8px 0; }
figcaption { font-size: 13px; color: var(--quiet); }
.halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--line); } .axis { stroke: var(--axis); }
rect.usual { fill: var(--usual); } rect.anomalous { fill: var(--anomalous); }
rect:hover { opacity: 0.7; }
.curve { fill: none; stroke: var(--usual); stroke-width: 2; stroke-linejoin: round; }
.chance { fill: none; stroke: var(--axis); stroke-dasharray: 4 4; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
i.usual { background: var(--usual); } i.anomalous { background: var(--anomalous); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { font-weight: 500; text-align: left; color: var(--quiet); }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th[scope=row] { color: var(--ink); overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
table:not(.rows) .number { text-align: right; }
.rows td { white-space: nowrap; } .rows td:last-child { white-space: normal; min-width: 24em; }
.bars th { width: 30%; } .bars .number { width: 5em; padding-right: 0; }
.bars td, .bars th { border: 0; padding-top: 2px; padding-bottom: 2px; vertical-align: middle; }
.bar { display: block; height: 14px; min-width: 1px; border-radius: 0 4px 4px 0;
  background: var(--usual); }
td ul { margin: 0; padding: 0; list-style: none; } td li { overflow-wrap: anywhere; }
small { color: var(--quiet); font-size: 13px; }
</style>
<main>
)";

}  // namespace vedette::cli
