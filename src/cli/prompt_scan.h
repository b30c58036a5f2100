// vedette prompt scan, replay, calibrate: parts of cli/prompt.cpp's command.
#pragma once

#include "cli/command_line.h"
#include "cli/commands.h"

namespace vedette::cli {

void add_prompt_scan(Command command, Chosen& chosen);
void add_prompt_replay(Command command, Chosen& chosen);
void add_prompt_calibrate(Command command, Chosen& chosen);

}  // namespace vedette::cli
