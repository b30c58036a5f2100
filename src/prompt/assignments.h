// Secrets that no shape tells: what makes `password = "…"`, `api_key: …`, `Authorization: Bearer …`
// and `curl -u user:…` secrets is the name before them. Code and prose are full of names without
// secrets, so the value has to look like one; where in doubt, it is none.
#pragma once

#include "prompt/leak.h"

#include <optional>
#include <string_view>

namespace vedette::prompt {

/// What the = or : at `at` gives to a name. Looks at most some hundred bytes around.
std::optional<LeakHit> match_assignment(std::string_view text, std::size_t at);

/// The password that begins at `at`, behind "password is ".
std::optional<LeakHit> match_said_password(std::string_view text, std::size_t at);

/// The colon at `at` between the user and the password behind `-u` or `--user`.
std::optional<LeakHit> match_command_user(std::string_view text, std::size_t at);

}  // namespace vedette::prompt
