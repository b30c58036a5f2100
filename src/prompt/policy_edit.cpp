#include "prompt/policy_edit.h"

#include "base/text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::string_view kKey = "injection_thresholds:";

bool says_something(std::string_view line) {
  const std::string_view text = trim(line);
  return !text.empty() && !text.starts_with('#');
}

/// Lines of one document, without those of the key.
struct Document {
  std::string before;  // the line that begins it, if there is one
  std::string lines;
  bool is_policy = false;
};

std::vector<Document> documents_of(std::string_view yaml) {
  std::vector<Document> documents(1);
  while (!yaml.empty()) {
    const std::string line = std::string(take_until(yaml, '\n')) + '\n';
    if (line.starts_with("---")) {
      documents.emplace_back().before = line;
    } else if (!line.starts_with(kKey)) {
      documents.back().lines += line;
      documents.back().is_policy |= says_something(line);
    } else {
      documents.back().is_policy = true;
    }
  }
  return documents;
}

}  // namespace

Result<std::string> with_injection_thresholds(std::string_view path, std::string_view yaml,
                                              std::string_view name,
                                              const std::array<double, kStrictnesses>& thresholds,
                                              std::span<const std::string_view> routes) {
  const std::string line = fmt::format("{} [{}]\n", kKey, fmt::join(thresholds, ", "));
  const auto documents = documents_of(yaml);
  if (std::none_of(documents.begin(), documents.end(),
                   [](const Document& d) { return d.is_policy; })) {
    return std::string(yaml) + line;
  }
  VD_TRY(auto wanted, read_policies(path, yaml, routes));
  bool found = false;
  for (Policy& policy : wanted) {
    if (!name.empty() && policy.name != name) continue;
    policy.injection_thresholds = thresholds;
    found = true;
  }
  if (!found) return Error{Errc::ConfigValue, fmt::format("{}: there is no policy {}", path, name)};
  std::string edited;
  std::size_t place = 0;
  for (const Document& document : documents) {
    edited += document.before + document.lines;
    if (!document.is_policy || place == wanted.size()) continue;
    const auto& its = wanted[place++].injection_thresholds;
    if (its) edited += fmt::format("{} [{}]\n", kKey, fmt::join(*its, ", "));
  }
  const auto read = read_policies(path, edited, routes);
  bool is_as_wanted = read && read->size() == wanted.size();
  for (std::size_t i = 0; is_as_wanted && i < wanted.size(); ++i) {
    is_as_wanted = (*read)[i].version() == wanted[i].version();
  }
  if (is_as_wanted) return edited;
  return Error{Errc::ConfigValue,
               fmt::format("{}: it is not written line by line; put this into its policies "
                           "yourself: {}",
                           path, trim(std::string_view(line).substr(0, line.size() - 1)))};
}

}  // namespace vedette::prompt
