// JSON that clients send: a tree of values, bounded in depth and number, without duplicate names.
// Requests are small; what comes in masses (events) goes to decode/ as it is.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::api {

struct Json {
  enum class Kind : std::uint8_t { Null, Boolean, Integer, Real, String, Array, Object };
  static constexpr std::size_t kDepthMax = 64, kValuesMax = 100'000;

  Kind kind = Kind::Null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string string;
  std::vector<std::string> names;  ///< of an object's members, in their order
  std::vector<Json> items;         ///< of an array; the values of an object's members

  bool is(Kind wanted) const { return kind == wanted; }
  /// The member of that name, or null.
  const Json* find(std::string_view name) const;

  /// RequestInvalid says what is wrong: not JSON, not UTF-8, too deep, too many values, a name
  /// twice.
  static Result<Json> parse(std::string_view text);
};

/// The elements of an array, each as minified JSON; RequestInvalid for what is no array of objects.
/// Bounded by the size of the text alone.
Result<std::vector<std::string>> array_elements(std::string_view text);
/// A member of an object, as minified JSON.
Result<std::string> object_member(std::string_view text, std::string_view name);

}  // namespace vedette::api
