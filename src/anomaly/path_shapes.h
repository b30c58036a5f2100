// The shapes of the paths that were asked for lately: about seven of ten requests name one of them
// again, and to find it costs a quarter of measuring it. 128 KiB, whoever asks; not thread-safe:
// one for each worker.
#pragma once

#include "anomaly/text_shape.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace vedette::anomaly {

class PathShapes {
 public:
  /// As path_shape(). Valid until the next call.
  const PathShape& of(std::string_view path);

 private:
  static constexpr std::size_t kPlaces = 1024;
  /// A path and its shape, in two cache lines. Longer ones are rare, and measured each time.
  struct Place {
    PathShape shape = path_shape({});
    std::uint16_t size = 0;
    std::array<char, 110> text{};
  };
  static_assert(sizeof(Place) == 128);

  std::unique_ptr<std::array<Place, kPlaces>> places_ =
      std::make_unique<std::array<Place, kPlaces>>();
  PathShape other_;  // of a path that has no place
};

}  // namespace vedette::anomaly
