#include "config/config.h"

#include "base/text.h"

#include <fmt/core.h>

#include <array>

namespace vedette::config {
namespace {

Error bad_value(std::string_view name, std::string_view value, std::string_view allowed) {
  return {Errc::ConfigValue, fmt::format("{}: '{}' is not {}", name, value, allowed)};
}

Result<void> assign(std::string& to, const OptionInfo&, std::string_view value) {
  to = value;
  return {};
}

Result<void> assign(std::vector<std::string>& to, const OptionInfo&, std::string_view value) {
  to.emplace_back(value);
  return {};
}

Result<void> assign(bool& to, const OptionInfo& option, std::string_view value) {
  const std::string text = to_lower(value);
  if (text == "true" || text == "yes" || text == "on") {
    to = true;
  } else if (text == "false" || text == "no" || text == "off") {
    to = false;
  } else {
    return bad_value(option.name, value, "yes or no");
  }
  return {};
}

Result<void> assign(std::uint64_t& to, const OptionInfo& option, std::string_view value) {
  const auto number = parse_int<std::uint64_t>(value);
  if (!number || *number < option.min || *number > option.max) {
    return bad_value(option.name, value,
                     fmt::format("a number from {} to {}", option.min, option.max));
  }
  to = *number;
  return {};
}

}  // namespace

std::span<const OptionInfo> options() {
  static const auto kOptions = std::to_array<OptionInfo>({
#define VD_TEXT(name, initial, sentence) {#name, sentence, OptionKind::Text, initial},
#define VD_LIST(name, sentence) {#name, sentence, OptionKind::List, ""},
#define VD_FLAG(name, initial, sentence) \
  {#name, sentence, OptionKind::Flag, initial ? "yes" : "no"},
#define VD_COUNT(name, initial, min, max, sentence) \
  {#name, sentence, OptionKind::Count, std::to_string(initial), min, max},
#include "config/options.def"
#undef VD_TEXT
#undef VD_LIST
#undef VD_FLAG
#undef VD_COUNT
  });
  return kOptions;
}

Result<void> set_option(Config& config, std::string_view name, std::string_view value) {
  std::size_t at = 0;
  const auto all = options();
#define VD_ASSIGN(member)                                            \
  if (name == #member) return assign(config.member, all[at], value); \
  ++at;
#define VD_TEXT(member, initial, sentence) VD_ASSIGN(member)
#define VD_LIST(member, sentence) VD_ASSIGN(member)
#define VD_FLAG(member, initial, sentence) VD_ASSIGN(member)
#define VD_COUNT(member, initial, min, max, sentence) VD_ASSIGN(member)
#include "config/options.def"
#undef VD_TEXT
#undef VD_LIST
#undef VD_FLAG
#undef VD_COUNT
#undef VD_ASSIGN
  return Error{Errc::ConfigValue, fmt::format("there is no option '{}'", name)};
}

}  // namespace vedette::config
