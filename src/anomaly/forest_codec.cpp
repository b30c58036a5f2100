#include "anomaly/forest.h"

#include <fmt/core.h>

#include <bit>
#include <cmath>

namespace vedette::anomaly {
namespace {

Error damaged(std::string_view why) {
  return Error{Errc::AnomalyModelDamaged, std::string(why)};
}

void put_float(Writer& out, float value) {
  out.u64(std::bit_cast<std::uint32_t>(value));
}
/// What is no number, or none of 32 bits, becomes NaN.
float take_float(Reader& in) {
  const std::uint64_t bits = in.u64();
  return bits <= UINT32_MAX ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : NAN;
}

/// A node and all below it: the rows that go left, plus one, then the cut; 0 for a leaf. How many
/// rows a node has follows from its parent.
void encode_node(const Trees& trees, std::size_t tree, std::size_t node, std::size_t level,
                 Writer& out) {
  if (trees.is_leaf(tree, node, level)) return out.u64(0);
  out.u64(trees.size(tree, 2 * node) + 1);
  put_float(out, trees.thresholds[tree * trees.width + node]);
  for (std::size_t part = 0; part < trees.parts; ++part) {
    const std::size_t at = (tree * trees.parts + part) * trees.width + node;
    out.u64(trees.cut_at[at] / kLanes);
    if (trees.cut == Cut::Plane) put_float(out, trees.weights[at]);
  }
  encode_node(trees, tree, 2 * node, level + 1, out);
  encode_node(trees, tree, 2 * node + 1, level + 1, out);
}

/// False for what no encoder writes. As deep as the height limit, however long the input.
bool decode_node(Trees& trees, std::size_t tree, std::size_t node, std::size_t level,
                 std::size_t size, Reader& in) {
  trees.sizes[tree * 2 * trees.width + node] = static_cast<std::uint16_t>(size);
  const std::uint64_t left = in.u64();
  if (!in.ok()) return false;
  if (left == 0) {
    trees.set_leaf(tree, node, level, size);
    return true;
  }
  if (level == trees.depth || size < 2 || left - 1 > size) return false;
  float& threshold = trees.thresholds[tree * trees.width + node];
  threshold = take_float(in);
  if (!std::isfinite(threshold)) return false;
  for (std::size_t part = 0; part < trees.parts; ++part) {
    const std::size_t at = (tree * trees.parts + part) * trees.width + node;
    const std::uint64_t column = in.u64();
    if (column >= trees.columns) return false;
    trees.cut_at[at] = static_cast<std::uint32_t>(column * kLanes);
    if (trees.cut == Cut::Axis) continue;
    trees.weights[at] = take_float(in);
    if (!(std::fabs(trees.weights[at]) <= kWeightMax)) return false;
  }
  const std::size_t left_size = left - 1;
  return decode_node(trees, tree, 2 * node, level + 1, left_size, in) &&
         decode_node(trees, tree, 2 * node + 1, level + 1, size - left_size, in);
}

}  // namespace

void Forest::encode(Writer& out) const {
  out.u64(static_cast<std::uint64_t>(trees_.cut));
  out.u64(trees_.columns);
  out.u64(trees_.trees);
  out.u64(trees_.samples);
  for (const Column& column : trees_.of_columns) {
    put_float(out, column.median);
    put_float(out, column.inverse_deviation);
  }
  for (std::size_t tree = 0; tree < trees_.trees; ++tree) {
    encode_node(trees_, tree, 1, 0, out);
  }
}

Result<Forest> Forest::decode(Reader& in) {
  const std::uint64_t cut = in.u64(), columns = in.u64(), trees = in.u64(), samples = in.u64();
  if (!in.ok() || cut > static_cast<std::uint64_t>(Cut::Plane)) return damaged("no forest");
  auto made = Trees::make(static_cast<Cut>(cut), columns, trees, samples);
  if (!made) return damaged(made.error().detail);
  for (Column& column : made->of_columns) {
    column.median = take_float(in);
    column.inverse_deviation = take_float(in);
    if (!std::isfinite(column.median) || !(column.inverse_deviation >= 0) ||
        !std::isfinite(column.inverse_deviation)) {
      return damaged("a column's median or deviation is no number");
    }
  }
  for (std::size_t tree = 0; tree < made->trees; ++tree) {
    if (!decode_node(*made, tree, 1, 0, made->samples, in)) {
      return damaged(fmt::format("tree {} cannot be", tree));
    }
  }
  return Forest(*std::move(made));
}

}  // namespace vedette::anomaly
