// Undoes what writes characters as other characters: escapes of URLs, HTML and string literals,
// base64, hexadecimal and numbers. Each reads the bytes of a text as they came, in one pass, and
// leaves `out` empty if there is nothing to decode; what it writes is never longer than the text by
// more than a hundredth.
#pragma once

#include "prompt/offset_map.h"

#include <string_view>

namespace vedette::prompt {

/// %41, %u0041, and + as a blank in words that have one of these.
void decode_percent(std::string_view text, MappedText& out);
/// &#65; &#x41; &lt; and the other names of ASCII characters.
void decode_entities(std::string_view text, MappedText& out);
/// \u0041 \u{41} \U00000041 \x41 \101 \n \" as in JSON, YAML and most languages, and the end of a
/// line behind a backslash.
void decode_escapes(std::string_view text, MappedText& out);
/// Runs of at least 16 characters of either alphabet, over lines too, if they are text underneath.
void decode_base64(std::string_view text, MappedText& out);
/// 69676e6f7265…, 69 67 6e …, 0x69, 0x67, …: at least 8, or 6 apart, that are text underneath.
void decode_hex(std::string_view text, MappedText& out);
/// 105 103 110 … and 01101001 01100111 …: at least 8 that are letters underneath.
void decode_numbers(std::string_view text, MappedText& out);

/// Whether these bytes are UTF-8 that people read (or UTF-16 of ASCII), but for at most a tenth.
bool is_text(std::string_view bytes);

}  // namespace vedette::prompt
