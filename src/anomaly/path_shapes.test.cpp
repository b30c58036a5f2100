#include "anomaly/path_shapes.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>

namespace vedette::anomaly {
namespace {

auto parts(const PathShape& shape) {
  return std::tuple(shape.hash, shape.entropy, shape.depth);
}

TEST_SUITE("anomaly/path_shapes") {
  TEST_CASE("a path has its shape, whichever were asked for before it") {
    Random random(5);
    PathShapes shapes;
    for (int round = 0; round < 50'000; ++round) {
      // Few ones often, many others: each finds its own in its place, another's, or nothing.
      std::string path(random.chance(0.1) ? random.between(100, 600) : random.below(12), 'a');
      for (char& c : path) c = "/ab1"[random.below(4)];
      CHECK(parts(shapes.of(path)) == parts(path_shape(path)));
    }
  }

  TEST_CASE("the empty path is as any other") {
    PathShapes shapes;
    CHECK(parts(shapes.of("")) == parts(path_shape("")));
  }
}

}  // namespace
}  // namespace vedette::anomaly
