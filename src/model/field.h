// Field ids: dense small numbers for ECS names. The built-in ones are constants; rules may name
// others, which get the next free numbers in a FieldTable while rules are loaded. Frozen before any
// event flows.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette {

enum class ValueType : std::uint8_t { String, Integer, Real, Ip, Boolean, Timestamp };

enum class Field : std::uint16_t {
#define VD_FIELD(name, text, type) name,
#include "model/fields.def"
#undef VD_FIELD
  kCount
};

inline constexpr std::size_t kBuiltinFields = static_cast<std::size_t>(Field::kCount);
/// Rules may name at most this many different fields; SigmaHQ names 409.
inline constexpr std::size_t kFieldsMax = 1024;
using FieldSet = std::bitset<kFieldsMax>;

inline std::size_t index(Field field) {
  return static_cast<std::size_t>(field);
}

/// Names to ids and back. Const access is safe from any thread; intern() only while loading.
class FieldTable {
 public:
  FieldTable();

  /// The id of `name`, a new one if need be. Nothing when kFieldsMax names are taken.
  std::optional<Field> intern(std::string_view name);
  std::optional<Field> find(std::string_view name) const;
  /// Views of the names live as long as the table.
  std::string_view name(Field field) const { return names_[index(field)]; }
  ValueType type(Field field) const {
    return index(field) < types_.size() ? types_[index(field)] : ValueType::String;
  }
  std::size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // stable addresses: the map's keys point here
  std::vector<ValueType> types_;
  std::unordered_map<std::string_view, Field> ids_;
};

}  // namespace vedette
