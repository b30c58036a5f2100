#include "cli/prompt_input.h"

#include "api/prompts.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/terminal.h"

#include <fmt/core.h>

#include <fstream>

namespace vedette::cli {
namespace {

std::string repaired(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

}  // namespace

void add_policy_options(Command command, PolicyChoice& choice) {
  command
      .add_option("--strictness", choice.strictness,
                  "1 to 4: at most 0.1, 0.5, 1 or 3 % false alarms")
      .in_range(1, 4);
  command.add_option("--policies", choice.file, "A YAML file with policies");
  command.add_option("--policy", choice.name, "The name of one of them; else the first");
}

Result<ChosenPolicy> choose_policy(const PolicyChoice& choice) {
  std::vector<prompt::Policy> policies{prompt::Policy{}};
  if (!choice.file.empty()) {
    VD_TRY(const std::string yaml, read_file(choice.file));
    VD_TRY(policies, prompt::read_policies(choice.file, yaml, api::prompt_routes()));
  }
  if (choice.strictness > 0) {
    for (prompt::Policy& policy : policies) policy.strictness = choice.strictness;
  }
  ChosenPolicy chosen{
      std::make_unique<prompt::Firewall>(prompt::builtin_model(), std::move(policies)), nullptr};
  chosen.policy = chosen.firewall->policy(choice.name);
  if (chosen.policy == nullptr) {
    return Error{Errc::ConfigValue, fmt::format("there is no policy {}", choice.name)};
  }
  return chosen;
}

Result<api::Json> parse_line(const std::string& line) {
  auto json = api::Json::parse(line);
  return json ? std::move(json) : api::Json::parse(repaired(line));
}

const std::string* text_in(const api::Json& json, std::string_view name) {
  const api::Json* member = json.find(name);
  return member != nullptr && member->is(api::Json::Kind::String) ? &member->string : nullptr;
}

bool each_line(const std::vector<std::string>& files,
               const std::function<bool(const std::string& line, bool more)>& visit) {
  bool all = true;
  for (const std::string& path : files) {
    std::ifstream in(path == "-" ? "/dev/stdin" : path, std::ios::binary);
    if (!in) {
      print_error({Errc::FileOpen, path + ": it cannot be opened"});
      all = false;
      continue;
    }
    std::string line;
    while (std::getline(in, line)) {
      if (!line.empty() && !visit(line, in.rdbuf()->in_avail() > 0)) return all;
    }
  }
  return all;
}

}  // namespace vedette::cli
