// A verdict as JSON: in answers of the API and in the lines of `vedette prompt scan`.
#pragma once

#include "base/json_writer.h"
#include "prompt/verdict.h"

#include <string_view>

namespace vedette::prompt {

/// The members verdict, score, scanners, spans, and skipped and sanitized if there is anything to
/// say; within an object that the caller opens. `text`: what the verdict is of, for code points.
void write_verdict(JsonWriter& json, std::string_view text, const Verdict& verdict);

}  // namespace vedette::prompt
