#include "api/exchange.h"

#include "api/problem.h"

#include <algorithm>

namespace vedette::api {

const std::string* Exchange::parameter(std::string_view name) const {
  const auto found = std::find_if(query.begin(), query.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

void Exchange::send(net::HttpResponse response) {
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  response.headers.emplace_back("X-Request-Id", id);
  if (observer) observer(*this, response);
  if (sink) {
    sink(std::move(response));
  } else if (reply) {
    net::Reply its = std::move(*reply);
    reply.reset();
    std::move(its).send(std::move(response));
  }
}

void Exchange::send(const Error& error) {
  send(problem(error, id));
}

void Exchange::send(Result<net::HttpResponse> response) {
  if (response) {
    send(*std::move(response));
  } else {
    send(response.error());
  }
}

net::HttpResponse json_response(std::string body, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

}  // namespace vedette::api
