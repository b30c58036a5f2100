// The access logs that are no relatives of the Common Log Format. Parts of web_access.cpp: each
// fills the open event or returns false.
#pragma once

#include "decode/lines.h"
#include "model/event.h"

#include <cstddef>
#include <string_view>

namespace vedette::decode {

/// HAProxy's HTTP log; `open` and `close` are the brackets of its time, `quote` begins the request.
bool decode_haproxy(std::string_view line, std::size_t open, std::size_t close, std::size_t quote,
                    EventBatch& out);
/// Nginx Proxy Manager: `words` stand between the time and the first mark, `behind` follows that.
bool decode_proxy_manager(std::string_view words, std::string_view behind, EventBatch& out);
/// Envoy's default format: what follows the status.
bool set_envoy_fields(std::string_view rest, EventBatch& out);
/// AWS load balancers, classic and application; `rest` begins with the request's mark.
bool decode_balancer(std::string_view head, std::string_view rest, EventBatch& out);
/// Formats without a quotation mark: Squid, IIS, HAProxy's messages.
bool decode_unquoted_access(std::string_view line, LocalZone& zone, EventBatch& out);

}  // namespace vedette::decode
