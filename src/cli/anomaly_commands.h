// The parts of `vedette anomaly` that have a file of their own.
#pragma once

#include "anomaly/evaluate.h"
#include "anomaly/model.h"
#include "base/json_writer.h"
#include "cli/anomaly_input.h"
#include "cli/command_line.h"
#include "cli/commands.h"

#include <string>

namespace vedette::cli {

void add_anomaly_card(Command command, Chosen& chosen);
void add_anomaly_eval(Command command, Chosen& chosen);
void add_anomaly_features(Command command, Chosen& chosen);
void add_anomaly_explain(Command command, Chosen& chosen);

// What score, eval and explain do without a file: see anomaly_kept.h.
Result<void> score_kept(const InputChoice& input, const ModelChoice& choice,
                        const std::string& format, const std::string& report);
Result<void> eval_kept(const InputChoice& input, const ModelChoice& choice,
                       const std::string& format, const std::string& report);
/// Of one threat, or where `threat` is empty the `most` that score highest.
Result<void> explain_kept(const InputChoice& input, const ModelChoice& choice,
                          const std::string& format, const std::string& threat, std::size_t most);

/// "usual": {"low": …, "q25": …}
void write_usual(JsonWriter& json, const anomaly::Usual& usual);
/// "auroc": …, "average_precision": …
void write_quality(JsonWriter& json, const anomaly::Quality& quality);

}  // namespace vedette::cli
