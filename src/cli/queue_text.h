// What the API answers, as lines for people. Everything that came from outside is escaped; members
// that are missing are left out. Pure functions.
#pragma once

#include "api/json.h"
#include "cli/terminal.h"

#include <string>
#include <string_view>

namespace vedette::cli {

/// The member as a text; "" if it is missing or is none.
std::string text_of(const api::Json& object, std::string_view name);
/// "2026-03-01 12:00:00"; "" for what is no time.
std::string moment_of(const api::Json& object, std::string_view name);

/// The head and one row of a table of threats.
std::string render_row_head(const Terminal& terminal);
std::string render_row(const api::Json& threat, const Terminal& terminal);
/// What a threat is now, in one line: id, entity, severity, and what people made of it.
std::string threat_line(const api::Json& threat, const Terminal& terminal);
/// "in-progress, ann has it, tags: a b, version 3".
std::string workflow_text(const api::Json& threat);
/// A threat as another machine tells it, with its findings and their lines.
std::string threat_text(const api::Json& threat, const Terminal& terminal);
/// "s-…  until 2026-04-01 12:00:00  rule R, about 203.0.113.7  (ann: reason)".
std::string suppression_line(const api::Json& suppression);
/// What a suppression would have hidden, from `would_have_hidden` of a proposal.
std::string effect_text(const api::Json& proposal);
std::string audit_line(const api::Json& entry);
std::string token_line(const api::Json& token);

}  // namespace vedette::cli
