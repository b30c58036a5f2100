#include "triage/timeline.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace vedette::triage {
namespace {

constexpr Duration kSameWithin = std::chrono::hours{1};
constexpr Duration kFloodWithin = std::chrono::minutes{1};
/// How far back an entry of the same action is looked for: the lines of one login are about five
/// kinds.
constexpr std::size_t kLookBack = 8;

/// Time between the entry and `time`; 0 inside it. Unsigned, since hostile times may be 500 years
/// apart.
std::uint64_t gap(const TimelineEntry& entry, Time time) {
  const auto ns = [](Time t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); };
  if (time < entry.first) return ns(entry.first) - ns(time);
  if (time > entry.last) return ns(time) - ns(entry.last);
  return 0;
}

bool belongs(const TimelineEntry& entry, const Deed& deed) {
  const std::uint64_t apart = gap(entry, deed.time);
  if (apart <= static_cast<std::uint64_t>(kFloodWithin.count()) && is_noisy(deed.action))
    return true;
  return apart <= static_cast<std::uint64_t>(kSameWithin.count()) && entry.detail == deed.detail;
}

/// Moves the entry forward to where its `first` belongs; in order of arrival it is there already.
void settle(std::vector<TimelineEntry>& timeline, std::size_t at) {
  if (at == 0 || timeline[at].first >= timeline[at - 1].first) return;
  const auto entry = timeline.begin() + static_cast<std::ptrdiff_t>(at);
  const auto place =
      std::upper_bound(timeline.begin(), entry, entry->first,
                       [](Time first, const TimelineEntry& other) { return first < other.first; });
  TimelineEntry moved = std::move(*entry);
  std::move_backward(place, entry, entry + 1);
  *place = std::move(moved);
}

/// Merges the entries before `end` by action, each into the earliest of its kind.
void merge_like(Threat& threat, std::size_t end) {
  constexpr std::size_t kNowhere = ~std::size_t{0};
  std::array<std::size_t, kActions> earliest;
  earliest.fill(kNowhere);
  auto& timeline = threat.timeline;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < timeline.size(); ++i) {
    if (i < end) {
      std::size_t& place = earliest[static_cast<std::size_t>(timeline[i].action)];
      if (place != kNowhere) {
        TimelineEntry& into = timeline[place];
        into.last = std::max(into.last, timeline[i].last);
        into.count += timeline[i].count;
        if (into.detail != timeline[i].detail) into.detail.clear();
        ++threat.timeline_merged;
        continue;
      }
      place = kept;
    }
    if (kept != i) timeline[kept] = std::move(timeline[i]);
    ++kept;
  }
  timeline.resize(kept);
}

/// Up to three fields that say what it was, the best first.
std::array<Field, 3> telling_fields(Action action) {
  switch (action) {
    case Action::HoneypotDownload:
    case Action::HoneypotUpload:
      return {Field::UrlOriginal, Field::FilePath, Field::FileHash};
    case Action::HoneypotForward:
      return {Field::DestinationAddress, Field::UrlOriginal, Field::kCount};
    case Action::HoneypotClient:
      return {Field::SshClient, Field::SshHassh, Field::kCount};
    case Action::HttpLoginFailed:
      return {Field::UserName, Field::UrlPath, Field::UrlOriginal};
    case Action::UserCreated:
    case Action::UserDeleted:
    case Action::UserChanged:
    case Action::GroupMemberAdded:
    case Action::GroupMemberRemoved:
    case Action::PasswordChanged:
      return {Field::UserTargetName, Field::UserName, Field::GroupName};
    case Action::SuSucceeded:
    case Action::SuFailed:
      return {Field::UserEffectiveName, Field::UserTargetName, Field::UserName};
    case Action::GroupCreated:
    case Action::GroupDeleted:
      return {Field::GroupName, Field::kCount, Field::kCount};
    default:
      break;
  }
  switch (describe(action).category) {
    case Category::Web:
      return {Field::UrlPath, Field::UrlOriginal, Field::Message};
    case Category::Process:
      return {Field::ProcessCommandLine, Field::UserName, Field::kCount};
    case Category::Network:
    case Category::Email:
      return {Field::EventReason, Field::UserName, Field::kCount};
    case Category::IntrusionDetection:
      return {Field::RuleName, Field::UrlPath, Field::kCount};
    default:
      return {Field::UserName, Field::ServiceType, Field::kCount};
  }
}

}  // namespace

void note(Threat& threat, const Deed& deed, std::size_t entries_max) {
  auto& timeline = threat.timeline;
  const std::size_t oldest = timeline.size() > kLookBack ? timeline.size() - kLookBack : 0;
  for (std::size_t i = timeline.size(); i-- > oldest;) {
    TimelineEntry& entry = timeline[i];
    if (entry.action != deed.action) continue;
    if (!belongs(entry, deed)) break;
    entry.count += deed.count;
    entry.last = std::max(entry.last, deed.time);
    if (deed.time < entry.first) {
      entry.first = deed.time;
      settle(timeline, i);
    }
    return;
  }
  timeline.push_back({deed.time, deed.time, deed.action, deed.count, std::string(deed.detail)});
  settle(timeline, timeline.size() - 1);
  shorten(threat, entries_max);
}

void shorten(Threat& threat, std::size_t entries_max) {
  if (threat.timeline.size() > entries_max) merge_like(threat, entries_max / 2);
  if (threat.timeline.size() > entries_max) merge_like(threat, threat.timeline.size());
}

bool is_noisy(Action action) {
  switch (action) {
    case Action::FailedPassword:
    case Action::FailedKeyboardInteractive:
    case Action::FailedPublickey:
    case Action::FailedNone:
    case Action::FailedLogin:
    case Action::InvalidUser:
    case Action::UserNotAllowed:
    case Action::MaximumAttemptsExceeded:
    case Action::PamAuthenticationFailure:
    case Action::ConnectionOpened:
    case Action::ConnectionClosed:
    case Action::PreauthDisconnect:
    case Action::ProtocolMismatch:
    case Action::ProtocolError:
    case Action::NegotiationFailed:
    case Action::LoginTimeout:
    case Action::ConnectionRefused:
    case Action::ReverseMappingFailed:
    case Action::PacketDenied:
    case Action::PacketLogged:
    case Action::HttpRequest:
    case Action::HttpMalformed:
    case Action::HttpLoginFailed:
    case Action::HttpDenied:
    case Action::HttpNotFound:
    case Action::HttpRateLimited:
    case Action::HttpError:
    case Action::HoneypotConnected:
    case Action::HoneypotClosed:
    case Action::HoneypotLoginFailed:
    case Action::HoneypotClient:
    case Action::HoneypotOther:
      return true;
    default:
      return false;
  }
}

std::string_view detail_of(const EventBatch& batch, const Event& event) {
  for (const Field field : telling_fields(event.action)) {
    if (field == Field::kCount) break;
    const std::string_view text = batch.text(event, field);
    if (!text.empty()) return clip_utf8(text, kDetailBytesMax);
  }
  return {};
}

FieldSet fields_of_details() {
  FieldSet fields;
  for (std::size_t i = 0; i < kActions; ++i) {
    for (const Field field : telling_fields(static_cast<Action>(i))) {
      if (field != Field::kCount) fields.set(index(field));
    }
  }
  return fields;
}

void widen(Time& first, Time& last, Time time) {
  if (time == Time{}) return;
  if (first == Time{} || time < first) first = time;
  if (last == Time{} || time > last) last = time;
}

}  // namespace vedette::triage
