#include "api/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <simdjson.h>

namespace vedette::api {
namespace {

Error invalid(std::string what) {
  return {Errc::RequestInvalid, "the body: " + std::move(what)};
}

Result<void> take(const simdjson::dom::element& from, Json& to, std::size_t& left);

Result<void> take_object(const simdjson::dom::object& from, Json& to, std::size_t& left) {
  to.kind = Json::Kind::Object;
  for (const auto member : from) {
    to.names.emplace_back(member.key);
    VD_CHECK(take(member.value, to.items.emplace_back(), left));
  }
  std::vector<std::string_view> sorted(to.names.begin(), to.names.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return invalid("a name stands twice in one object");
  }
  return {};
}

Result<void> take_array(const simdjson::dom::array& from, Json& to, std::size_t& left) {
  to.kind = Json::Kind::Array;
  for (const auto item : from) VD_CHECK(take(item, to.items.emplace_back(), left));
  return {};
}

Result<void> take(const simdjson::dom::element& from, Json& to, std::size_t& left) {
  if (left-- == 0) return invalid(fmt::format("more than {} values", Json::kValuesMax));
  using simdjson::dom::element_type;
  switch (from.type()) {
    case element_type::OBJECT:
      return take_object(from.get_object().value_unsafe(), to, left);
    case element_type::ARRAY:
      return take_array(from.get_array().value_unsafe(), to, left);
    case element_type::STRING:
      to.kind = Json::Kind::String;
      to.string = from.get_string().value_unsafe();
      return {};
    case element_type::INT64:
      to.kind = Json::Kind::Integer;
      to.integer = from.get_int64().value_unsafe();
      return {};
    case element_type::UINT64:
    case element_type::DOUBLE:
      to.kind = Json::Kind::Real;
      to.real = from.get_double().value_unsafe();
      return {};
    case element_type::BOOL:
      to.kind = Json::Kind::Boolean;
      to.boolean = from.get_bool().value_unsafe();
      return {};
    case element_type::NULL_VALUE:
      return {};
  }
  return {};
}

}  // namespace

const Json* Json::find(std::string_view name) const {
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? nullptr : &items[static_cast<std::size_t>(at - names.begin())];
}

Result<Json> Json::parse(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  if (parser.allocate(padded.size(), kDepthMax) != simdjson::SUCCESS) {
    return invalid("it is too large");
  }
  simdjson::dom::element root;
  if (const auto error = parser.parse(padded).get(root); error != simdjson::SUCCESS) {
    return invalid(error == simdjson::DEPTH_ERROR ? fmt::format("deeper than {}", kDepthMax)
                   : error == simdjson::EMPTY     ? "it is empty, and should be JSON"
                                                  : simdjson::error_message(error));
  }
  Json json;
  std::size_t left = kValuesMax;
  VD_CHECK(take(root, json, left));
  return json;
}

Result<std::vector<std::string>> array_elements(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::element root;
  simdjson::dom::array array;
  if (parser.allocate(padded.size(), Json::kDepthMax) != simdjson::SUCCESS ||
      parser.parse(padded).get(root) != simdjson::SUCCESS || root.get(array) != simdjson::SUCCESS) {
    return invalid("it is no array of JSON");
  }
  std::vector<std::string> elements;
  for (const auto element : array) {
    if (!element.is_object()) return invalid("an event is no object");
    elements.push_back(simdjson::minify(element));
  }
  return elements;
}

Result<std::string> object_member(std::string_view text, std::string_view name) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::element root, member;
  if (parser.parse(padded).get(root) != simdjson::SUCCESS ||
      root[name].get(member) != simdjson::SUCCESS) {
    return invalid("a member is missing");
  }
  return simdjson::minify(member);
}

}  // namespace vedette::api
