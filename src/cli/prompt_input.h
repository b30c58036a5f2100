// What the commands of `vedette prompt` read: policies, and lines of JSON with a text each.
#pragma once

#include "api/json.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "prompt/firewall.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vedette::cli {

struct PolicyChoice {
  std::string file = {};  ///< empty: the policy that is built in
  std::string name = {};  ///< of one of them; empty: the first
  int strictness = 0;     ///< 0: as each says
};
void add_policy_options(Command command, PolicyChoice& choice);

/// A firewall with one policy of those that it knows.
struct ChosenPolicy {
  std::unique_ptr<prompt::Firewall> firewall;
  const prompt::ActivePolicy* policy;  ///< of `firewall`
};
/// ConfigValue for policies that are none, and for a name that none of them has.
Result<ChosenPolicy> choose_policy(const PolicyChoice& choice);

/// A line as JSON. Bytes that are no UTF-8 become U+FFFD: JSON cannot hold them, and what cannot be
/// read is not safe.
Result<api::Json> parse_line(const std::string& line);
/// The member of that name if it is a text, else null.
const std::string* text_in(const api::Json& json, std::string_view name);

/// Hands every line that is not empty to `visit` until that says false; `-` is standard input.
/// `more`: the next line is there already; else somebody may wait for an answer before he sends it.
/// False when a file could not be opened, which was printed then.
bool each_line(const std::vector<std::string>& files,
               const std::function<bool(const std::string& line, bool more)>& visit);

}  // namespace vedette::cli
