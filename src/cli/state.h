// Where state lies when nobody says.
#pragma once

#include <string>

namespace vedette::cli {

/// /var/lib/vedette for root, $STATE_DIRECTORY under systemd, else $XDG_STATE_HOME/vedette or
/// ~/.local/state/vedette.
std::string default_state_directory();

}  // namespace vedette::cli
