#include "model/anomaly.h"

#include <fmt/core.h>

#include <bit>
#include <cmath>

namespace vedette {
namespace {

constexpr std::size_t kReasonsMax = 16;
constexpr std::size_t kVectorMax = 4096;

void put(Writer& out, double value) {
  out.fixed64(std::bit_cast<std::uint64_t>(value));
}

double take(Reader& in) {
  return std::bit_cast<double>(in.fixed64());
}

}  // namespace

void Anomaly::encode(Writer& out) const {
  out.bytes(kind);
  put(out, score);
  out.fixed64(model);
  out.u64(features_version);
  out.u64(reasons.size());
  for (const AnomalyReason& reason : reasons) {
    out.bytes(reason.feature);
    for (const double number : {reason.value, reason.usual, reason.peers, reason.share}) {
      put(out, number);
    }
    out.bytes(reason.sentence);
  }
  out.u64(vector.size());
  for (const std::int16_t step : vector) out.i64(step);
}

bool Anomaly::decode(Reader& in) {
  kind = in.bytes();
  score = take(in);
  model = in.fixed64();
  features_version = static_cast<std::uint32_t>(in.u64());
  const std::uint64_t count = in.u64();
  if (!in.ok() || count > kReasonsMax || !(score >= 0 && score <= 1)) {
    return false;
  }
  reasons.resize(count);
  for (AnomalyReason& reason : reasons) {
    reason.feature = in.bytes();
    for (double* number : {&reason.value, &reason.usual, &reason.peers, &reason.share}) {
      *number = take(in);
    }
    reason.sentence = in.bytes();
  }
  const std::uint64_t size = in.u64();
  if (!in.ok() || size > kVectorMax) return false;
  vector.resize(size);
  for (std::int16_t& step : vector) step = static_cast<std::int16_t>(in.i64());
  return in.ok();
}

void append_json(JsonAppender& json, const Anomaly& anomaly) {
  json.raw(R"({"kind":)").string(anomaly.kind);
  json.raw(R"(,"score":)").real(anomaly.score);
  json.raw(R"(,"model":)").string(fmt::format("{:016x}", anomaly.model));
  json.raw(R"(,"features_version":)").number(anomaly.features_version);
  json.raw(R"(,"reasons":)").array(anomaly.reasons, [&](const AnomalyReason& reason) {
    json.raw(R"({"feature":)").string(reason.feature);
    json.raw(R"(,"value":)").real(reason.value);
    json.raw(R"(,"usual":)").real(reason.usual);
    json.raw(R"(,"peers":)").real(reason.peers);
    json.raw(R"(,"share":)").real(reason.share);
    json.raw(R"(,"sentence":)").string(reason.sentence).raw("}");
  });
  json.raw("}");
}

}  // namespace vedette
