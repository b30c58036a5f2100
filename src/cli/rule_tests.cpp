#include "cli/rule_tests.h"

#include "base/file.h"
#include "base/yaml.h"

#include <fmt/core.h>

namespace vedette::cli {
namespace {

Error wrong(const std::string& path, const YamlNode& node, std::string_view what) {
  return {Errc::RuleMissingKey, fmt::format("{}:{}: {}", path, node.line, what)};
}

Result<std::string> text_of(const std::string& path, const YamlNode& test, std::string_view key) {
  const YamlNode* value = test.find(key);
  if (value == nullptr || !value->is_scalar()) {
    return wrong(path, test, fmt::format("a test needs `{}`", key));
  }
  return value->text;
}

Result<RuleTest> read_test(const std::string& path, const YamlNode& node) {
  if (!node.is_map()) return wrong(path, node, "a test is a map with name, rule, log and fires_on");
  RuleTest test;
  test.place = fmt::format("{}:{}", path, node.line);
  VD_TRY(test.name, text_of(path, node, "name"));
  VD_TRY(test.rule, text_of(path, node, "rule"));
  VD_TRY(test.log, text_of(path, node, "log"));
  const YamlNode* fires_on = node.find("fires_on");
  if (fires_on == nullptr || !fires_on->is_list()) {
    return wrong(path, node, "a test needs `fires_on`: a list of entities, [] for none");
  }
  for (const YamlNode& entity : fires_on->items) {
    if (!entity.is_scalar()) return wrong(path, entity, "an entity is a simple value");
    test.fires_on.push_back(entity.text);
  }
  return test;
}

}  // namespace

Result<std::vector<RuleTest>> read_rule_tests(const std::string& path) {
  VD_TRY(const std::string text, read_file(path));
  std::vector<YamlNode> documents;
  if (auto error = parse_yaml(Errc::RuleSyntax, path, text, documents)) return *std::move(error);
  std::vector<RuleTest> tests;
  for (const YamlNode& document : documents) {
    const YamlNode* list = document.find("tests");
    if (list == nullptr || !list->is_list())
      return wrong(path, document, "a list `tests` is wanted");
    for (const YamlNode& node : list->items) {
      VD_TRY(auto test, read_test(path, node));
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

}  // namespace vedette::cli
