#include "prompt/model.h"

#include "base/assert.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/text.h"
#include "prompt/blocks.h"

#include <algorithm>
#include <bit>

namespace vedette::prompt {
namespace {

constexpr std::string_view kMagic = "VDPROMPT";
constexpr std::uint64_t kVersion = 1;

struct Block {
  std::int64_t sum = 0;
  std::size_t features = 0;
  std::size_t begin = 0, end = 0;
};

/// Adds up weights; at the end of each block the window that ends there is weighed.
class Summer {
 public:
  Summer(const std::int8_t* weights, double scale) : weights_(weights), scale_(scale) {}

  void feature(FeatureKind kind, std::uint32_t hash) {
    now_.sum += std::int64_t{weights_[bucket_of(hash)]} * gain_of(kind);
    ++now_.features;
  }
  void piece(std::size_t end) {
    if (cutter_.piece(end)) close(end);
  }
  void finish(std::size_t end) {
    if (now_.features > 0) close(end);
  }

  double hottest() const { return hottest_; }
  std::size_t windows() const { return blocks_ <= kWindowBlocks ? 1 : blocks_ - kWindowBlocks + 1; }
  Span span() const { return span_; }
  double whole() const { return evidence(static_cast<double>(sum_) * scale_, features_); }

 private:
  void close(std::size_t end) {
    now_.end = end;
    ring_[blocks_ % kWindowBlocks] = now_;
    sum_ += now_.sum;
    features_ += now_.features;
    ++blocks_;
    now_ = {.begin = end};
    std::int64_t sum = 0;
    std::size_t features = 0, begin = end;
    for (const Block& block : ring_) {
      sum += block.sum;
      features += block.features;
      if (block.features > 0) begin = std::min(begin, block.begin);
    }
    const double heat = evidence(static_cast<double>(sum) * scale_, features);
    // Until the ring is full, each window holds the one before it, and only the last one counts.
    if (blocks_ > kWindowBlocks && heat <= hottest_) return;
    hottest_ = heat;
    span_ = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  const std::int8_t* weights_;
  double scale_;
  BlockCutter cutter_;
  Block now_;
  std::array<Block, kWindowBlocks> ring_{};
  std::size_t blocks_ = 0;
  std::int64_t sum_ = 0;
  std::size_t features_ = 0;
  double hottest_ = 0;
  Span span_;
};

void put_real(Writer& out, double value) {
  out.fixed64(std::bit_cast<std::uint64_t>(value));
}
double take_real(Reader& in) {
  return std::bit_cast<double>(in.fixed64());
}

}  // namespace

Model::Model(ModelParameters parameters) : parameters_(std::move(parameters)) {
  VD_ASSERT(parameters_.weights.size() == std::size_t{1} << kBucketBits);
  id_ = hash64(serialize());
}

ModelScore Model::score(std::string_view text) const {
  Summer sums(parameters_.weights.data(), parameters_.scale);
  FeatureWalk(sums).walk(text);
  sums.finish(text.size());
  ModelScore found;
  found.whole = sums.whole() + parameters_.bias;
  found.hottest = sums.hottest() + parameters_.bias;
  found.logit = found.hottest + parameters_.whole_share * (found.whole - found.hottest) -
                chance_of_heat(sums.windows());
  found.score = parameters_.score(found.logit);
  found.span = sums.span();
  return found;
}

double Model::threshold(std::size_t strictness) const {
  VD_ASSERT(strictness >= 1 && strictness <= kStrictnesses);
  return parameters_.thresholds[strictness - 1];
}

std::string Model::serialize() const {
  std::string body;
  Writer out(body);
  put_real(out, parameters_.scale);
  put_real(out, parameters_.bias);
  put_real(out, parameters_.whole_share);
  put_real(out, parameters_.slope);
  put_real(out, parameters_.offset);
  for (const double threshold : parameters_.thresholds) put_real(out, threshold);
  body.append(reinterpret_cast<const char*>(parameters_.weights.data()),
              parameters_.weights.size());
  std::string file(kMagic);
  Writer head(file);
  head.u64(kVersion);
  head.u64(kFeatureListId);
  head.u64(kBucketBits);
  head.fixed64(hash64(body));
  return file + body;
}

Result<Model> Model::parse(std::string_view file) {
  const auto damaged = [](std::string why) { return Error{Errc::ModelDamaged, std::move(why)}; };
  if (!take_prefix(file, kMagic)) return damaged("it is no model of prompts");
  Reader head(file);
  if (head.u64() != kVersion) return damaged("it is of another version");
  if (head.u64() != kFeatureListId) return damaged("it was trained on other features");
  if (head.u64() != kBucketBits) return damaged("it has another number of buckets");
  const std::uint64_t checksum = head.fixed64();
  constexpr std::size_t kReals = 5 + kStrictnesses, kHeadBytes = 3 + 8;
  constexpr std::size_t kBuckets = std::size_t{1} << kBucketBits;
  if (!head.ok() || file.size() != kHeadBytes + kReals * 8 + kBuckets) {
    return damaged("it is cut short");
  }
  const std::string_view body = file.substr(kHeadBytes);
  if (hash64(body) != checksum) return damaged("its checksum is wrong");
  Reader in(body);
  ModelParameters read;
  std::array<double*, kReals> reals{&read.scale, &read.bias, &read.whole_share, &read.slope,
                                    &read.offset};
  for (std::size_t i = 0; i < kStrictnesses; ++i) reals[5 + i] = &read.thresholds[i];
  for (double* real : reals) {
    *real = take_real(in);
    if (!std::isfinite(*real)) return damaged("a number in it is none");
  }
  const auto* weights = reinterpret_cast<const std::int8_t*>(body.data() + kReals * 8);
  read.weights.assign(weights, weights + kBuckets);
  return Model(std::move(read));
}

}  // namespace vedette::prompt
