#include "model/field.h"

namespace vedette {

FieldTable::FieldTable() {
#define VD_FIELD(id, text, type)     \
  names_.emplace_back(text);         \
  types_.push_back(ValueType::type); \
  ids_.emplace(names_.back(), Field::id);
#include "model/fields.def"
#undef VD_FIELD
}

std::optional<Field> FieldTable::intern(std::string_view name) {
  if (const auto known = find(name)) return known;
  if (names_.size() >= kFieldsMax) return {};
  const auto id = static_cast<Field>(names_.size());
  names_.emplace_back(name);
  ids_.emplace(names_.back(), id);
  return id;
}

std::optional<Field> FieldTable::find(std::string_view name) const {
  const auto found = ids_.find(name);
  if (found == ids_.end()) return {};
  return found->second;
}

}  // namespace vedette
