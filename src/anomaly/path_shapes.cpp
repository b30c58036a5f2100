#include "anomaly/path_shapes.h"

#include "base/hash.h"

#include <algorithm>

namespace vedette::anomaly {

const PathShape& PathShapes::of(std::string_view path) {
  Place& place = (*places_)[hash64(path) % kPlaces];
  if (std::string_view(place.text.data(), place.size) == path) return place.shape;
  if (path.size() > place.text.size()) return other_ = path_shape(path);
  place.shape = path_shape(path);
  place.size = static_cast<std::uint16_t>(path.size());
  std::copy(path.begin(), path.end(), place.text.begin());
  return place.shape;
}

}  // namespace vedette::anomaly
