#include "base/file.h"
#include "config/config.h"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

namespace vedette::config {
namespace {

Error at_line(const std::string& path, const YAML::Mark& mark, std::string_view what) {
  return {Errc::ConfigSyntax, fmt::format("{}:{}: {}", path, mark.line + 1, what)};
}

Result<void> set_from(const std::string& path, const std::string& name, const YAML::Node& node,
                      Config& config) {
  const auto one = [&](const YAML::Node& value) -> Result<void> {
    if (!value.IsScalar()) return at_line(path, value.Mark(), name + " wants a simple value");
    if (auto set = set_option(config, name, value.Scalar()); !set) {
      return Error{set.error().code,
                   fmt::format("{}:{}: {}", path, value.Mark().line + 1, set.error().detail)};
    }
    return {};
  };
  if (!node.IsSequence()) return one(node);
  for (const YAML::Node& item : node) VD_CHECK(one(item));
  return {};
}

}  // namespace

Result<void> read_config(const std::string& path, Config& config) {
  VD_TRY(const std::string text, read_file(path, 1u << 20));
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return {};
    if (!root.IsMap()) return at_line(path, root.Mark(), "a map of options is wanted");
    for (const auto& entry : root) {
      if (!entry.first.IsScalar())
        return at_line(path, entry.first.Mark(), "an option name is wanted");
      VD_CHECK(set_from(path, entry.first.Scalar(), entry.second, config));
    }
  } catch (const YAML::Exception& exception) {
    return at_line(path, exception.mark, exception.msg);
  }
  return {};
}

}  // namespace vedette::config
