// Rules as the commands load them: built-in ones, and those of files and directories that the user
// names.
#pragma once

#include "model/field.h"
#include "sigma/rule_set.h"

#include <memory>
#include <string>
#include <vector>

namespace vedette::cli {

struct LoadedRules {
  FieldTable fields;
  std::shared_ptr<const sigma::RuleSet> rules;
  std::vector<Error> problems;  ///< unreadable files and rules; the others are loaded
};

/// `paths`: files, or directories searched for *.yml and *.yaml (not *.test.yml).
std::unique_ptr<LoadedRules> load_rules(bool builtin, const std::vector<std::string>& paths);
/// Prints the problems, if any, to standard error.
void print_problems(const LoadedRules& loaded);

/// Files below `path` (or `path` itself) whose names end in one of the suffixes, sorted.
std::vector<std::string> files_below(const std::string& path,
                                     const std::vector<std::string>& suffixes);

/// Where this installation keeps its samples: beside the source tree the binary was built in, or
/// below the prefix it was installed to. Empty if nowhere.
std::string samples_directory();

}  // namespace vedette::cli
