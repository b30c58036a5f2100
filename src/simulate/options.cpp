#include "simulate/options.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace vedette::simulate {
namespace {

constexpr std::array<AttackText, kAttacks> kAttackTexts{{
#define VD_ATTACK(name, text, stream, technique, sentence) \
  {text, Stream::stream, technique, sentence},
#include "simulate/attacks.def"
#undef VD_ATTACK
}};

constexpr std::array<std::string_view, kStreams> kFileNames{
    "auth.log", "access.log", "error.log", "cowrie.json", "kern.log", "events.json"};

struct Format {
  std::string_view word;
  Stream stream;
  void (*form)(Options&);
};

constexpr Format kFormats[] = {
    {"sshd", Stream::Auth, [](Options& o) { o.sshd_only = true; }},
    {"auth", Stream::Auth, [](Options& o) { o.sshd_only = false; }},
    {"web", Stream::Access, [](Options& o) { o.access = AccessForm::Combined; }},
    {"web-common", Stream::Access, [](Options& o) { o.access = AccessForm::Common; }},
    {"web-vhost", Stream::Access, [](Options& o) { o.access = AccessForm::Vhost; }},
    {"nginx-error", Stream::Error, [](Options& o) { o.error = ErrorForm::Nginx; }},
    {"apache-error", Stream::Error, [](Options& o) { o.error = ErrorForm::Apache; }},
    {"cowrie", Stream::Cowrie, [](Options&) {}},
    {"netfilter", Stream::Kern, [](Options& o) { o.packets = PacketForm::Ufw; }},
    {"iptables", Stream::Kern, [](Options& o) { o.packets = PacketForm::Iptables; }},
    {"json", Stream::Events, [](Options&) {}},
};

}  // namespace

std::string_view file_name(Stream stream) {
  return kFileNames[index(stream)];
}

const AttackText& describe(Attack attack) {
  return kAttackTexts[static_cast<std::size_t>(attack)];
}

Result<void> add_format(std::string_view word, Options& options) {
  if (word == "mixed") {
    options.streams.set();
    return {};
  }
  for (const Format& format : kFormats) {
    if (format.word != word) continue;
    options.streams.set(index(format.stream));
    format.form(options);
    return {};
  }
  std::string known = "mixed";
  for (const Format& format : kFormats) known.append(", ").append(format.word);
  return Error{Errc::UsageError,
               fmt::format("--format {}: there is no such format; known are {}", word, known)};
}

Result<void> set_scene(std::string_view word, Options& options) {
  if (word != "month") {
    return Error{Errc::UsageError,
                 fmt::format("--scene {}: there is no such scene; known is month", word)};
  }
  options.life = Life::Habits;
  for (const std::string_view format : {"auth", "web", "nginx-error", "cowrie", "netfilter"}) {
    VD_CHECK(add_format(format, options));
  }
  options.duration = std::chrono::hours{30 * 24};
  options.users = 200;
  options.clients = 500;
  options.attacks = ~kLoud;
  options.attackers = 3 * static_cast<std::uint32_t>(options.attacks.count());
  return {};
}

Result<void> set_header(std::string_view word, Options& options) {
  constexpr std::string_view kWords[] = {"rfc3339", "rfc3164", "rfc5424", "iso"};
  const auto found = std::find(std::begin(kWords), std::end(kWords), word);
  if (found == std::end(kWords)) {
    return Error{Errc::UsageError,
                 fmt::format("--header {}: known are rfc3339, rfc3164, rfc5424, iso", word)};
  }
  options.header = static_cast<SyslogHeader>(found - std::begin(kWords));
  return {};
}

Result<void> set_attacks(std::string_view comma_separated, Options& options) {
  options.attacks.reset();
  while (!comma_separated.empty()) {
    const std::string_view word = take_until(comma_separated, ',');
    const auto found = std::find_if(kAttackTexts.begin(), kAttackTexts.end(),
                                    [&](const AttackText& text) { return text.name == word; });
    if (found == kAttackTexts.end()) {
      std::string known;
      for (const AttackText& text : kAttackTexts) known.append("\n  ").append(text.name);
      return Error{Errc::UsageError,
                   fmt::format("--attack {}: there is no such attack; known are{}", word, known)};
    }
    options.attacks.set(static_cast<std::size_t>(found - kAttackTexts.begin()));
  }
  return {};
}

Result<Duration> parse_span(std::string_view text) {
  constexpr std::int64_t kSecondsMax = 20LL * 366 * 86400;
  const Error error{Errc::UsageError,
                    fmt::format("'{}' is no span of time; write 90s, 30m, 12h, 7d or 2w", text)};
  if (text.size() < 2) return error;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = 86400;
      break;
    case 'w':
      unit = 7 * 86400;
      break;
    default:
      return error;
  }
  text.remove_suffix(1);
  const auto count = parse_int<std::int64_t>(text);
  if (!count || *count <= 0 || *count > kSecondsMax / unit) return error;
  return Duration{std::chrono::seconds{*count * unit}};
}

void choose_population(Options& options, bool users_given, bool attackers_given) {
  // One user of each kind makes about a thousand lines a day, one campaign about a hundred.
  const std::uint64_t thousands = options.lines_max / 1000;
  if (!users_given) {
    options.users =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(thousands / 2, 12, 20'000));
  }
  if (!attackers_given) {
    const std::uint64_t wanted = thousands * 4;
    options.attackers = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 48, 500'000));
  }
}

}  // namespace vedette::simulate
