// The parts of `vedette anomaly` that have a file of their own.
#pragma once

#include "anomaly/model.h"
#include "base/json_writer.h"
#include "cli/commands.h"

namespace vedette::cli {

void add_anomaly_card(CLI::App& command, Chosen& chosen);
void add_anomaly_eval(CLI::App& command, Chosen& chosen);
void add_anomaly_features(CLI::App& command, Chosen& chosen);
void add_anomaly_explain(CLI::App& command, Chosen& chosen);

/// "usual": {"low": …, "q25": …}
void write_usual(JsonWriter& json, const anomaly::Usual& usual);

}  // namespace vedette::cli
