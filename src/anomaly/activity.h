// Activity: what one event says about behaviour, without its texts. Made by the workers, in
// parallel; read by the lanes that own the event's entities. What texts look like is measured here
// once, so that lanes touch no text.
#pragma once

#include "anomaly/path_shapes.h"
#include "model/entity.h"
#include "model/event.h"

#include <array>
#include <cstdint>

namespace vedette::anomaly {

/// What an event names that can be counted as distinct, and be new.
enum class Facet : std::uint8_t {
  User,
  Source,   ///< address (an IPv6 source is its /64) or name
  Network,  ///< where from: the source's /16, of IPv6 its /32
  Host,     ///< host.name
  Port,     ///< destination.port
  Path,     ///< url.path, all runs of digits and long hexadecimal runs alike
  Agent,    ///< user_agent.original, else ssh.client
  Command,  ///< its programs and options, without their arguments
};
inline constexpr std::size_t kFacets = 8;

/// What a profile is kept of.
enum class Kind : std::uint8_t {
  Source,   ///< source address (an IPv6 source is its /64) or name
  Network,  ///< the source's /24, of IPv6 its /48
  User,
  Host,
  Session,  ///< of a honeypot, or one process of a login service on one host
};
inline constexpr std::size_t kKinds = 5;

/// What a request does to the server: reads (GET, HEAD), writes (POST, PUT, PATCH, DELETE), or
/// anything else that stands in the place of a method.
enum class Method : std::uint8_t { None, Read, Write, Other };

struct Activity {
  std::int64_t time_ns = 0;                     ///< since 1970; 0: unknown
  std::uint64_t bytes = 0;                      ///< that were sent; 0: unknown
  std::array<std::uint32_t, kFacets> facets{};  ///< hashes; 0: the event names none
  std::uint32_t weight = 1;                     ///< how often it happened, at least 1
  std::uint32_t place = 0;                      ///< of url.path and url.query, see PathShape
  Action action = Action::None;
  Outcome outcome = Outcome::Unknown;
  Method method = Method::None;
  std::uint8_t status_class = 0;  ///< of HTTP: 1 to 5; 0: none
  float path_entropy = 0;         ///< bits per byte of url.path, 0 to 6
  float query_oddness = 0;        ///< share of bytes that ordinary queries do not have
  float command_oddness = 0;      ///< share of the signs of concealment (text_shape.h)
  std::uint16_t path_depth = 0;   ///< parts of url.path
  bool has_request = false;       ///< has a path: path and query measures mean something
  bool notable = false;           ///< always deserves a look at once, see is_notable()

  std::uint32_t facet(Facet which) const { return facets[static_cast<std::size_t>(which)]; }
  bool failed() const { return outcome == Outcome::Failure; }
};
static_assert(sizeof(Activity) <= 96);

/// Logins that were accepted, what was done with more rights, changes of accounts and of what runs
/// or logs, and what is done in a honeypot: each is worth a look at whoever did it.
bool is_notable(Action action);

/// The fields of events that activities are made of.
FieldSet fields_read();

/// `entities` are those of the event. No allocation; of each text at most 512 bytes are looked at,
/// so hostile lines cost no more than long ordinary ones. `paths` only saves time.
Activity activity_of(const EventBatch& batch, const Event& event, const Entities& entities,
                     PathShapes& paths);

}  // namespace vedette::anomaly
