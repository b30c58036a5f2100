#include "cli/anomaly_logs.h"

#include "base/clock.h"
#include "cli/load.h"
#include "cli/log_times.h"
#include "cli/progress.h"
#include "engine/pipeline.h"
#include "engine/thread.h"

namespace vedette::cli {

Result<void> for_each_vector(const std::vector<std::string>& inputs, const std::string& kind,
                             const engine::OnScored& told) {
  const auto loaded = load_rules(true, {});
  const SystemClock clock;
  source::SourceSet sources(with_times(loaded->fields), clock);
  sources.add_inputs(inputs);
  VD_TRY(const auto store, store::Store::open_temporary());
  auto options = engine::default_options(engine::usable_cores());
  options.lanes = 1;  // so that vectors come in the order of the events
  options.anomalies = true;
  options.detector.tell_all = true;
  options.on_scored = [&](const EntityRef& entity, const Event& event,
                          const anomaly::Alarm& alarm) {
    if (kind.empty() || alarm.anomaly->kind == kind) told(entity, event, alarm);
  };
  engine::Stats stats;
  engine::Pipeline pipeline(options, loaded->rules, loaded->fields, sources, *store, clock, stats);
  Progress progress;
  return pipeline.run([&] { progress.update(sources.reports(), engine::Stats::get(stats.lines)); });
}

}  // namespace vedette::cli
