#include "prompt/verdict_record.h"

#include "base/codec.h"

#include <bit>

namespace vedette::prompt {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kRecordHitsMax = 4096;  // far more than there are

void put(Writer& out, float value) {
  out.u64(std::bit_cast<std::uint32_t>(value));
}
/// False for what is no score.
bool take(Reader& in, float& value) {
  value = std::bit_cast<float>(static_cast<std::uint32_t>(in.u64()));
  return value >= 0 && value <= 1;
}
bool take(Reader& in, ScannerSet& set) {
  const std::uint64_t bits = in.u64();
  set = ScannerSet(bits);
  return set.to_ullong() == bits;
}

}  // namespace

std::string encode_record(const Verdict& verdict) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(verdict.decision));
  put(out, verdict.score);
  for (const ScannerSet& set : {verdict.ran, verdict.alarmed, verdict.blocking, verdict.skipped}) {
    out.u64(set.to_ullong());
  }
  for (const float score : verdict.scores) put(out, score);
  out.u64(verdict.hits.size());
  for (const Hit& hit : verdict.hits) {
    out.u64(static_cast<std::uint64_t>(hit.scanner));
    out.u64(hit.span.begin);
    out.u64(hit.span.end);
    put(out, hit.score);
    out.bytes(hit.kind);
    out.bytes(hit.why);
    out.bytes(hit.how);
  }
  return bytes;
}

bool decode_record(std::string_view record, Verdict& verdict) {
  verdict = {};
  Reader in(record);
  if (in.u64() != kVersion) return false;
  const std::uint64_t decision = in.u64();
  if (decision > static_cast<std::uint64_t>(Decision::Block)) return false;
  verdict.decision = static_cast<Decision>(decision);
  bool good = take(in, verdict.score);
  for (ScannerSet* set : {&verdict.ran, &verdict.alarmed, &verdict.blocking, &verdict.skipped}) {
    good = take(in, *set) && good;
  }
  for (float& score : verdict.scores) good = take(in, score) && good;
  const std::uint64_t hits = in.u64();
  if (!good || hits > kRecordHitsMax) return false;
  for (std::uint64_t i = 0; i < hits && good && in.ok(); ++i) {
    Hit& hit = verdict.hits.emplace_back();
    const std::uint64_t scanner = in.u64(), begin = in.u64(), end = in.u64();
    good = scanner < kScanners && begin <= end && end <= UINT32_MAX;
    hit.scanner = static_cast<ScannerId>(scanner);
    hit.span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    good = take(in, hit.score) && good;
    hit.kind = in.bytes();
    hit.why = in.bytes();
    hit.how = in.bytes();
  }
  return good && in.done();
}

}  // namespace vedette::prompt
