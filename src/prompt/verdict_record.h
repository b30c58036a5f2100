// A verdict as the log keeps it: all of it but texts, in the form of base/codec.h.
#pragma once

#include "prompt/verdict.h"

#include <string>
#include <string_view>

namespace vedette::prompt {

/// Without `sanitized`, which is text.
std::string encode_record(const Verdict& verdict);
/// The words of its hits are views of `record`. False, and `verdict` is of no use, for bytes that
/// encode_record() does not write.
bool decode_record(std::string_view record, Verdict& verdict);

}  // namespace vedette::prompt
