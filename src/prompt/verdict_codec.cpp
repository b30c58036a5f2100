#include "prompt/verdict_codec.h"

#include "base/codec.h"
#include "prompt/reasons.h"

#include <algorithm>
#include <bit>

namespace vedette::prompt {
namespace {

/// Of an entry's first byte: another form has another one.
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kHowBytesMax = 64;

std::uint64_t bits_of(float score) {
  return std::bit_cast<std::uint32_t>(score);
}

/// What is no score becomes NaN, which is_score() refuses.
float read_score(Reader& in) {
  const std::uint64_t bits = in.u64();
  return std::bit_cast<float>(bits > ~std::uint32_t{0} ? ~std::uint32_t{0}
                                                       : static_cast<std::uint32_t>(bits));
}

bool is_score(float score) {
  return score >= 0 && score <= 1;
}

/// What Views::how() writes: "base64 > folded".
bool is_how(std::string_view how) {
  return how.size() <= kHowBytesMax && std::all_of(how.begin(), how.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '>';
         });
}

bool is_sound(const Hit& hit, const ScannerSet& ran) {
  return hit.span.begin < hit.span.end && is_score(hit.score) && is_how(hit.how) &&
         ran[static_cast<std::size_t>(hit.scanner)];
}

bool is_sound(const Verdict& verdict) {
  const auto in_order = [](const Hit& a, const Hit& b) { return a.span.begin < b.span.begin; };
  return verdict.skipped.none() && is_score(verdict.score) &&
         std::all_of(verdict.scores.begin(), verdict.scores.end(), is_score) &&
         (verdict.alarmed & ~verdict.ran).none() && (verdict.blocking & ~verdict.alarmed).none() &&
         verdict.hits.size() <= kHitsMax &&
         std::is_sorted(verdict.hits.begin(), verdict.hits.end(), in_order) &&
         std::all_of(verdict.hits.begin(), verdict.hits.end(),
                     [&](const Hit& hit) { return is_sound(hit, verdict.ran); });
}

/// False for what no hit is within a text of that size. Hits begin no earlier than `from`.
bool read_hit(Reader& in, std::size_t from, std::size_t text_bytes, Hit& hit) {
  const std::uint64_t scanner = in.u64(), skip = in.u64();
  if (scanner >= kScanners || skip > text_bytes - from) return false;
  const std::uint64_t begin = from + skip, length = in.u64();
  if (length > text_bytes - begin) return false;
  hit.scanner = static_cast<ScannerId>(scanner);
  hit.span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + length)};
  hit.score = read_score(in);
  const Reason* reason = find_reason(in.fixed64());
  hit.how = in.bytes();
  if (!in.ok() || reason == nullptr) return false;
  hit.kind = reason->kind;
  hit.why = reason->why;
  return true;
}

}  // namespace

std::optional<std::string> encode_verdict(const Verdict& verdict) {
  if (!is_sound(verdict)) return {};
  std::string entry;
  Writer out(entry);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(verdict.decision));
  out.u64(bits_of(verdict.score));
  for (const ScannerSet& set : {verdict.ran, verdict.alarmed, verdict.blocking}) {
    out.u64(set.to_ullong());
  }
  for (const float score : verdict.scores) out.u64(bits_of(score));
  out.u64(verdict.hits.size());
  std::uint32_t from = 0;
  for (const Hit& hit : verdict.hits) {
    const std::uint64_t reason = reason_id(hit.kind, hit.why);
    if (find_reason(reason) == nullptr) return {};
    out.u64(static_cast<std::uint64_t>(hit.scanner));
    out.u64(hit.span.begin - from);
    out.u64(hit.span.end - hit.span.begin);
    out.u64(bits_of(hit.score));
    out.fixed64(reason);
    out.bytes(hit.how);
    from = hit.span.begin;
  }
  return entry;
}

std::optional<Verdict> decode_verdict(std::string_view entry, std::size_t text_bytes) {
  Reader in(entry);
  if (in.u64() != kVersion) return {};
  Verdict verdict;
  const std::uint64_t decision = in.u64();
  if (decision > static_cast<std::uint64_t>(Decision::Block)) return {};
  verdict.decision = static_cast<Decision>(decision);
  verdict.score = read_score(in);
  for (ScannerSet* set : {&verdict.ran, &verdict.alarmed, &verdict.blocking}) {
    const std::uint64_t scanners = in.u64();
    if (scanners >> kScanners != 0) return {};
    *set = scanners;
  }
  for (float& score : verdict.scores) score = read_score(in);
  const std::uint64_t hits = in.u64();
  if (!in.ok() || hits > kHitsMax) return {};
  verdict.hits.resize(hits);
  std::size_t from = 0;
  for (Hit& hit : verdict.hits) {
    if (!read_hit(in, from, text_bytes, hit)) return {};
    from = hit.span.begin;
  }
  if (!in.done() || !is_sound(verdict)) return {};
  return verdict;
}

}  // namespace vedette::prompt
