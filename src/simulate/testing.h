// For the tests of this folder: a short simulation as a list of lines.
#pragma once

#include "simulate/actor.h"
#include "simulate/generator.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace vedette::simulate {

/// A day of these formats with few people; no attacks unless asked for.
inline Options options_for(std::string_view formats, std::string_view attacks = {}) {
  Options options;
  while (!formats.empty()) {
    const auto end = formats.find(',');
    REQUIRE(add_format(formats.substr(0, end), options));
    formats.remove_prefix(end == std::string_view::npos ? formats.size() : end + 1);
  }
  options.duration = std::chrono::hours{24};
  options.users = 3;
  if (!attacks.empty()) {
    REQUIRE(set_attacks(attacks, options));
    options.attackers = 4;
    options.users = 0;
  }
  return options;
}

/// Ten days of sixty people and sixty clients with habits; each of the attacks is planted `times`.
inline Options scene_for(std::string_view formats, std::string_view attacks = {},
                         std::uint32_t times = 1) {
  Options options;
  REQUIRE(set_scene("month", options));
  options.streams = options_for(formats).streams;
  options.duration = 10 * std::chrono::hours{24};
  options.users = options.clients = 60;
  options.attackers = 0;
  if (attacks.empty()) return options;
  REQUIRE(set_attacks(attacks, options));
  options.attackers = times * static_cast<std::uint32_t>(options.attacks.count());
  return options;
}

/// The lines of planted attacks alone.
inline std::vector<Line> planted_lines(const Options& options) {
  Generator generator(options);
  std::vector<Line> lines;
  while (const Line* line = generator.next()) {
    if (line->campaign != 0) lines.push_back(*line);
  }
  return lines;
}

inline std::vector<Line> all_lines(const Options& options) {
  Generator generator(options);
  std::vector<Line> lines;
  while (const Line* line = generator.next()) lines.push_back(*line);
  return lines;
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::size_t count_with(const std::vector<Line>& lines, std::string_view part) {
  std::size_t count = 0;
  for (const Line& line : lines) count += contains(line.text, part) ? 1 : 0;
  return count;
}

/// The number behind `before`, as "port " in "… port 4711 ssh2"; 0 if there is none.
inline std::uint32_t number_behind(std::string_view text, std::string_view before) {
  auto at = text.find(before);
  std::uint32_t number = 0;
  if (at == std::string_view::npos) return number;
  for (at += before.size(); at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    number = number * 10 + static_cast<std::uint32_t>(text[at] - '0');
  }
  return number;
}

/// A stage with accounts on it, and a script that starts at the simulation's beginning.
struct Bench {
  explicit Bench(std::string_view formats) : stage(options_for(formats)) {}
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    while (!stage.empty()) out.push_back(stage.pop().text);
    return out;
  }
  /// What stands behind the syslog head of each line.
  std::vector<std::string> messages() {
    std::vector<std::string> out = texts();
    for (std::string& text : out) {
      const auto host = text.find(' ');
      text.erase(0, text.find(' ', host + 1) + 1);
    }
    return out;
  }

  Stage stage;
  World world{stage.options(), stage};
  Scene scene{stage, world};
  Random random{7};
  Script script{stage, random, stage.options().start};
  Peer peer = Peer::attacker(scene);
};

}  // namespace vedette::simulate
