// The encodings of addresses: percent signs (RFC 3986), query strings, base64url without padding
// (RFC 4648, 5). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::api {

/// Nothing for a percent sign without two hexadecimal digits, and for a NUL.
std::optional<std::string> percent_decoded(std::string_view text);
/// Everything but unreserved characters escaped.
std::string percent_encoded(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;
/// `+` is a blank. Nothing where an escape is broken, or for more than 64 parameters.
std::optional<Query> parse_query(std::string_view text);

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace vedette::api
