#include "api/service.h"

#include "api/access_log.h"
#include "api/problem.h"
#include "api/route.h"
#include "api/secret.h"
#include "api/verdict_log.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/thread.h"

#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <pwd.h>
#include <thread>
#include <unistd.h>

namespace vedette::api {
namespace {

constexpr std::size_t kKeyBytesMax = 128;
constexpr std::size_t kWorkMax = 64;
constexpr std::chrono::milliseconds kLook{1};
constexpr const char* kFirstAdmin = "first-admin";

std::vector<std::string_view> route_names() {
  std::vector<std::string_view> names;
  for (const Route& route : routes()) names.push_back(route.operation);
  return names;
}

std::size_t index_of(const Route* route) {
  return route == nullptr ? routes().size() : static_cast<std::size_t>(route - routes().data());
}

bool has_body(const net::HttpRequest& request) {
  const std::string_view length = request.header("Content-Length");
  return (!length.empty() && length != "0") || !request.header("Transfer-Encoding").empty();
}

bool is_json(std::string_view content_type) {
  const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || type == "application/x-ndjson" ||
         type == "application/ndjson";
}

std::string new_instance() {
  return base64url(random_bytes(6));
}

}  // namespace

std::string user_name(std::uint32_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return fmt::format("uid {}", uid);
}

Service::Service(Engine its_engine, ServiceOptions options)
    : engine_(std::move(its_engine)),
      options_(std::move(options)),
      rate_limit_(options_.rate_limit),
      route_metrics_(route_names()),
      work_(kWorkMax),
      worker_(engine::start_thread("vd-search",
                                   [this] {
                                     while (auto work = work_.pop()) (*work)();
                                   })),
      hub_(engine_.queue),
      instance_(new_instance()) {
  if (engine_.policies != nullptr) {
    scans_.emplace(std::move(engine_.policies), engine_.cache);
    later([this] { scans_->warm(); });
  }
  if (options_.access_log.empty()) return;
  if (auto log = AccessLog::open(options_.access_log)) {
    access_log_ = std::move(*log);
  } else {
    log::warn("The access log cannot be written.", {{"error", log.error().detail}});
  }
}

Service::~Service() {
  hub_.end();
  work_.close();
  worker_.join();
  const std::weak_ptr<void> present = presence_;
  presence_.reset();
  // The desk and the journal finish what they have.
  while (!present.expired()) std::this_thread::sleep_for(kLook);
}

ExchangePtr Service::begin(const net::HttpRequest& request) {
  auto exchange = std::make_shared<Exchange>(request, new_id());
  exchange->presence = presence_;
  return exchange;
}

bool Service::later(std::function<void()> work) {
  return work_.try_push(work);
}

void Service::keep(const std::vector<PromptResult>& results, std::string_view client) {
  if (engine_.verdicts != nullptr) engine_.verdicts->add(results, client);
}

std::string Service::new_id() {
  // A number nobody waits for: relaxed.
  return fmt::format("{}-{}", instance_, requests_.fetch_add(1, std::memory_order_relaxed) + 1);
}

Result<std::optional<std::string>> Service::load_tokens() {
  VD_TRY(auto stored, engine_.queue.store().tokens());
  const Time now = engine_.clock.now();
  const bool has_admin = std::any_of(stored.begin(), stored.end(), [&](const Token& token) {
    return token.role == Role::Admin && (token.expires == Time{} || token.expires > now);
  });
  std::optional<std::string> secret;
  if (!has_admin) {
    NewToken made = make_token(kFirstAdmin, Role::Admin, "vedette", now, {});
    const std::vector<engine::ThreatQueue::Write> write{[&](engine::Draft& draft) {
      draft.commit().tokens.push_back(made.token);
      draft.commit().audit.push_back({.at = now,
                                      .who = "vedette",
                                      .action = "token-create",
                                      .reason = kFirstAdmin,
                                      .before = {},
                                      .after = {}});
    }};
    VD_CHECK(engine_.queue.transact(write));
    stored.push_back(made.token);
    secret = std::move(made.secret);
  }
  tokens_.replace(std::move(stored));
  return secret;
}

Result<Caller> Service::who(const net::HttpRequest& request) const {
  if (request.peer_uid) {
    if (*request.peer_uid != 0 && *request.peer_uid != ::geteuid()) {
      return Error{Errc::TokenInvalid, "this socket is for root and the user that runs vedette"};
    }
    return Caller{.name = user_name(*request.peer_uid), .token_id = {}, .role = Role::Admin};
  }
  std::string_view presented = request.header("Authorization");
  if (presented.empty()) {
    // Where clients of the services whose shapes dialects.cpp has put their keys.
    for (const char* name : {"x-api-key", "api-key", "Ocp-Apim-Subscription-Key"}) {
      const std::string_view key = request.header(name);
      if (key.empty()) continue;
      if (auto caller = tokens_.find(key, engine_.clock.now())) return *std::move(caller);
      return Error{Errc::TokenInvalid, "the token is unknown, revoked or expired"};
    }
    if (options_.anonymous) {
      return Caller{.name = "anonymous", .token_id = {}, .role = *options_.anonymous};
    }
    return Error{Errc::TokenInvalid, "there is no header Authorization"};
  }
  const std::string_view scheme = take_until(presented, ' ');
  if (!equals_ignore_case(scheme, "Bearer")) {
    return Error{Errc::TokenInvalid, "the header Authorization is not `Bearer TOKEN`"};
  }
  if (auto caller = tokens_.find(trim(presented), engine_.clock.now())) return *std::move(caller);
  return Error{Errc::TokenInvalid, "the token is unknown, revoked or expired"};
}

Result<void> Service::check(Exchange& exchange, bool count) {
  const std::string_view target = exchange.request.target;
  const auto question = target.find('?');
  std::string allowed;
  auto matched = match(exchange.request.method, target.substr(0, question), allowed);
  if (!matched) {
    if (!allowed.empty()) exchange.headers.emplace_back("Allow", allowed);
    return std::move(matched).error();
  }
  exchange.route = matched->route;
  exchange.arguments = std::move(matched->arguments);
  const Route& route = *exchange.route;
  if (route.role && exchange.caller.name.empty()) {
    VD_TRY(exchange.caller, who(exchange.request));
  }
  if (route.role && !may(exchange.caller.role, *route.role)) {
    return Error{Errc::RoleMissing,
                 fmt::format("{} needs the role {}; this token's is {}", route.operation,
                             to_string(*route.role), to_string(exchange.caller.role))};
  }
  if (count && rate_limit_.limits() && route.role) {
    const auto& caller = exchange.caller;
    const auto verdict = rate_limit_.ask(
        caller.token_id.empty() ? exchange.request.peer : std::string_view(caller.token_id),
        monotonic_seconds());
    exchange.headers.emplace_back("RateLimit-Limit", std::to_string(verdict.limit));
    exchange.headers.emplace_back("RateLimit-Remaining", std::to_string(verdict.remaining));
    exchange.headers.emplace_back("RateLimit-Reset", std::to_string(verdict.reset));
    if (!verdict.allowed) {
      return Error{Errc::TooManyRequests, fmt::format("more than {} at once", verdict.limit)};
    }
  }
  if (has_body(exchange.request)) {
    if (route.request.empty()) return Error{Errc::RequestInvalid, "no body is taken here"};
    if (!is_json(exchange.request.header("Content-Type"))) {
      return Error{Errc::ContentRefused, "the Content-Type is not application/json"};
    }
  }
  auto query = parse_query(question == std::string_view::npos ? std::string_view()
                                                              : target.substr(question + 1));
  if (!query) return Error{Errc::RequestInvalid, "the query: an escape is broken"};
  exchange.query = *std::move(query);
  for (const auto& [name, value] : exchange.query) {
    const bool known =
        std::any_of(route.parameters.begin(), route.parameters.end(),
                    [&, &its = name](const Parameter& parameter) { return parameter.name == its; });
    if (!known) {
      return Error{Errc::RequestInvalid, fmt::format("there is no parameter '{}'", name)};
    }
  }
  return {};
}

void Service::allow_origin(Exchange& exchange) const {
  const std::string_view origin = exchange.request.header("Origin");
  if (origin.empty()) return;
  if (std::find(options_.origins.begin(), options_.origins.end(), origin) ==
      options_.origins.end()) {
    return;
  }
  exchange.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  exchange.headers.emplace_back("Vary", "Origin");
  exchange.headers.emplace_back("Access-Control-Expose-Headers", "ETag, X-Request-Id, Retry-After");
}

void Service::handle(ExchangePtr exchange) {
  exchange->started = monotonic_seconds();
  exchange->observer = [this](const Exchange& its, const net::HttpResponse& response) {
    observe(its, response);
  };
  allow_origin(*exchange);
  if (exchange->request.method == "OPTIONS" && !exchange->headers.empty()) {
    exchange->headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
    exchange->headers.emplace_back("Access-Control-Allow-Headers",
                                   "Authorization, Content-Type, If-Match, Idempotency-Key");
    return exchange->send(net::HttpResponse{.status = 204, .content_type = {}});
  }
  if (auto checked = check(*exchange, true); !checked) return exchange->send(checked.error());
  const Route& route = *exchange->route;
  if (exchange->request.body.size() <= route.quick_bytes_max) return route.answer(*this, exchange);
  if (!later([this, exchange, &route] { route.answer(*this, exchange); })) {
    exchange->send(Error{Errc::Busy, "too many large requests are waiting"});
  }
}

void Service::observe(const Exchange& exchange, const net::HttpResponse& response) {
  const double seconds = monotonic_seconds() - exchange.started;
  route_metrics_.add(index_of(exchange.route), response.status, seconds);
  if (!access_log_) return;
  access_log_->add(
      fmt::format("{} - {} [{}] \"{} {}\" {} {} {:.6f} {}\n", exchange.request.peer,
                  exchange.caller.name.empty() ? "-" : escape_for_terminal(exchange.caller.name),
                  format_rfc3339(engine_.clock.now()), escape_for_terminal(exchange.request.method),
                  escape_for_terminal(exchange.request.target), response.status,
                  response.content().size(), seconds, exchange.id));
}

net::HttpHooks Service::hooks() {
  net::HttpHooks hooks;
  hooks.admit = [this](const net::HttpRequest& head) -> net::Admission {
    if (!has_body(head)) return {};
    Exchange exchange(head, {});
    if (auto checked = check(exchange, false); !checked) {
      exchange.id = new_id();
      net::HttpResponse refusal = problem(checked.error(), exchange.id);
      refusal.headers.insert(refusal.headers.end(), exchange.headers.begin(),
                             exchange.headers.end());
      refusal.headers.emplace_back("X-Request-Id", exchange.id);
      exchange.started = monotonic_seconds();
      observe(exchange, refusal);
      return {.refusal = std::move(refusal)};
    }
    return {.body_bytes_max = exchange.route->body_bytes_max};
  };
  hooks.handle = [this](const net::HttpRequest& request, net::Reply reply) {
    ExchangePtr exchange = begin(request);
    exchange->reply.emplace(std::move(reply));
    handle(std::move(exchange));
  };
  hooks.problem = [](unsigned status, std::string_view detail) { return problem(status, detail); };
  return hooks;
}

net::HttpResponse Service::call(const net::HttpRequest& request, const Caller& caller) {
  std::promise<net::HttpResponse> answered;
  ExchangePtr exchange = begin(request);
  exchange->caller = caller;
  exchange->sink = [&](net::HttpResponse response) { answered.set_value(std::move(response)); };
  handle(std::move(exchange));
  return answered.get_future().get();
}

void Service::store(const ExchangePtr& exchange, Write write) {
  const std::string_view key = exchange->request.header("Idempotency-Key");
  if (key.size() > kKeyBytesMax) {
    return exchange->send(Error{
        Errc::RequestInvalid, fmt::format("Idempotency-Key: longer than {} bytes", kKeyBytesMax)});
  }
  const std::string whole_key = key.empty() ? "" : exchange->caller.name + '\n' + std::string(key);
  const std::uint64_t hash = hash64(
      exchange->request.body, hash64(exchange->request.target, hash64(exchange->request.method)));
  auto outcome = std::make_shared<std::optional<Result<net::HttpResponse>>>();
  const auto set = [outcome](Result<net::HttpResponse> response) {
    outcome->emplace(std::move(response));
  };
  engine::Desk::Job job;
  job.write = [this, write = std::move(write), set, whole_key, hash](engine::Draft& draft) {
    if (whole_key.empty()) return set(write(draft));
    auto known = engine_.queue.store().answer(whole_key);
    if (!known) return set(std::move(known).error());
    std::optional<StoredAnswer> found = *std::move(known);
    for (const StoredAnswer& answer : draft.commit().answers) {
      if (answer.key == whole_key) found = answer;  // of the same transaction
    }
    if (found && found->request_hash != hash) return set(Error{Errc::KeyReused, {}});
    if (found) {
      net::HttpResponse again = json_response(found->body, found->status);
      if (found->status == 204) again.content_type.clear();
      again.headers.emplace_back("Idempotency-Replayed", "true");
      return set(std::move(again));
    }
    auto response = write(draft);
    if (response) {
      draft.commit().answers.push_back({.key = whole_key,
                                        .request_hash = hash,
                                        .status = static_cast<std::uint16_t>(response->status),
                                        .body = response->body,
                                        .at = draft.now()});
    }
    set(std::move(response));
  };
  job.done = [this, exchange, outcome](const Result<void>& stored) {
    if (!stored) {
      // What was not stored is not so: tokens are in memory too.
      if (auto tokens = engine_.queue.store().tokens()) tokens_.replace(*std::move(tokens));
      return exchange->send(stored.error());
    }
    exchange->send(**std::move(outcome));
  };
  if (!engine_.desk.post(job)) {
    exchange->send(Error{Errc::Busy, "too many changes are waiting"});
  }
}

std::vector<observe::Metric> Service::metrics() {
  std::vector<observe::Metric> metrics;
  if (engine_.gather) engine_.gather(metrics);
  const auto gauge = [&](const char* name, const char* help, double value) {
    metrics.push_back({name, help, observe::MetricKind::Gauge, {{{}, value}}});
  };
  observe::Metric threats{.name = "vedette_threats",
                          .help = "Threats, by tier, severity and status.",
                          .kind = observe::MetricKind::Gauge,
                          .samples = {}};
  const ThreatCounts counts = engine_.queue.counts();
  for (std::size_t t = 0; t < kTiers; ++t) {
    for (std::size_t l = 0; l < kLevels; ++l) {
      for (std::size_t s = 0; s < kStatuses; ++s) {
        if (counts[t][l][s] == 0) continue;
        threats.samples.push_back({{{"tier", std::string(to_string(static_cast<Tier>(t)))},
                                    {"severity", std::string(to_string(static_cast<Level>(l)))},
                                    {"status", std::string(to_string(static_cast<Status>(s)))}},
                                   static_cast<double>(counts[t][l][s])});
      }
    }
  }
  metrics.push_back(std::move(threats));
  gauge("vedette_working_tier_bytes", "Memory of the working tier's index, roughly.",
        static_cast<double>(engine_.queue.working_bytes()));
  gauge("vedette_changes_waiting", "Changes by people that wait to be stored.",
        static_cast<double>(engine_.desk.waiting()));
  gauge("vedette_streams", "Clients that watch the live stream.",
        static_cast<double>(hub_.streams()));
  route_metrics_.gather(metrics);
  return metrics;
}

}  // namespace vedette::api
