#include "engine/pipeline.h"

#include "base/bounded_queue.h"
#include "base/log.h"
#include "engine/batch.h"
#include "engine/committer.h"
#include "engine/lane.h"
#include "engine/learning.h"
#include "engine/thread.h"
#include "engine/worker.h"

#include <algorithm>
#include <thread>

namespace vedette::engine {
namespace {

constexpr std::size_t kQueueBatchesMax = 2;
constexpr std::chrono::milliseconds kTick{100};
/// Between two barriers while somebody waits for one.
constexpr std::chrono::milliseconds kSoon{10};
constexpr std::chrono::seconds kLastCommitPatience{10};
constexpr int kLoadAttempts = 10;

}  // namespace

PipelineOptions default_options(std::size_t cores) {
  PipelineOptions options;
  options.workers = std::clamp<std::size_t>(cores, 1, 16);
  // In an attack the lanes have as much to do as the workers; in peace they sleep.
  options.lanes = std::clamp<std::size_t>(cores, 1, 8);
  return options;
}

FieldSet wanted_fields(const sigma::RuleSet& rules, bool anomalies) {
  FieldSet wanted = rules.fields() | triage::fields_read();
  if (anomalies) {
    wanted |= anomaly::fields_read();
    wanted.set(index(Field::SessionId));
  }
  for (const Field field :
       {Field::SourceIp, Field::SourceAddress, Field::UserName, Field::HostName, Field::RuleId,
        Field::RuleName, Field::RuleLevel, Field::RuleTechniques}) {
    wanted.set(index(field));
  }
  return wanted;
}

struct Pipeline::Impl {
  Impl(const PipelineOptions& o, std::shared_ptr<const sigma::RuleSet> r, const FieldTable& f,
       source::SourceSet& so, store::Store& st, const Clock& c, Stats& s)
      : options(o),
        rules(std::move(r)),
        fields(f),
        sources(so),
        store(st),
        clock(c),
        stats(s),
        free(o.workers * 3 + 2) {}

  void build();
  void start();
  void join();
  void work(std::size_t w);
  void run_lane(std::size_t l);
  void finish_batch(Batch* batch);
  void account(const Batch& batch);
  void keep_lines(const Batch& batch, Commit& kept) const;
  Result<void> keep(Commit& commit);
  bool barrier_due(std::chrono::steady_clock::time_point now) const;
  void attach_barrier(Batch& batch, bool last);
  void tell_committed();
  void deal(Batch* batch);
  void wait_for_store();
  std::optional<Threat> load_threat(std::uint64_t entity_hash);

  PipelineOptions options;
  std::shared_ptr<const sigma::RuleSet> rules;
  const FieldTable& fields;
  source::SourceSet& sources;
  store::Store& store;
  const Clock& clock;
  Stats& stats;

  std::vector<std::shared_ptr<const std::string>> source_names;
  std::vector<BatchPtr> batches;
  BoundedQueue<Batch*> free;
  std::vector<std::unique_ptr<BoundedQueue<Batch*>>> to_worker;             // [worker]
  std::vector<std::vector<std::unique_ptr<BoundedQueue<Batch*>>>> to_lane;  // [worker][lane]
  std::unique_ptr<Learning> learning;  // null: no anomalies are looked for
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::unique_ptr<Committer> committer;
  std::vector<std::thread> threads;

  // The reader's.
  std::uint64_t dealt = 0;
  std::uint64_t barrier_id = 0;
  bool dirty = false;                     // something was dealt since the last barrier
  std::vector<SourcePosition> to_commit;  // of the last barrier, until the sources are told
  std::uint64_t bytes_since_barrier = 0;
  std::chrono::steady_clock::time_point last_barrier;

  // Lane 0's while threads run, then the caller's.
  std::vector<LedgerLine> by_source;
  Commit kept;    // only its lines, since the last barrier
  Ledger ledger;  // as of the last barrier, with what an earlier process counted
  Ledger restored;
  Time latest;
};

Pipeline::Pipeline(const PipelineOptions& options, std::shared_ptr<const sigma::RuleSet> rules,
                   const FieldTable& fields, source::SourceSet& sources, store::Store& store,
                   const Clock& clock, Stats& stats)
    : impl_(
          std::make_unique<Impl>(options, std::move(rules), fields, sources, store, clock, stats)) {
  impl_->build();
}

Pipeline::~Pipeline() = default;
const Ledger& Pipeline::ledger() const {
  return impl_->ledger;
}
Time Pipeline::latest_event() const {
  return impl_->latest;
}

void Pipeline::Impl::build() {
  const FieldSet wanted = wanted_fields(*rules, options.anomalies);
  for (std::size_t i = 0; i < options.workers * 3 + 2; ++i) {
    batches.push_back(std::make_unique<Batch>(options.batch_bytes, wanted, options.lanes));
    free.push(batches.back().get());
  }
  triage::TriageOptions triage = options.triage;
  triage.entities_max = std::max<std::size_t>(triage.entities_max / options.lanes, 16);
  triage.threats_max = std::max<std::size_t>(triage.threats_max / options.lanes, 16);
  triage.threats_bytes_max /= options.lanes;
  triage.keep_state = options.resumable;
  sigma::CorrelatorOptions correlator = options.correlator;
  correlator.groups_max = std::max<std::size_t>(correlator.groups_max / options.lanes, 16);
  anomaly::DetectorOptions detector = options.detector;
  detector.entities_max = std::max<std::size_t>(detector.entities_max / options.lanes, 16);
  detector.keep_state = options.resumable;
  if (options.anomalies) {
    learning = std::make_unique<Learning>(detector.learning, options.lanes, options.queue, stats);
  }
  for (std::size_t l = 0; l < options.lanes; ++l) {
    const auto load = [this](std::uint64_t entity_hash) { return load_threat(entity_hash); };
    auto detects = options.anomalies ? std::make_unique<anomaly::Detector>(detector, l) : nullptr;
    lanes.push_back(std::make_unique<Lane>(l, rules, correlator, triage, load, options.resumable,
                                           std::move(detects), learning.get(), stats));
    lanes.back()->on_scored(options.on_scored);
  }
  for (std::size_t w = 0; w < options.workers; ++w) {
    workers.push_back(
        std::make_unique<Worker>(fields, rules, options.lanes, options.anomalies, stats));
    to_worker.push_back(std::make_unique<BoundedQueue<Batch*>>(kQueueBatchesMax));
    auto& queues = to_lane.emplace_back();
    for (std::size_t l = 0; l < options.lanes; ++l) {
      queues.push_back(std::make_unique<BoundedQueue<Batch*>>(kQueueBatchesMax));
    }
  }
}

/// A disk that hesitates is asked again; a threat that really cannot be read is begun anew, for
/// detection must go on.
std::optional<Threat> Pipeline::Impl::load_threat(std::uint64_t entity_hash) {
  for (int attempt = 0;; ++attempt) {
    auto found = store.threat_of(entity_hash);
    if (found) return *std::move(found);
    if (attempt == kLoadAttempts) {
      log::error("A stored threat cannot be read; its history is lost.",
                 {{"error", found.error().detail}});
      return {};
    }
    std::this_thread::sleep_for(kTick);
  }
}

Result<void> Pipeline::restore() {
  Impl& i = *impl_;
  VD_TRY(const auto positions, i.store.positions());
  i.sources.restore(positions);
  VD_TRY(i.restored, i.store.ledger());
  VD_TRY(i.barrier_id, i.store.last_barrier());
  i.ledger = i.restored;
  std::uint64_t skipped = 0;
  VD_CHECK(i.store.for_each_state([&](const StateRow& row) {
    const bool common = row.kind == StateKind::Everyone || row.kind == StateKind::Learned;
    bool understood = true;
    for (std::size_t l = 0; l < i.lanes.size(); ++l) {
      if (!common && l != row.owner % i.lanes.size()) continue;
      understood = i.lanes[l]->restore(row) && understood;
    }
    if (!understood) ++skipped;
  }));
  for (const auto& lane : i.lanes) lane->resumed();
  if (skipped > 0) {
    log::warn("Some stored state is of another version and was left out.", {{"rows", skipped}});
  }
  return {};
}

void Pipeline::Impl::start() {
  for (const auto& report : sources.reports()) {
    source_names.push_back(std::make_shared<const std::string>(report.name));
  }
  by_source.assign(source_names.size(), {});
  const auto keep = [this](Commit& commit) { return this->keep(commit); };
  committer = std::make_unique<Committer>(keep, lanes.size(), stats, options.on_commit, barrier_id);
  for (std::size_t w = 0; w < workers.size(); ++w) {
    threads.push_back(start_thread(fmt::format("vd-work-{}", w), [this, w] { work(w); }));
  }
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    threads.push_back(start_thread(fmt::format("vd-lane-{}", l), [this, l] { run_lane(l); }));
  }
  last_barrier = std::chrono::steady_clock::now();
}

void Pipeline::Impl::work(std::size_t w) {
  while (auto batch = to_worker[w]->pop()) {
    workers[w]->process(**batch);
    for (auto& queue : to_lane[w]) queue->push(*batch);
  }
  for (auto& queue : to_lane[w]) queue->close();
}

void Pipeline::Impl::run_lane(std::size_t l) {
  Lane& lane = *lanes[l];
  std::uint64_t waiting_for = 0;  // a barrier whose commit the lane has not heard of
  for (std::size_t turn = 0;; turn = (turn + 1) % workers.size()) {
    const auto next = to_lane[turn][l]->pop();
    if (!next) return;  // dealt in turn: when this worker has no more, none has
    Batch& batch = **next;
    const auto suppressions = options.queue != nullptr ? options.queue->suppressions() : nullptr;
    lane.process(batch, source_names, suppressions.get());
    if (l == 0) {
      account(batch);
      if (options.events != nullptr) keep_lines(batch, kept);
    }
    if (waiting_for != 0 && committer->committed() >= waiting_for) {
      lane.committed();
      waiting_for = 0;
    }
    if (batch.barrier) {
      Commit part;
      part.barrier = batch.barrier->id;
      if (l == 0) {
        if (options.resumable) part.positions = std::move(batch.barrier->positions);
        part.ledger = ledger;
        part.lines = std::move(kept.lines);
        part.first_event = kept.first_event;
        part.last_event = kept.last_event;
        kept = Commit{};
      }
      lane.take_changes(part, batch.barrier->last);
      waiting_for = part.barrier;
      committer->add(std::move(part));
    }
    finish_batch(&batch);
  }
}

void Pipeline::Impl::account(const Batch& batch) {
  latest = std::max(latest, batch.latest);
  for (const auto& [source, line] : batch.ledger) by_source[source] += line;
  if (!batch.barrier) return;
  ledger = restored;
  for (std::size_t s = 0; s < by_source.size(); ++s) ledger[*source_names[s]] += by_source[s];
}

void Pipeline::Impl::keep_lines(const Batch& batch, Commit& to) const {
  for (const Chunk& chunk : batch.raw.chunks()) {
    to.lines.push_back({.source = source_names[chunk.source],
                        .offset = chunk.offset,
                        .written_by = chunk.written_by,
                        .lines = std::string(batch.raw.bytes(chunk))});
  }
  to.first_event = std::min(to.first_event, batch.first_said);
  to.last_event = std::max(to.last_event, batch.last_said);
}

/// The lines first: those of a commit that does not happen are taken away again at the next start.
Result<void> Pipeline::Impl::keep(Commit& commit) {
  if (options.events != nullptr && !commit.lines.empty()) {
    std::vector<store::EventChunk> chunks;
    chunks.reserve(commit.lines.size());
    for (const KeptLines& lines : commit.lines) {
      chunks.push_back({.source = *lines.source,
                        .offset = lines.offset,
                        .written_by = lines.written_by,
                        .lines = lines.lines});
    }
    VD_CHECK(options.events->append(commit.barrier, clock.now(), commit.first_event,
                                    commit.last_event, chunks));
  }
  return options.queue != nullptr ? options.queue->commit(commit) : store.commit(commit);
}

void Pipeline::Impl::finish_batch(Batch* batch) {
  if (batch->lanes_left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  Stats::add(stats.batches, 1);
  free.push(batch);
}

bool Pipeline::Impl::barrier_due(std::chrono::steady_clock::time_point now) const {
  if (!dirty || committer->committed() != barrier_id) return false;
  if (bytes_since_barrier >= options.checkpoint_bytes) return true;
  // Threats can leave memory only after a commit.
  if (Stats::get(stats.threats_in_memory) * 2 > options.triage.threats_max * 3) return true;
  const auto pause =
      stats.commits_soon() ? std::min(options.checkpoint, kSoon) : options.checkpoint;
  return options.resumable && now - last_barrier >= pause;
}

void Pipeline::Impl::attach_barrier(Batch& batch, bool last) {
  batch.barrier = Barrier{++barrier_id, sources.positions(), last};
  if (options.resumable) to_commit = batch.barrier->positions;
  dirty = false;
  bytes_since_barrier = 0;
  last_barrier = std::chrono::steady_clock::now();
}

/// Positions that are stored let the sources forget what lies before them.
void Pipeline::Impl::tell_committed() {
  if (to_commit.empty() || committer->committed() != barrier_id) return;
  sources.committed(to_commit);
  to_commit.clear();
}

void Pipeline::Impl::deal(Batch* batch) {
  batch->lanes_left.store(static_cast<std::uint32_t>(lanes.size()), std::memory_order_relaxed);
  to_worker[dealt++ % workers.size()]->push(batch);
}

/// While the store fails and memory holds as many threats as it may, reading waits: that is how the
/// pressure gets back to the sources.
void Pipeline::Impl::wait_for_store() {
  while (stats.store_failing && !sources.stopped() &&
         Stats::get(stats.threats_in_memory) > 2 * options.triage.threats_max) {
    std::this_thread::sleep_for(kTick);
  }
}

void Pipeline::Impl::join() {
  for (auto& queue : to_worker) queue->close();
  for (auto& thread : threads) thread.join();
  threads.clear();
}

Result<void> Pipeline::run(const std::function<void()>& tick) {
  Impl& i = *impl_;
  i.start();
  i.stats.ready = true;
  auto last_tick = std::chrono::steady_clock::time_point{};
  for (bool open = true; open;) {
    Batch* batch = *i.free.pop();
    batch->clear();
    const source::ReadStatus status = i.sources.read(batch->raw, kTick);
    batch->read_at = i.clock.now();
    const auto now = std::chrono::steady_clock::now();
    open = status == source::ReadStatus::Filled || status == source::ReadStatus::Idle;
    if (status == source::ReadStatus::Filled) {
      i.dirty = true;
      i.bytes_since_barrier += batch->raw.size();
    }
    i.tell_committed();
    const bool barrier = !open || i.barrier_due(now);
    if (barrier) i.attach_barrier(*batch, !open);
    if (barrier || !batch->raw.empty()) {
      i.deal(batch);
    } else {
      i.free.push(batch);
    }
    if (now - last_tick >= kTick) {
      tick();
      last_tick = now;
    }
    i.wait_for_store();
  }
  i.join();
  i.stats.ready = false;
  auto finished = i.committer->finish(kLastCommitPatience);
  i.tell_committed();
  return finished;
}

}  // namespace vedette::engine
