#include "decode/json_object.h"

#include <array>

namespace vedette::decode {
namespace {

struct Name {
  std::string_view text;
  JsonRole role;
  Field field;
};

constexpr auto kNames = std::to_array<Name>({
#define VD_JSON_NAME(text, role, field) {text, JsonRole::role, Field::field},
#include "decode/json_names.def"
#undef VD_JSON_NAME
});

constexpr std::size_t kSlots = 1024;
constexpr std::size_t kNameMax = 40;

constexpr std::uint32_t hash_name(std::string_view name) {  // FNV-1a
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash ^ hash >> 15;
}

/// Index + 1 into kNames by hash, linear probing.
constexpr auto kIndex = [] {
  std::array<std::uint8_t, kSlots> index{};
  static_assert(kNames.size() < 255);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    std::size_t at = hash_name(kNames[i].text) % kSlots;
    while (index[at] != 0) at = (at + 1) % kSlots;
    index[at] = static_cast<std::uint8_t>(i + 1);
  }
  return index;
}();

}  // namespace

JsonMeaning find_json_name(std::string_view name) {
  if (name.size() > kNameMax) return {};
  for (std::size_t at = hash_name(name) % kSlots; kIndex[at] != 0; at = (at + 1) % kSlots) {
    const Name& known = kNames[kIndex[at] - 1u];
    if (known.text == name) return {known.role, known.field};
  }
  return {};
}

}  // namespace vedette::decode
