// Service: the API of a running daemon. It answers HTTP requests over what the engine has at hand,
// and tells streams what changes. Its hooks run on the server's io threads and never wait: what
// must be stored is answered from the desk's thread, when it is.
//
// Owned by cli/run; outlives the server that it gives hooks to.
#pragma once

#include "api/exchange.h"
#include "api/hub.h"
#include "api/prompts.h"
#include "api/rate_limit.h"
#include "api/route_metrics.h"
#include "api/token_book.h"
#include "base/bounded_queue.h"
#include "base/clock.h"
#include "engine/analyzer.h"
#include "engine/desk.h"
#include "engine/stats.h"
#include "engine/threat_queue.h"
#include "model/rule.h"
#include "net/http_server.h"
#include "observe/metrics.h"
#include "source/ingest_journal.h"
#include "store/event_log.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace vedette::api {

struct ServiceOptions {
  std::optional<Role> anonymous = {};     ///< what who shows no token may do; nothing: health only
  std::uint64_t rate_limit = 0;           ///< requests a second of one client; 0: no limit
  std::string access_log = {};            ///< path; empty: none
  std::vector<std::string> origins = {};  ///< of web pages that may ask (CORS)
};

class VerdictLog;

/// What the engine has. References outlive the service; what is null is answered with 404.
struct Engine {
  engine::ThreatQueue& queue;
  engine::Desk& desk;
  engine::Stats& stats;
  const Clock& clock;
  std::span<const RuleInfo> rules = {};
  source::IngestJournal* journal = nullptr;
  engine::Analyzer* analyzer = nullptr;
  store::EventLog* events = nullptr;
  std::shared_ptr<const prompt::Firewall> policies = {};  ///< that hold first
  VerdictLog* verdicts = nullptr;
  prompt::VerdictCache* cache = nullptr;
  /// More numbers for /metrics.
  std::function<void(std::vector<observe::Metric>&)> gather = {};
};

/// What the audit calls a user of this machine.
std::string user_name(std::uint32_t uid);

class Service {
 public:
  Service(Engine its_engine, ServiceOptions options);
  ~Service();  ///< after the server has stopped; waits for answers that others still make

  /// The tokens from the store. The secret of the first one for admins, if none was there: it is
  /// stored now, and never shown again.
  Result<std::optional<std::string>> load_tokens();
  net::HttpHooks hooks();
  /// Answers a request that did not come over a network; waits for the answer.
  net::HttpResponse call(const net::HttpRequest& request, const Caller& caller);
  void tell(const std::vector<engine::ThreatUpdate>& updates) { hub_.tell(updates); }

  // For the routes.
  Engine& engine() { return engine_; }
  TokenBook& tokens() { return tokens_; }
  Hub& hub() { return hub_; }
  /// Null: this instance scans no prompts.
  ScanPool* scans() { return scans_ ? &*scans_ : nullptr; }
  /// What of the verdicts is to be kept is kept.
  void keep(const std::vector<PromptResult>& results, std::string_view client);
  /// Does what takes longer than an io thread may, one after the other, on a thread of its own.
  /// False: too much is waiting.
  bool later(std::function<void()> work);
  /// Stores what `write` puts into its draft, then answers with what it gave. With an idempotency
  /// key a request is done once, and answered again from what was stored.
  using Write = std::function<Result<net::HttpResponse>(engine::Draft&)>;
  void store(const ExchangePtr& exchange, Write write);
  std::vector<observe::Metric> metrics();

 private:
  /// Route, caller and query of a request; or what is wrong with it.
  Result<void> check(Exchange& exchange, bool count);
  Result<Caller> who(const net::HttpRequest& request) const;
  ExchangePtr begin(const net::HttpRequest& request);
  void handle(ExchangePtr exchange);
  void observe(const Exchange& exchange, const net::HttpResponse& response);
  void allow_origin(Exchange& exchange) const;
  std::string new_id();

  Engine engine_;
  const ServiceOptions options_;
  TokenBook tokens_;
  RateLimit rate_limit_;
  RouteMetrics route_metrics_;
  std::shared_ptr<void> presence_ = std::make_shared<int>(0);
  BoundedQueue<std::function<void()>> work_;
  std::thread worker_;
  Hub hub_;
  std::optional<ScanPool> scans_;
  std::unique_ptr<class AccessLog> access_log_;
  const std::string instance_;  // makes ids of requests of different starts different
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace vedette::api
