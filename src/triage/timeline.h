// The timeline of a threat: what its entity did, in order, short enough to read and to keep.
// Entries stay sorted by their first event. Pure functions on a vector; noting costs a look at the
// last few entries, and now and then, when the cap is reached, one pass over all.
#pragma once

#include "model/event.h"
#include "model/threat.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace vedette::triage {

inline constexpr std::size_t kDetailBytesMax = 160;

/// Something that happened `count` times at `time`.
struct Deed {
  Time time;
  Action action;
  std::uint64_t count;
  std::string_view detail;
};

/// Adds the deed to the latest entry of the same action if that says the same and is at most an
/// hour away; for actions that come in floods, whatever it says, if it is at most a minute away
/// (the first detail stays). Otherwise the deed becomes an entry.
///
/// More than `entries_max` entries: the older half is merged by action, which may cost details but
/// no count. `timeline_merged` grows by the entries that went into others. Below one entry per
/// action it cannot shrink.
void note(Threat& threat, const Deed& deed, std::size_t entries_max);

/// The same merging alone, for a timeline that was filled some other way.
void shorten(Threat& threat, std::size_t entries_max);

/// Comes in floods: one of them tells as much as a hundred.
bool is_noisy(Action action);

/// What is worth remembering of the event beside its action: a command, a path, a user, a file. At
/// most kDetailBytesMax bytes; a view of the batch; may be empty.
std::string_view detail_of(const EventBatch& batch, const Event& event);

/// The fields that detail_of looks at.
FieldSet fields_of_details();

/// `first` and `last` so that they include `time`. A time that nobody told changes nothing.
void widen(Time& first, Time& last, Time time);

}  // namespace vedette::triage
