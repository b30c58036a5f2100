// What a running daemon answers over HTTP: /healthz, /readyz, /metrics.
#pragma once

#include "engine/stats.h"
#include "net/http_server.h"

namespace vedette::cli {

net::HttpResponse answer(const net::HttpRequest& request, const engine::Stats& stats);

}  // namespace vedette::cli
