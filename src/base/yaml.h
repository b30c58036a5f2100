// YAML text to a small tree with line numbers, several documents per text: rules and configuration.
// Bounded: depth, number of nodes (aliases count as what they stand for), bytes. The only file that
// knows libyaml.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

inline constexpr std::size_t kYamlBytesMax = 1 << 20;
inline constexpr std::size_t kYamlNodesMax = 100'000;  ///< SigmaHQ's largest rule has 4,500
inline constexpr std::size_t kYamlDepthMax = 32;

struct YamlNode {
  enum class Kind : std::uint8_t { Missing, Null, Scalar, List, Map };

  Kind kind = Kind::Missing;      ///< Missing: nothing stands there; Null: `null` or `~` does
  bool quoted = false;            ///< a scalar in quotes, or a block of text: never a number
  std::uint32_t line = 0;         ///< from 1
  std::string text;               ///< of a scalar
  std::vector<std::string> keys;  ///< of a map, one per item
  std::vector<YamlNode> items;    ///< of a list or a map

  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_list() const { return kind == Kind::List; }
  bool is_map() const { return kind == Kind::Map; }
  /// The value of the key in a map, or nullptr.
  const YamlNode* find(std::string_view key) const;
};

/// Appends every whole document of the text. What is wrong with the first one that is not whole
/// comes back as an error of this code, beginning with `path`:line; the ones before it are kept.
std::optional<Error> parse_yaml(Errc code, std::string_view path, std::string_view text,
                                std::vector<YamlNode>& documents);

}  // namespace vedette
