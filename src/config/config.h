// Config: the values of every option in options.def, from defaults, a YAML file and the command
// line, in this order.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::config {

struct Config {
#define VD_TEXT(name, initial, sentence) std::string name = initial;
#define VD_LIST(name, sentence) std::vector<std::string> name;
#define VD_FLAG(name, initial, sentence) bool name = initial;
#define VD_COUNT(name, initial, min, max, sentence) std::uint64_t name = initial;
#include "config/options.def"
#undef VD_TEXT
#undef VD_LIST
#undef VD_FLAG
#undef VD_COUNT
};

enum class OptionKind : std::uint8_t { Text, List, Flag, Count };

struct OptionInfo {
  std::string_view name;  ///< as in the file: entities_max
  std::string_view sentence;
  OptionKind kind;
  std::string initial;             ///< the default as text; empty for none
  std::uint64_t min = 0, max = 0;  ///< Count only
};

std::span<const OptionInfo> options();

/// Sets one option from text; a List option is appended to. The error says what is allowed.
Result<void> set_option(Config& config, std::string_view name, std::string_view value);

/// Reads a YAML file: a map of option names to scalars or, for lists, sequences. Errors name file
/// and line.
Result<void> read_config(const std::string& path, Config& config);

}  // namespace vedette::config
