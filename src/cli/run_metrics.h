// What a running daemon answers over HTTP: /healthz, /readyz, /metrics.
#pragma once

#include "engine/stats.h"
#include "net/http_server.h"

namespace vedette::cli {

/// `stats` outlives the server that gets these.
net::HttpHooks answering(const engine::Stats& stats);

}  // namespace vedette::cli
