// vedette prompt scan: a verdict for each text. Part of cli/prompt.cpp's command.
#pragma once

#include "cli/commands.h"

namespace vedette::cli {

CLI::App* add_prompt_scan(CLI::App& command, Chosen& chosen);

}  // namespace vedette::cli
