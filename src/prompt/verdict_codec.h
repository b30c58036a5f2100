// A verdict as bytes, for caches and stores. The text is not in them, nor is `sanitized`, which is
// text: sanitized() makes it again from the hits (firewall.h).
#pragma once

#include "prompt/verdict.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::prompt {

/// Of the largest entry: a verdict with kHitsMax hits.
inline constexpr std::size_t kEntryBytesMax = 64 * 1024;

/// Nothing for what is not to be kept: a verdict that a deadline cut short, or one that no
/// decode_verdict() would believe.
std::optional<std::string> encode_verdict(const Verdict& verdict);

/// `text_bytes`: the size of the text that the verdict is of. Nothing unless every value is one
/// that a scan can give: strangers may have written `entry`.
std::optional<Verdict> decode_verdict(std::string_view entry, std::size_t text_bytes);

}  // namespace vedette::prompt
