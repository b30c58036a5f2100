#include "engine/replay.h"

#include "engine/lane.h"
#include "engine/pipeline.h"
#include "engine/worker.h"
#include "model/threat_query.h"

#include <algorithm>
#include <cstring>

namespace vedette::engine {
namespace {

/// Moves as many whole lines as fit from the front of `text` into the batch.
void fill(RawBatch& raw, std::string_view& text, std::uint64_t& offset, Time written_by) {
  std::size_t size = std::min(text.size(), raw.room_bytes());
  if (size < text.size()) {
    const auto end = text.rfind('\n', size - 1);
    if (end != std::string_view::npos) size = end + 1;
  }
  std::memcpy(raw.room(), text.data(), size);
  Chunk chunk;
  chunk.offset = offset;
  chunk.written_by = written_by;
  raw.add(chunk, size);
  text.remove_prefix(size);
  offset += size;
}

}  // namespace

std::vector<Threat> replay(const FieldTable& fields,
                           const std::shared_ptr<const sigma::RuleSet>& rules,
                           std::string_view text, Time written_by) {
  Stats stats;
  Worker worker(fields, rules, 1, false, stats);
  triage::TriageOptions triage;
  triage.keep_state = false;
  Lane lane(
      0, rules, {}, triage, [](std::uint64_t) { return std::nullopt; }, false, nullptr, nullptr,
      stats);
  Batch batch(256 * 1024, wanted_fields(*rules, false), 1);
  std::uint64_t offset = 0;
  Time latest;
  const auto source = std::make_shared<const std::string>("-");
  while (!text.empty()) {
    batch.clear();
    batch.read_at = written_by;
    fill(batch.raw, text, offset, written_by);
    worker.process(batch);
    lane.process(batch, {source}, nullptr);
    latest = std::max(latest, batch.latest);
  }
  Commit commit;
  lane.take_changes(commit, true);
  std::sort(commit.threats.begin(), commit.threats.end(), [](const Threat& a, const Threat& b) {
    return comes_before(Sort::Rank, rank_key(a), rank_key(b));
  });
  return std::move(commit.threats);
}

}  // namespace vedette::engine
