#include "anomaly/model.h"
#include "base/hash.h"
#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <bit>
#include <cmath>

namespace vedette::anomaly {
namespace {

constexpr std::string_view kMagic = "VDANOMLY";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kChecksumBytes = 8;

Error damaged(std::string why) {
  return Error{Errc::AnomalyModelDamaged, std::move(why)};
}

std::array<float Usual::*, 7> quantiles() {
  return {&Usual::low, &Usual::q25, &Usual::median, &Usual::q75,
          &Usual::q95, &Usual::q99, &Usual::high};
}

void encode_options(const ModelOptions& options, Writer& out) {
  out.u64(options.ensemble ? 1 : 0);
  out.u64(options.trees);
  out.u64(options.samples);
  out.u64(options.samples_large);
  out.u64(options.baseline_max);
  out.fixed64(options.seed);
}

Result<ModelOptions> decode_options(Reader& in) {
  const std::uint64_t ensemble = in.u64();
  const ModelOptions options{.ensemble = ensemble == 1,
                             .trees = in.u64(),
                             .samples = in.u64(),
                             .samples_large = in.u64(),
                             .baseline_max = in.u64(),
                             .seed = in.fixed64()};
  if (!in.ok() || ensemble > 1 || options.baseline_max < 1 || options.baseline_max > kBaselineMax) {
    return damaged("its options are out of bounds");
  }
  return options;
}

/// Grows with each value, however many are said to come.
Result<std::vector<Usual>> decode_usual(Reader& in, std::size_t columns) {
  std::vector<Usual> usual(columns);
  for (Usual& column : usual) {
    float before = -INFINITY;
    for (const auto quantile : quantiles()) {
      const std::uint64_t bits = in.u64();
      if (!in.ok() || bits > UINT32_MAX) return damaged("it is cut short");
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (!std::isfinite(value) || value < before) return damaged("what is usual is in no order");
      column.*quantile = before = value;
    }
  }
  return usual;
}

/// What stands between the version and the checksum.
std::string_view body_of(std::string_view bytes) {
  return bytes.substr(0, bytes.size() - kChecksumBytes);
}

Result<void> check_file(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return damaged("it is no model of behaviour");
  Reader version(bytes.substr(kMagic.size()));
  if (const std::uint64_t found = version.u64(); found != kVersion) {
    return damaged(fmt::format("it is of version {}, this program reads {}", found, kVersion));
  }
  if (bytes.size() < kMagic.size() + 1 + kChecksumBytes) return damaged("it is cut short");
  Reader checksum(bytes.substr(bytes.size() - kChecksumBytes));
  if (checksum.fixed64() != hash64(body_of(bytes))) {
    return damaged("its checksum is wrong: it is cut short or changed");
  }
  return {};
}

}  // namespace

std::string Model::encode() const {
  std::string bytes(kMagic);
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(features_version_);
  encode_options(options_, out);
  out.time(when_.from);
  out.time(when_.to);
  out.u64(rows_);
  out.u64(names_.size());
  for (const std::string& name : names_) out.bytes(name);
  for (const Usual& column : usual_) {
    for (const auto quantile : quantiles()) out.u64(std::bit_cast<std::uint32_t>(column.*quantile));
  }
  for (const Forest& forest : forests_) forest.encode(out);
  for (const Ranks& ranks : forest_ranks_) ranks.encode(out);
  ranks_.encode(out);
  out.fixed64(hash64(bytes));
  return bytes;
}

Result<Model> Model::decode(std::string_view bytes) {
  VD_CHECK(check_file(bytes));
  Reader in(body_of(bytes).substr(kMagic.size()));
  in.u64();  // the version
  Model model;
  const std::uint64_t features_version = in.u64();
  VD_TRY(model.options_, decode_options(in));
  model.when_ = {.from = in.time(), .to = in.time()};
  model.rows_ = in.u64();
  const std::uint64_t columns = in.u64();
  if (!in.ok() || features_version > UINT32_MAX || columns < 1 || columns > kColumnsMax) {
    return damaged("it says nothing sensible about its columns");
  }
  model.features_version_ = static_cast<std::uint32_t>(features_version);
  for (std::uint64_t i = 0; i < columns; ++i) {
    const std::string_view name = in.bytes();
    if (!in.ok() || name.size() > kNameBytesMax) return damaged("the name of a column is too long");
    model.names_.emplace_back(name);
  }
  VD_TRY(model.usual_, decode_usual(in, columns));
  const std::size_t forests = model.options_.ensemble ? 4 : 1;
  for (std::size_t i = 0; i < forests; ++i) {
    VD_TRY(Forest forest, Forest::decode(in));
    if (forest.columns() != columns) return damaged("a forest has other columns");
    model.forests_.push_back(std::move(forest));
  }
  for (std::size_t i = 0; i < forests && forests > 1; ++i) {
    VD_TRY(Ranks ranks, Ranks::decode(in, kBaselineMax));
    model.forest_ranks_.push_back(std::move(ranks));
  }
  VD_TRY(model.ranks_, Ranks::decode(in, kBaselineMax));
  if (!in.done()) return damaged("something stands behind its end");
  return model;
}

}  // namespace vedette::anomaly
