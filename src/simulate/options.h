// What a simulation is to be: which logs, how many people and attackers, for how long, in which
// forms.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <bitset>
#include <cstdint>
#include <string_view>

namespace vedette::simulate {

/// The logs that can be written; each is one file.
enum class Stream : std::uint8_t { Auth, Access, Error, Cowrie, Kern, Events, kCount };
inline constexpr std::size_t kStreams = static_cast<std::size_t>(Stream::kCount);
inline std::size_t index(Stream stream) {
  return static_cast<std::size_t>(stream);
}
std::string_view file_name(Stream stream);  ///< "auth.log"

enum class Attack : std::uint8_t {
#define VD_ATTACK(name, text, stream, technique, sentence) name,
#include "simulate/attacks.def"
#undef VD_ATTACK
  kCount,
  None = 255
};
inline constexpr std::size_t kAttacks = static_cast<std::size_t>(Attack::kCount);
/// Those that are simulated without being asked for; they come first.
inline constexpr std::size_t kLoudAttacks = 0
#define VD_ATTACK(...) +1
#define VD_QUIET(...)
#include "simulate/attacks.def"
#undef VD_ATTACK
    ;
static_assert(kAttacks < 64);
inline constexpr std::bitset<kAttacks> kLoud{(std::uint64_t{1} << kLoudAttacks) - 1};

struct AttackText {
  std::string_view name;
  Stream stream;
  std::string_view technique;
  std::string_view sentence;
};
const AttackText& describe(Attack attack);

/// How the head of a syslog line is written.
enum class SyslogHeader : std::uint8_t {
  Rfc3339,  ///< 2026-01-05T08:00:01.123456+00:00 host, as Debian 12 and Ubuntu 24.04 do
  Rfc3164,  ///< Jan  5 08:00:01 host
  Rfc5424,  ///< <86>1 2026-01-05T08:00:01.123456Z host sshd 812 - -
  Iso,      ///< 2026-01-05T08:00:01 host, without a zone
};
enum class AccessForm : std::uint8_t { Combined, Common, Vhost };
enum class ErrorForm : std::uint8_t { Nginx, Apache };
enum class PacketForm : std::uint8_t { Ufw, Iptables };

/// How the honest live.
enum class Life : std::uint8_t {
  Plain,   ///< all alike, on one host; attacks begin all day
  Habits,  ///< each with habits of their own, on several hosts; a few attacks are planted
};

struct Options {
  std::bitset<kStreams> streams;
  bool sshd_only = false;  ///< of auth.log: only what sshd itself writes
  SyslogHeader header = SyslogHeader::Rfc3339;
  AccessForm access = AccessForm::Combined;
  ErrorForm error = ErrorForm::Nginx;
  PacketForm packets = PacketForm::Ufw;

  Life life = Life::Plain;
  std::uint64_t seed = 1;
  Time start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
  Duration duration{};          ///< 0: until lines_max
  std::uint64_t lines_max = 0;  ///< 0: until duration is over
  /// People with accounts; of Life::Plain also as many visitors of the web site at a time.
  std::uint32_t users = 0;
  std::uint32_t clients = 0;  ///< of Life::Habits: who uses the web site
  /// Campaigns in each round, a day or the duration if that is shorter; of Life::Habits in all.
  std::uint32_t attackers = 0;
  std::bitset<kAttacks> attacks = kLoud;

  bool wants(Stream stream) const { return streams[index(stream)]; }
};

/// Adds what the word asks for: sshd, auth, web, web-common, web-vhost, nginx-error, apache-error,
/// cowrie, netfilter, iptables, json, or mixed for all files.
Result<void> add_format(std::string_view word, Options& options);
/// "month": 30 days of 200 people and 500 web clients, three attacks of each quiet kind planted
/// after a clean first week. What is set later wins.
Result<void> set_scene(std::string_view word, Options& options);
Result<void> set_header(std::string_view word, Options& options);
/// Leaves only the attacks that are named.
Result<void> set_attacks(std::string_view comma_separated, Options& options);
/// "90s", "30m", "12h", "7d", "2w".
Result<Duration> parse_span(std::string_view text);
/// Fills `users` and `attackers` where the caller has no wish: so many that `lines_max` lines take
/// about a day, since no log has the same ten people in it for a year.
void choose_population(Options& options, bool users_given, bool attackers_given);

}  // namespace vedette::simulate
