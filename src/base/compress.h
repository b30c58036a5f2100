// Packing whole buffers with gzip and zstd, and back. For request and response bodies and stored
// blocks; files that are read a piece at a time are source/inflate's. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// `level`: 1 (fast) to 9.
std::string gzip(std::string_view bytes, int level);
/// `level`: 1 to 19, or negative for faster still.
std::string zstd(std::string_view bytes, int level);

enum class UnpackFailure : std::uint8_t { Damaged, TooLarge };

/// The unpacked bytes: every member or frame, one behind the other. Nothing when the input is
/// damaged, cut short, or would be more than `bytes_max`: memory stays below that, whatever the
/// input says of itself (a zstd window of 8 MB at most). `why` tells which, if it is there.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t bytes_max,
                                  UnpackFailure* why = nullptr);
std::optional<std::string> unzstd(std::string_view bytes, std::size_t bytes_max,
                                  UnpackFailure* why = nullptr);

}  // namespace vedette
