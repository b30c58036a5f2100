#include "cli/load.h"

#include "base/file.h"
#include "cli/terminal.h"
#include "sigma/builtin.h"

#include <algorithm>
#include <filesystem>
#include <malloc.h>

namespace vedette::cli {
namespace fs = std::filesystem;

std::vector<std::string> files_below(const std::string& path,
                                     const std::vector<std::string>& suffixes) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> found;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error),
      end;
  for (; !error && at != end; at.increment(error)) {
    const std::string name = at->path().string();
    const bool wanted =
        std::any_of(suffixes.begin(), suffixes.end(),
                    [&](const std::string& suffix) { return name.ends_with(suffix); });
    if (wanted && at->is_regular_file(error)) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::unique_ptr<LoadedRules> load_rules(bool builtin, const std::vector<std::string>& paths) {
  auto loaded = std::make_unique<LoadedRules>();
  std::vector<sigma::RuleFile> files;
  if (builtin) {
    const auto all = sigma::builtin_rules();
    files.assign(all.begin(), all.end());
  }
  for (const std::string& path : paths) {
    for (const std::string& file : files_below(path, {".yml", ".yaml"})) {
      if (file.ends_with(".test.yml")) continue;
      auto text = read_file(file);
      if (text) {
        files.push_back({file, *std::move(text)});
      } else {
        loaded->problems.push_back(text.error());
      }
    }
  }
  std::vector<sigma::RuleProblem> problems;
  loaded->rules = sigma::RuleSet::load(files, loaded->fields, problems);
  for (auto& problem : problems) loaded->problems.push_back(std::move(problem.error));
  // The YAML of the rules took many times the memory that the compiled rules do: give it back now,
  // or it counts against us as long as we live.
  ::malloc_trim(0);
  return loaded;
}

void print_problems(const LoadedRules& loaded) {
  for (const Error& problem : loaded.problems) print_error(problem);
}

std::string samples_directory() {
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  // build/release/vedette -> samples, and bin/vedette -> share/vedette/samples
  for (const char* relative : {"../../samples", "../share/vedette/samples"}) {
    const fs::path candidate = fs::weakly_canonical(binary.parent_path() / relative, error);
    if (!error && fs::is_directory(candidate, error)) return candidate.string();
  }
  return {};
}

}  // namespace vedette::cli
