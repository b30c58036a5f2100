// Detector: activities to anomalies, for the entities that one lane owns. Keeps a profile of each,
// and when one is worth a look makes a feature vector of it. The vectors of a batch are scored
// together, then judged in the order of their events, between which rules have their say: so where
// a batch ends changes nothing. What scored high enough is an alarm, again only when it becomes
// worse or comes back. The vectors are also what is learned from. One thread.
//
// While there is no model of a kind yet there are no alarms about it: it is being learned.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/everyone.h"
#include "anomaly/learned.h"
#include "anomaly/profile.h"
#include "base/bounded_table.h"
#include "model/anomaly.h"
#include "model/commit.h"
#include "model/threat.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace vedette::anomaly {

struct DetectorOptions {
  std::size_t entities_max = 16384;  ///< profiles, about 800 bytes each
  bool keep_state = true;            ///< false: nothing will be resumed
  bool tell_all = false;             ///< whatever was scored, alarm or not
  LearningOptions learning;
};

/// That an entity of this lane took part in an activity.
struct Sighting {
  std::uint64_t entity = 0;    ///< hash of what the profile is of, unlike those of other kinds
  std::uint64_t owner = 0;     ///< of the entity whose lane this is
  std::uint32_t activity = 0;  ///< its place in the batch
  Kind kind = Kind::Source;
};

/// Every rule of an alarm has an id that begins so.
inline constexpr std::string_view kRulePrefix = "anomaly-";

struct Alarm {
  Sighting sighting;
  std::shared_ptr<const FindingRule> rule;  ///< null: scored, but no alarm (tell_all)
  std::shared_ptr<const Anomaly> anomaly;
};

class Detector {
 public:
  /// `lane`: the key of what there is one of for each lane.
  Detector(const DetectorOptions& options, std::uint64_t lane);

  /// Every activity of the stream, in order: what is new to everyone. Then those who took part in
  /// it.
  void note(const Activity& activity) { novelty_ = everyone_.note(activity); }
  /// What note() will look for, some 4 activities before it.
  [[gnu::always_inline]] void expect(const Activity& activity) const { everyone_.expect(activity); }
  void see(const Sighting& sighting, const Activity& activity);
  /// What see() will look for, some 16 sightings before it, and what it will then touch, some 8
  /// before: most of its time would go by waiting for memory.
  [[gnu::always_inline]] void expect(const Sighting& sighting) const {
    entities_.prefetch(sighting.entity);
    if (sighting.kind == Kind::Network) lone_.prefetch(sighting.entity);
  }
  [[gnu::always_inline]] void expect_soon(const Sighting& sighting, const Activity& activity) {
    const Tracked* known = entities_.peek(sighting.entity);
    if (known == nullptr) return;
    __builtin_prefetch(known, 1);
    known->profile.prefetch(sighting.kind, activity);
  }
  /// A rule says that the source or user is hostile: up to a day later nothing is learned from it
  /// and nothing is added to that, from what is judged next on.
  void accused(std::uint64_t entity, Time time);
  /// Scores what was seen since the last call, all of which was judged.
  void score();
  /// The first activity with something scored that is not judged; nothing when all is.
  std::optional<std::uint32_t> unjudged() const;
  /// Judges what was scored of that activity: whether it is an alarm, and to be learned from.
  void judge(std::vector<Alarm>& alarms);

  /// A copy of what there is to be learned from at `hour` (since 1970, of the stream).
  Lesson lesson(std::int64_t hour) const;
  void adopt(std::shared_ptr<const Learned> learned);
  const std::shared_ptr<const Learned>& learned() const { return learned_; }

  /// Appends the rows of what changed. `common`: also of what every lane has alike.
  void take_changes(std::vector<StateRow>& rows, bool common);
  bool restore(const StateRow& row);

  std::size_t entities() const { return entities_.size(); }
  std::uint64_t entities_evicted() const { return entities_.evicted(); }
  std::uint64_t scored() const { return scored_; }

 private:
  /// In the table the profile begins with a line of the cache, what stands before it fills one.
  struct Tracked {
    std::uint64_t owner = 0;
    // Since 1970; 0: never. The alarm's is the last in which the score was still that high.
    std::int64_t accused_until = 0, alarm_hour = 0;
    std::int32_t peak_day = 0;
    float peak = 0;    // the highest score of the day
    float orders = 0;  // the most surprising vector of the day, in orders of magnitude
    float habit = 0;   // and of the days before, fading
    float alarm = 0;   // the score that was last told; 0: all is quiet
    Kind kind = Kind::Source;
    bool changed = false, has_row = false;
    Profile profile;

    /// That never becomes untrue of an hour: who was accused since is passed over at once.
    bool is_accused(std::int64_t hour) const { return hour < accused_until; }
  };
  static_assert(sizeof(Tracked) == 48 + sizeof(Profile));
  /// A network of one source is that source: no more is kept of it until there is another.
  struct Lone {
    std::int64_t last_ns = 0;
    std::uint64_t owner = 0;
    std::uint32_t source = 0;  // its facet
    bool changed = false, has_row = false;
  };
  struct Pending {
    Sighting sighting;
    std::int64_t hour = 0;
    Vector vector{};
    float orders = 0;  // how surprising it is
    OwnUsual usual;    // for the entity, then
  };

  Tracked* tracked(const Sighting& sighting, const Activity& activity);
  Tracked& add(const Sighting& sighting);
  bool is_lone(const Sighting& sighting, const Activity& activity);
  /// Its row is to be written.
  template <typename Kept>
  void mark(std::uint64_t key, Kept& kept) {
    if (kept.changed || !options_.keep_state) return;
    kept.changed = true;
    changed_.push_back(key);
  }
  template <typename Kept>
  static bool take_row(std::uint64_t key, Kept* kept, std::vector<StateRow>& rows);
  void score_kind(Kind kind, std::span<const std::size_t> pending);
  void judge_one(const Pending& pending, std::vector<Alarm>& alarms);
  static void begin_day(Tracked& entity, std::int64_t day);
  static float score_of(const Tracked& entity, const Pending& pending, const Lore& lore);
  Alarm alarm_of(const Pending& pending, float score, bool alarming);
  const std::shared_ptr<const FindingRule>& rule_of(Kind kind, std::string_view technique);
  static std::string encode(const Tracked& entity);
  static bool decode(std::string_view bytes, Tracked& entity);
  static std::string encode(const Lone& lone);
  static bool decode(std::string_view bytes, Lone& lone);
  bool restore_profile(const StateRow& row);

  DetectorOptions options_;
  std::uint64_t lane_;
  Everyone everyone_;
  Novelty novelty_;
  BoundedTable<Tracked> entities_;
  BoundedTable<Lone> lone_;  // networks
  std::array<Sample, kKinds> samples_;
  Peaks peaks_;
  std::shared_ptr<const Learned> learned_ = std::make_shared<const Learned>();
  std::array<bool, kKinds> lore_changed_{};
  bool peaks_changed_ = false;
  std::vector<std::uint64_t> changed_;     // keys of profiles and of what is lone
  std::vector<StateRow> last_rows_;        // of what left since the last take
  std::vector<std::uint64_t> lone_peaks_;  // rows of lanes that are no more
  std::unordered_map<std::string, std::shared_ptr<const FindingRule>> rules_;
  std::uint64_t scored_ = 0;
  // Of this batch; the memory is reused.
  std::vector<Pending> pending_;
  std::size_t judged_ = 0;  // of them
  std::vector<std::size_t> of_kind_;
  std::vector<float> rows_;
};

}  // namespace vedette::anomaly
