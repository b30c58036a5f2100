// For tests: a folder of its own, a log in it, rules, and what a scan of that log finds.
#pragma once

#include "base/clock.h"
#include "engine/pipeline.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::engine::testing {

/// Refused passwords, and `refusals_min` of them from one source within ten minutes.
inline std::string ssh_rules(int refusals_min) {
  constexpr std::string_view kRules = R"(
title: SSH login refused
id: 11111111-1111-4111-8111-111111111111
name: ssh_refused
level: informational
logsource: {product: linux, service: sshd}
detection:
  selection: {event.action: failed-password}
  condition: selection
---
title: SSH brute force
id: 22222222-2222-4222-8222-222222222222
level: high
correlation:
  type: event_count
  rules: [ssh_refused]
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: )";
  return fmt::format("{}{}}}\n", kRules, refusals_min);
}

struct Place {
  explicit Place(std::string text_of_rules) {
    char pattern[] = "/tmp/vedette-engine-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    directory = pattern;
    const std::vector<sigma::RuleFile> files{{"test.yml", std::move(text_of_rules)}};
    std::vector<sigma::RuleProblem> problems;
    rules = sigma::RuleSet::load(files, fields, problems);
    REQUIRE(problems.empty());
  }
  ~Place() { std::filesystem::remove_all(directory); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string write(const std::string& name, std::string_view text, bool append = false) const {
    const std::string path = directory + "/" + name;
    std::ofstream(path, append ? std::ios::app : std::ios::trunc) << text;
    return path;
  }
  std::unique_ptr<store::Store> state(const std::string& name = "state") const {
    auto store = store::Store::open(directory + "/" + name, store::Store::Mode::Own);
    REQUIRE(store);
    return std::move(*store);
  }

  std::string directory;
  FieldTable fields;
  std::shared_ptr<const sigma::RuleSet> rules;
  SystemClock clock;
};

/// All threats of a store, by hash.
inline std::vector<Threat> threats_of(store::Store& store) {
  std::vector<std::uint64_t> hashes;
  REQUIRE(store.for_each_rank(Level::Informational,
                              [&](const RankKey& key) { hashes.push_back(key.entity_hash); }));
  std::ranges::sort(hashes);
  std::vector<Threat> threats;
  for (const std::uint64_t hash : hashes) threats.push_back(**store.threat_of(hash));
  return threats;
}

/// Where a line stood depends on the source, and on what was read before.
inline std::vector<Threat> without_offsets(std::vector<Threat> threats) {
  for (Threat& threat : threats) {
    for (Finding& finding : threat.findings) {
      for (auto& evidence : finding.evidence) {
        Evidence copy = *evidence;
        copy.offset = 0;
        evidence = std::make_shared<const Evidence>(std::move(copy));
      }
    }
  }
  return threats;
}

/// What a scan of one file finds.
inline std::vector<Threat> scanned(const Place& place, const std::string& path,
                                   const PipelineOptions& options, Ledger* ledger = nullptr) {
  source::SourceSet sources({}, place.clock);
  sources.add_inputs({path});
  auto store = store::Store::open_temporary();
  REQUIRE(store);
  Stats stats;
  Pipeline pipeline(options, place.rules, place.fields, sources, **store, place.clock, stats);
  REQUIRE(pipeline.run([] {}));
  if (ledger != nullptr) *ledger = pipeline.ledger();
  return threats_of(**store);
}

}  // namespace vedette::engine::testing
