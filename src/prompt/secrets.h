// Secrets in a text: keys and tokens of known shape (secret_shapes.h), private keys, passwords in
// URLs and connection strings, and what is assigned to a name that says so (assignments.h).
//
// Any thread; nothing is allocated but room for hits. Linear in the text: prose is passed over at
// about a nanosecond for four bytes, since a secret is either a long run of letters and digits or
// stands behind one of = and colon.
#pragma once

#include "prompt/leak.h"

#include <string_view>

namespace vedette::prompt {

/// Appends what it finds, in order and without overlaps. The text may be any bytes.
void scan_secrets(std::string_view text, LeakHits& hits);

}  // namespace vedette::prompt
