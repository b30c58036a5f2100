#include "base/yaml.h"

#include "base/file.h"
#include "config/config.h"

#include <fmt/core.h>

namespace vedette::config {
namespace {

Error at_line(const std::string& path, std::uint32_t line, Errc code, std::string_view what) {
  return {code, fmt::format("{}:{}: {}", path, line, what)};
}

Result<void> set_from(const std::string& path, const std::string& name, const YamlNode& node,
                      Config& config) {
  if (node.is_list()) {
    for (const YamlNode& item : node.items) {
      if (item.is_list()) {
        return at_line(path, item.line, Errc::ConfigSyntax, name + " wants simple values");
      }
      VD_CHECK(set_from(path, name, item, config));
    }
    return {};
  }
  if (!node.is_scalar()) {
    return at_line(path, node.line, Errc::ConfigSyntax, name + " wants a simple value");
  }
  if (auto set = set_option(config, name, node.text); !set) {
    return at_line(path, node.line, set.error().code, set.error().detail);
  }
  return {};
}

}  // namespace

Result<void> read_config(const std::string& path, Config& config) {
  VD_TRY(const std::string text, read_file(path, kYamlBytesMax));
  std::vector<YamlNode> documents;
  if (auto error = parse_yaml(Errc::ConfigSyntax, path, text, documents)) return std::move(*error);
  for (const YamlNode& options : documents) {
    if (options.kind == YamlNode::Kind::Null) continue;
    if (!options.is_map()) {
      return at_line(path, options.line, Errc::ConfigSyntax, "a map of options is wanted");
    }
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
      VD_CHECK(set_from(path, options.keys[i], options.items[i], config));
    }
  }
  return {};
}

}  // namespace vedette::config
