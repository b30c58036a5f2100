// vedette prompt scan, replay, calibrate: parts of cli/prompt.cpp's command.
#pragma once

#include "cli/commands.h"

namespace vedette::cli {

CLI::App* add_prompt_scan(CLI::App& command, Chosen& chosen);
CLI::App* add_prompt_replay(CLI::App& command, Chosen& chosen);
CLI::App* add_prompt_calibrate(CLI::App& command, Chosen& chosen);

}  // namespace vedette::cli
