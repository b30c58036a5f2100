// The routes: the one table from which requests are dispatched, roles are checked, metrics are
// named and the OpenAPI document is made.
#pragma once

#include "api/exchange.h"
#include "model/token.h"

#include <optional>
#include <span>
#include <string_view>

namespace vedette::api {

class Service;

struct Parameter {
  std::string_view name;
  std::string_view schema;    ///< a JSON schema, as text
  std::string_view sentence;  ///< what it does
};

struct Route {
  std::string_view method, path;  ///< "/api/v1/threats/{id}"
  std::optional<Role> role;       ///< nothing: anybody
  std::string_view operation;     ///< "listThreats": its name in the document and in metrics
  std::string_view summary;
  /// Answers now or later, once. Must not block.
  void (*answer)(Service& service, const ExchangePtr& exchange);
  std::span<const Parameter> parameters = {};
  std::string_view request = {};   ///< schema of the body, by its name; empty: none is taken
  std::string_view response = {};  ///< schema of a good answer; empty: not JSON
  unsigned status = 200;           ///< of a good answer
  std::size_t body_bytes_max = 256 * 1024;
  /// With a larger body the answer takes milliseconds: it is made where nobody else waits for it.
  std::size_t quick_bytes_max = ~std::size_t{0};
  bool scans = false;  ///< texts, under a policy that may be its own
};

std::span<const Route> routes();

struct Matched {
  const Route* route = nullptr;
  std::vector<std::string> arguments;
};
/// RouteUnknown, MethodUnknown (`allowed` then names the methods), or RequestInvalid for escapes
/// that are none. HEAD is GET.
Result<Matched> match(std::string_view method, std::string_view path, std::string& allowed);

}  // namespace vedette::api
