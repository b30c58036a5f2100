#include "api/verdict_log.h"

#include "base/ip.h"
#include "prompt/masking.h"
#include "prompt/personal.h"
#include "prompt/recalibrate.h"
#include "prompt/secrets.h"
#include "prompt/verdict_record.h"

#include <cmath>

namespace vedette::api {
namespace {

static_assert(store::PromptStore::kDirections == prompt::kDirections);
static_assert(store::PromptStore::kBins == prompt::kScoreBins + 1);
static_assert(prompt::kScanners <= store::kScannersMax);

/// Without secrets and personal data, whatever the policy looked for; what the verdict found in
/// encodings goes with them.
std::string masked(std::string_view text, const prompt::Verdict& verdict) {
  prompt::LeakHits hits;
  prompt::scan_secrets(text, hits);
  prompt::scan_personal(text, hits);
  for (const prompt::Hit& hit : verdict.hits) {
    const auto kind = prompt::leak_kind(hit.kind);
    const bool is_place = hit.span.begin < hit.span.end && hit.span.end <= text.size();
    if (kind && is_place && hit.scanner != prompt::ScannerId::Links) {
      hits.push_back({hit.span, *kind, hit.score});
    }
  }
  prompt::settle(hits);
  return prompt::Masker().mask(text, hits);
}

}  // namespace

std::string client_name(std::string_view address) {
  const auto ip = parse_ip(address);
  return ip ? format_ip(*ip) : std::string(address);
}

bool VerdictLog::wants(const prompt::Verdict& verdict) const {
  using Which = VerdictLogOptions::Which;
  return options_.which == Which::All ||
         (options_.which == Which::Alarms &&
          (verdict.decision != prompt::Decision::Allow || verdict.alarmed.any()));
}

std::string VerdictLog::text_of(const PromptResult& result) const {
  if (options_.text == store::TextForm::None) return {};
  const std::string& text = result.part.text;
  return options_.text == store::TextForm::Raw ? text : masked(text, result.verdict);
}

void VerdictLog::add(std::span<const PromptResult> results, std::string_view client) {
  for (const PromptResult& result : results) {
    const auto direction = static_cast<std::uint8_t>(result.part.direction);
    if (options_.counts_scores) {
      if (const auto bin = prompt::score_bin(result.verdict)) store_.count(direction, *bin);
    }
    if (!wants(result.verdict)) continue;
    store::LoggedVerdict row;
    row.time = clock_.now();
    row.client = client_name(client);
    row.direction = direction;
    row.decision = static_cast<std::uint8_t>(result.verdict.decision);
    // As it is shown: whoever asks for 0.9 means what is told as 0.9.
    row.score = std::round(static_cast<double>(result.verdict.score) * 1e6) / 1e6;
    row.alarmed = static_cast<std::uint32_t>(result.verdict.alarmed.to_ulong());
    row.text_hash = result.receipt.text;
    row.policy = result.receipt.policy;
    row.model = result.receipt.model;
    row.form = options_.text;
    row.text = text_of(result);
    row.body = prompt::encode_record(result.verdict);
    store_.log(std::move(row));
  }
}

}  // namespace vedette::api
