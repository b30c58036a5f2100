#include "cli/state.h"

#include <cstdlib>
#include <unistd.h>

namespace vedette::cli {

std::string default_state_directory() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (const std::string given = variable("STATE_DIRECTORY"); !given.empty()) return given;
  if (::geteuid() == 0) return "/var/lib/vedette";
  if (const std::string xdg = variable("XDG_STATE_HOME"); !xdg.empty()) return xdg + "/vedette";
  return variable("HOME") + "/.local/state/vedette";
}

}  // namespace vedette::cli
