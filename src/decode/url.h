// The target of a request as an attacked application may come to read it. Attacks hide in
// encodings; rules would otherwise need every spelling of every character.
#pragma once

#include "base/arena.h"

#include <string_view>

namespace vedette::decode {

/// Undoes the escapes of web server logs (`\xNN`, `\"`, `\\`), percent-encoding up to twice, `+` as
/// a blank in the query, IIS's `%uNNNN`, and overlong UTF-8. Letters keep their case. The result is
/// in `arena` and never longer than `target`; empty when nothing changed. Linear in the length of
/// `target`.
std::string_view decode_url(std::string_view target, Arena& arena);

}  // namespace vedette::decode
