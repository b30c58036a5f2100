// Content codings: which one a client may be sent, and bodies packed and unpacked. Pure functions.
#pragma once

#include "net/http_message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::net {

enum class Coding : std::uint8_t { Identity, Gzip, Zstd };

/// What a request's Content-Encoding means; nothing for one that is not known, or several.
std::optional<Coding> parse_content_coding(std::string_view content_encoding);

/// The best coding that an Accept-Encoding lets through: the highest q, of equals zstd, then gzip.
/// An empty one is Identity: who says nothing gets nothing packed.
Coding best_coding(std::string_view accept_encoding);

/// Whether packing such content is worth while: text, JSON, XML, JavaScript, SVG.
bool is_compressible(std::string_view content_type);

/// Packs the body if it is compressible and has at least `bytes_min` bytes, unless the response
/// already names a coding; then adds Content-Encoding. Adds Vary wherever the coding mattered.
void compress(HttpResponse& response, Coding coding, std::size_t bytes_min);

enum class Unpack : std::uint8_t { Done, Damaged, TooLarge };
/// Replaces `body` by what it holds, at most `bytes_max` bytes.
Unpack unpack(std::string& body, std::string_view packed, Coding coding, std::size_t bytes_max);

}  // namespace vedette::net
