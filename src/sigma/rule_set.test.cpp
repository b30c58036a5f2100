#include "sigma/rule_set.h"

#include "base/random.h"
#include "sigma/compile.h"
#include "sigma/testing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

namespace fs = std::filesystem;

/// The rules of SigmaHQ, or nothing and a line that says so.
std::vector<RuleFile> read_corpus() {
  const char* named = std::getenv("VEDETTE_CORPORA");
  const fs::path root = fs::path(named != nullptr ? named : "../shared/corpora") / "sigma";
  std::vector<RuleFile> files;
  for (const char* folder : {"rules", "rules-emerging-threats", "rules-threat-hunting"}) {
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder, error)) {
      if (entry.path().extension() != ".yml") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files.push_back({entry.path().string(), {std::istreambuf_iterator<char>(file), {}}});
    }
  }
  std::ranges::sort(files, {}, &RuleFile::path);
  if (files.empty()) MESSAGE("skipped: no Sigma rules under " << root.string());
  return files;
}

/// Events made of pieces of the rules' own patterns, so that many nearly match.
class EventMaker {
 public:
  EventMaker(const RuleSet& rules, std::uint64_t seed) : random_(seed) {
    const auto& compiled = rules.compiled();
    for (const Test& test : compiled.tests) {
      for (std::uint32_t i = test.first; i < test.end; ++i) {
        if (index(test.field) < kFieldsMax || test.field == kKeywords) {
          choices_.push_back({test.field, i});
        }
      }
    }
    patterns_ = &compiled.patterns;
    for (const RuleCode& code : compiled.codes) roots_.push_back(code);
    compiled_ = &compiled;
  }

  void fill(EventBatch& batch, int count) {
    for (int i = 0; i < count; ++i) one(batch);
  }

 private:
  std::string text_for(const Pattern& pattern) {
    std::string text = pattern.text;
    for (const GlobToken token : pattern.tokens) {
      if (token < 256) text += static_cast<char>(token);
      if (token == kDash) text += random_.chance(0.5) ? "-" : "\u2013";
      if (token == kOne) text += 'q';
      if (token == kMany && random_.chance(0.5)) text += "zz";
    }
    if (random_.chance(0.3)) text = "x" + text;
    if (random_.chance(0.3)) text += "y";
    if (random_.chance(0.2)) std::ranges::transform(text, text.begin(), ::toupper);
    if (random_.chance(0.1) && !text.empty()) text.pop_back();
    return text;
  }

  void set(EventBatch& batch, Field field, const Pattern& pattern) {
    if (pattern.kind == Pattern::Kind::Network && random_.chance(0.7)) {
      batch.set(field, pattern.network.address);
    } else if (pattern.is_integer && random_.chance(0.6)) {
      batch.set(field, pattern.integer);
    } else if (pattern.kind == Pattern::Kind::Number) {
      batch.set(field, static_cast<std::int64_t>(pattern.number) + random_.below(3) - 1);
    } else {
      batch.set(field, batch.copy(text_for(pattern)));
    }
  }

  /// Values for most tests under the node.
  void satisfy(EventBatch& batch, std::uint32_t number, int depth) {
    const Node& node = compiled_->nodes[number];
    if (depth > 8) return;
    if (node.kind == Node::Kind::Test) {
      const Test& test = compiled_->tests[node.first];
      if (index(test.field) < kHeadFields || random_.chance(0.05)) return;
      const Pattern& pattern = (*patterns_)[test.first + random_.below(test.end - test.first)];
      const Field field = test.field == kKeywords ? Field::Message : test.field;
      if (index(field) < kFieldsMax) set(batch, field, pattern);
      return;
    }
    if (node.kind == Node::Kind::Not && random_.chance(0.9)) return;
    for (std::uint32_t i = 0; i < std::min(node.count, 12u); ++i) {
      satisfy(batch, compiled_->children[node.first + i], depth + 1);
    }
  }

  void one(EventBatch& batch) {
    std::string raw;
    if (random_.chance(0.3)) raw = text_for((*patterns_)[choices_[pick()].second]);
    Event& event = batch.begin(batch.copy(raw));
    const RuleCode& code = roots_[random_.below(static_cast<std::uint32_t>(roots_.size()))];
    event.dataset = static_cast<Dataset>(random_.below(kDatasets));
    for (std::size_t i = 0; i < kDatasets; ++i) {
      if (code.datasets == bit(static_cast<Dataset>(i))) event.dataset = static_cast<Dataset>(i);
    }
    batch.set_action(static_cast<Action>(random_.below(kActions)));
    if (code.datasets != 0) satisfy(batch, code.root, 0);
    for (std::uint32_t i = random_.below(4); i > 0; --i) {
      const auto& [field, pattern] = choices_[pick()];
      set(batch, field == kKeywords ? Field::Message : field, (*patterns_)[pattern]);
    }
    batch.end();
  }

  std::size_t pick() { return random_.below(static_cast<std::uint32_t>(choices_.size())); }

  Random random_;
  std::vector<std::pair<Field, std::uint32_t>> choices_;
  std::vector<RuleCode> roots_;
  const std::vector<Pattern>* patterns_ = nullptr;
  const RuleSet::Compiled* compiled_ = nullptr;
};

}  // namespace

TEST_SUITE("sigma/rule_set") {
  TEST_CASE("SigmaHQ's rules load, and the index finds what every rule by itself finds") {
    const auto files = read_corpus();
    if (files.empty()) return;
    FieldTable fields;
    std::vector<RuleProblem> problems;
    const auto rules = RuleSet::load(files, fields, problems);
    MESSAGE(rules->rules().size() << " rules, " << problems.size() << " problems, " << fields.size()
                                  << " fields");
    for (const RuleProblem& problem : problems) MESSAGE(to_message(problem.error));
    CHECK(problems.size() < files.size() / 100);

    EventMaker maker(*rules, 42);
    Matcher matcher(rules);
    std::vector<Match> fast, slow;
    std::vector<bool> seen(rules->rules().size());
    for (int round = 0; round < 10; ++round) {
      EventBatch batch(rules->fields());
      maker.fill(batch, 50);
      fast.clear();
      slow.clear();
      matcher.match(batch, fast);
      matcher.match_all_rules(batch, slow);
      REQUIRE(fast.size() == slow.size());
      for (std::size_t i = 0; i < fast.size(); ++i) {
        REQUIRE(fast[i].event == slow[i].event);
        REQUIRE(fast[i].rule == slow[i].rule);
        seen[fast[i].rule] = true;
      }
    }
    MESSAGE(std::ranges::count(seen, true) << " different rules matched");
    CHECK(std::ranges::count(seen, true) > 200);
  }
}

}  // namespace vedette::sigma
