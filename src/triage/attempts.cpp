#include "triage/attempts.h"

#include "base/hash.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace vedette::triage {
namespace {

/// Whole seconds since 1970, never 0. Times outside 1970 to 2106 come out wrong alike for all lines
/// of a connection, which is all that matters.
std::uint32_t seconds_of(Time time) {
  const auto seconds = static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  return seconds == 0 ? 1 : seconds;
}

constexpr std::uint32_t kQuietSeconds = 15 * 60;
static_assert(std::chrono::seconds{kQuietSeconds} == Attempts::kQuiet);
/// sshd's LoginGraceTime: no connection takes longer to log in.
constexpr std::uint32_t kGraceSeconds = 120;
/// PAM delays its answer after a failure by a few seconds at most.
constexpr std::uint32_t kChildSeconds = 10;

/// False: it did not fit and stays at its maximum.
bool add_saturated(std::uint8_t& sum, std::uint32_t more) {
  constexpr std::uint32_t kMax = std::numeric_limits<std::uint8_t>::max();
  const bool fits = more <= kMax - sum;
  sum = static_cast<std::uint8_t>(fits ? sum + more : kMax);
  return fits;
}

bool take_small(Reader& in, std::uint8_t& out) {
  const std::uint64_t value = in.u64();
  if (!in.ok() || value > std::numeric_limits<std::uint8_t>::max()) return false;
  out = static_cast<std::uint8_t>(value);
  return true;
}

std::uint32_t distance(std::uint32_t a, std::uint32_t b) {
  return a > b ? a - b : b - a;
}

Telling telling_of(const EventBatch& batch, const Event& event) {
  switch (event.action) {
    case Action::PamAuthenticationFailure:
      // The service stands in the modules' own lines, not in what sshd says about them.
      return batch.find(event, Field::ServiceType) == nullptr ? Telling::PamError : Telling::Pam;
    case Action::InvalidUser:
      return Telling::Identity;
    case Action::FailedNone:
      return Telling::Probe;
    case Action::UserNotAllowed:
      return Telling::Refusal;
    case Action::MaximumAttemptsExceeded:
      return Telling::GivenUp;
    default:
      return Telling::Verdict;
  }
}

}  // namespace

std::optional<Attempt> attempt_of(const EventBatch& batch, const Event& event) {
  if (event.dataset != Dataset::Auth ||
      describe(event.action).counter != Counter::AuthenticationFailure) {
    return {};
  }
  const Value* pid = nullptr;
  std::string_view host;
  for (const Value& value : batch.values(event)) {
    if (value.field == Field::ProcessPid && value.type == ValueType::Integer) pid = &value;
    if (value.field == Field::HostName && value.type == ValueType::String) host = value.string();
  }
  if (pid == nullptr) return {};
  const std::uint64_t hash = hash64(host, static_cast<std::uint64_t>(pid->integer));
  return Attempt{static_cast<std::uint32_t>(hash >> 32), telling_of(batch, event)};
}

std::uint8_t Attempts::Connection::failures() const {
  return *std::max_element(told.begin(), told.end());
}

Attempts::Connection* Attempts::find(std::uint32_t id) {
  for (std::size_t i = kConnections; i-- > 0;) {  // the latest is the likeliest
    if (connections_[i].last != 0 && connections_[i].id == id) return &connections_[i];
  }
  return nullptr;
}

/// Of the connections that PAM told of through children, and of whose next attempt it did not yet:
/// the one that is furthest behind, and of these the one not heard of for longest.
Attempts::Connection* Attempts::parent_waiting(std::uint32_t now) {
  Connection* found = nullptr;
  int least_ahead = 1;
  for (Connection& connection : connections_) {
    const std::uint8_t errors = connection.of(Telling::PamError);
    const int ahead = int{connection.of(Telling::Pam)} - int{errors};
    if (errors == 0 || ahead >= least_ahead) continue;
    if (distance(connection.last, now) > kGraceSeconds) continue;
    found = &connection;
    least_ahead = ahead;
  }
  return found;
}

/// A process of which only PAM told, just now: perhaps the child of a connection.
Attempts::Connection* Attempts::lone_child(std::uint32_t now, const Connection* except) {
  for (Connection& connection : connections_) {
    if (&connection == except || connection.of(Telling::Pam) == 0) continue;
    if (distance(connection.last, now) > kChildSeconds) continue;
    const auto silent = std::count(connection.told.begin(), connection.told.end(), 0);
    if (silent == static_cast<std::ptrdiff_t>(kTellings) - 1) return &connection;
  }
  return nullptr;
}

/// A connection named an unknown user a moment ago and nothing came of it yet: what PAM says next
/// may be about that one.
bool Attempts::someone_begins(std::uint32_t now) const {
  return std::any_of(connections_.begin(), connections_.end(), [&](const Connection& connection) {
    return connection.last != 0 && connection.of(Telling::Identity) > 0 &&
           connection.of(Telling::Pam) == 0 && connection.of(Telling::Verdict) == 0 &&
           distance(connection.last, now) <= kChildSeconds;
  });
}

Attempts::Connection& Attempts::move_to_back(Connection& connection) {
  if (&connection == &connections_.back()) return connection;
  const auto place = connections_.begin() + (&connection - connections_.data());
  std::rotate(place, place + 1, connections_.end());
  return connections_.back();
}

void Attempts::forget(Connection& connection) {
  connection = {};
  const auto place = connections_.begin() + (&connection - connections_.data());
  std::rotate(connections_.begin(), place, place + 1);
}

Attempts::Connection& Attempts::connection_of(const Attempt& attempt, std::uint32_t now) {
  Connection* known = find(attempt.connection);
  if (known != nullptr && distance(known->last, now) > kQuietSeconds) {
    forget(*known);
    known = nullptr;
  }
  if (known == nullptr && attempt.telling == Telling::Pam) known = parent_waiting(now);
  if (attempt.telling == Telling::PamError) {
    Connection* child = lone_child(now, known);
    if (child != nullptr && known == nullptr) {
      child->id = attempt.connection;
      known = child;
    } else if (child != nullptr && known->of(Telling::Pam) <= known->of(Telling::PamError)) {
      // What PAM told of the child it told of the connection.
      add_saturated(known->of(Telling::Pam), child->of(Telling::Pam));
      add_saturated(known->reported, child->reported);
      forget(*child);
      known = find(attempt.connection);  // it has moved
    }
  }
  if (known != nullptr) return move_to_back(*known);
  Connection& oldest = connections_.front();
  oldest = {.id = attempt.connection};
  return move_to_back(oldest);
}

std::uint32_t Attempts::add(const Attempt& attempt, Time time, std::uint32_t times) {
  const std::uint32_t now = seconds_of(time);
  const bool perhaps_told =
      attempt.telling == Telling::Pam && find(attempt.connection) == nullptr && someone_begins(now);
  Connection& connection = connection_of(attempt, now);
  connection.last = std::max(connection.last, now);
  std::uint8_t& told = connection.of(attempt.telling);
  if (!add_saturated(told, times)) {
    // No connection has so many attempts; a counter that is full must not hide what still comes.
    connection.reported = std::numeric_limits<std::uint8_t>::max();
    return times;
  }
  // If nobody lays claim to what PAM said, the next line of the same process reports it.
  if (perhaps_told && told == 1 && connection.failures() == 1 && connection.reported == 0) return 0;
  const std::uint8_t failures = connection.failures();
  if (failures <= connection.reported) return 0;
  return static_cast<std::uint32_t>(failures - std::exchange(connection.reported, failures));
}

void Attempts::encode(Writer& out) const {
  const auto used = std::count_if(connections_.begin(), connections_.end(),
                                  [](const Connection& c) { return c.last != 0; });
  out.u64(static_cast<std::uint64_t>(used));
  for (const Connection& connection : connections_) {
    if (connection.last == 0) continue;
    out.u64(connection.id);
    out.u64(connection.last);
    for (const std::uint8_t told : connection.told) out.u64(told);
    out.u64(connection.reported);
  }
}

bool Attempts::decode(Reader& in) {
  connections_ = {};
  const std::uint64_t used = in.u64();
  if (!in.ok() || used > kConnections) return false;
  for (std::size_t i = kConnections - used; i < kConnections; ++i) {
    Connection& connection = connections_[i];
    const std::uint64_t id = in.u64();
    const std::uint64_t last = in.u64();
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (!in.ok() || id > kMax || last == 0 || last > kMax) return false;
    connection.id = static_cast<std::uint32_t>(id);
    connection.last = static_cast<std::uint32_t>(last);
    for (std::uint8_t& told : connection.told) {
      if (!take_small(in, told)) return false;
    }
    if (!take_small(in, connection.reported)) return false;
  }
  return true;
}

}  // namespace vedette::triage
