#include "api/route.h"

#include "base/text.h"

#include <fmt/core.h>

namespace vedette::api {
namespace {

/// Whether the path is one of the pattern's; `arguments` are what stands in the braces, as sent.
bool fits(std::string_view pattern, std::string_view path,
          std::vector<std::string_view>& arguments) {
  arguments.clear();
  while (!pattern.empty() && !path.empty()) {
    if (pattern.front() != '/' || path.front() != '/') return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const auto wanted = pattern.substr(0, pattern.find('/'));
    const auto given = path.substr(0, path.find('/'));
    pattern.remove_prefix(wanted.size());
    path.remove_prefix(given.size());
    if (wanted.starts_with('{')) {
      if (given.empty()) return false;
      arguments.push_back(given);
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

/// Of each route what stands before its first brace: nearly all are told apart by it.
std::vector<std::string_view> literal_beginnings() {
  std::vector<std::string_view> beginnings;
  for (const Route& route : routes()) {
    beginnings.push_back(route.path.substr(0, route.path.find('{')));
  }
  return beginnings;
}

}  // namespace

Result<Matched> match(std::string_view method, std::string_view path, std::string& allowed) {
  if (method == "HEAD") method = "GET";
  std::vector<std::string_view> arguments;
  static const std::vector<std::string_view> beginnings = literal_beginnings();
  std::string_view known;  // the first that fits: a path in full stands before those with braces
  for (std::size_t i = 0; i < beginnings.size(); ++i) {
    const Route& route = routes()[i];
    if (!path.starts_with(beginnings[i])) continue;
    if (!known.empty() && route.path != known) continue;
    if (!fits(route.path, path, arguments)) continue;
    known = route.path;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
    if (route.method != method) continue;
    Matched matched{.route = &route, .arguments = {}};
    for (const std::string_view argument : arguments) {
      auto decoded = percent_decoded(argument);
      if (!decoded) return Error{Errc::RequestInvalid, "the path: an escape is broken"};
      matched.arguments.push_back(*std::move(decoded));
    }
    return matched;
  }
  if (!known.empty()) return Error{Errc::MethodUnknown, fmt::format("allowed: {}", allowed)};
  return Error{Errc::RouteUnknown, {}};
}

}  // namespace vedette::api
