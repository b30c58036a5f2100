// A verdict as JSON: in answers of the API and in the lines of `vedette prompt scan`.
#pragma once

#include "base/json_writer.h"
#include "prompt/firewall.h"
#include "prompt/verdict.h"

#include <optional>
#include <string_view>

namespace vedette::prompt {

/// The members verdict, score, scanners, spans, and skipped and sanitized if there is anything to
/// say; within an object that the caller opens. `text`: what the verdict is of; without it places
/// are told in bytes alone.
void write_verdict(JsonWriter& json, std::optional<std::string_view> text, const Verdict& verdict);
/// The member receipt.
void write_receipt(JsonWriter& json, const Receipt& receipt);

}  // namespace vedette::prompt
