// Does a text look as if a machine drew it? Keys do; placeholders, words and sequences do not.
#pragma once

#include <string_view>

namespace vedette::prompt {

/// Shannon's entropy of the bytes as they occur, in bits per byte; of at most the first 256.
float entropy_bits(std::string_view text);

/// Neither repeats itself nor counts (abcdef, 12345), and does not say that it is an example.
bool looks_random(std::string_view text, float entropy_min);

/// What people write where a secret goes: <your key>, ${KEY}, changeme, xxxx, example, the name of
/// the thing itself.
bool is_placeholder(std::string_view value);

}  // namespace vedette::prompt
