// Exchange: one request with who sent it and what it asks for, until it is answered. An answer gets
// the headers that all have, and is counted and logged here.
#pragma once

#include "api/encoding.h"
#include "api/token_book.h"
#include "base/result.h"
#include "net/reply.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::api {

struct Route;

class Exchange {
 public:
  using Sink = std::function<void(net::HttpResponse)>;
  /// Told of every answer: the route's counters, the access log.
  using Observer = std::function<void(const Exchange&, const net::HttpResponse&)>;

  Exchange(const net::HttpRequest& its_request, std::string its_id)
      : request(its_request), id(std::move(its_id)) {}

  const net::HttpRequest& request;  ///< lives until the answer is sent
  std::string id;                   ///< the request's id
  const Route* route = nullptr;
  Caller caller;
  std::vector<std::string> arguments;  ///< what stands in the place of the path's {…}
  Query query;
  net::HttpHeaders headers;  ///< that the answer gets besides its own
  double started = 0;        ///< monotonic seconds
  Sink sink;
  Observer observer;
  std::shared_ptr<void> presence;   ///< the service waits for who has it
  std::optional<net::Reply> reply;  ///< absent in calls without a network

  /// The one value of a parameter; nothing if it is not there.
  const std::string* parameter(std::string_view name) const;

  void send(net::HttpResponse response);
  void send(const Error& error);
  void send(Result<net::HttpResponse> response);
};
using ExchangePtr = std::shared_ptr<Exchange>;

/// A body of JSON, status 200.
net::HttpResponse json_response(std::string body, unsigned status = 200);

}  // namespace vedette::api
