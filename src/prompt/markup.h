// Undoes what divides words by markup that no reader sees: tags, comments and CDATA of XML and
// HTML. Reads the bytes of a text as they came, in one pass; never writes more than it read.
#pragma once

#include "prompt/offset_map.h"

#include <string_view>

namespace vedette::prompt {

/// "ig<!-- x -->nore <b>all</b>" as "ignore all". Elements that stand within a line vanish, others
/// become a blank. `out` stays empty where nothing is surely markup: neither a closing tag nor a
/// comment, as in code.
void strip_markup(std::string_view text, MappedText& out);

}  // namespace vedette::prompt
