#include "cli/serve.h"

#include "base/log.h"
#include "base/text.h"
#include "cli/prompt_cache.h"
#include "cli/run_metrics.h"
#include "engine/thread.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::cli {
namespace {

constexpr std::chrono::milliseconds kLastExchanges{2000};
/// Requests come from programs and from our own pages, which are served from here: nothing of an
/// answer is to be run, framed, kept or guessed at.
const net::HttpHeaders kSecurityHeaders{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}};

Result<void> set_listen(const std::string& listen, net::HttpOptions& options) {
  if (listen == "off") {
    options.address.clear();
    return {};
  }
  const auto colon = listen.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::nullopt
                        : parse_int<std::uint16_t>(std::string_view(listen).substr(colon + 1));
  if (!port) {
    return Error{Errc::ConfigValue, fmt::format("listen: '{}' is not ADDRESS:PORT", listen)};
  }
  options.address = listen.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  options.port = *port;
  return {};
}

Result<net::HttpOptions> http_options(const config::Config& config, const std::string& state) {
  net::HttpOptions options;
  VD_CHECK(set_listen(config.listen, options));
  options.socket_path = socket_of(state);
  options.certificate_file = config.tls_certificate;
  options.key_file = config.tls_key;
  options.threads = config.http_threads > 0 ? config.http_threads
                                            : std::min<std::size_t>(engine::usable_cores(), 16);
  options.connections_max = config.connections_max;
  options.headers = kSecurityHeaders;
  if (!config.tls_certificate.empty()) {
    options.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  }
  return options;
}

Result<api::ServiceOptions> service_options(const config::Config& config) {
  api::ServiceOptions options;
  options.rate_limit = config.rate_limit;
  options.access_log = config.access_log;
  options.origins = config.cors_origins;
  if (config.anonymous_role != "none") {
    options.anonymous = parse_role(config.anonymous_role);
    if (!options.anonymous || *options.anonymous == Role::Admin) {
      return Error{Errc::ConfigValue,
                   fmt::format("anonymous_role: '{}' is not none, ingest, viewer or analyst",
                               config.anonymous_role)};
    }
  }
  return options;
}

store::PromptStore::Options prompt_store_options(const config::Config& config) {
  store::PromptStore::Options options;
  options.days_max = static_cast<unsigned>(config.prompt_log_days);
  options.verdicts_max = config.prompt_log_rows;
  options.bytes_max = config.prompt_log_mbytes << 20;
  options.model = prompt::builtin_model().id();
  return options;
}

Result<api::VerdictLogOptions> verdict_log_options(const config::Config& config) {
  constexpr std::array<std::string_view, 3> kWhich{"off", "alarms", "all"},
      kForms{"none", "masked", "raw"};
  const auto which = parse_name<api::VerdictLogOptions::Which>(kWhich, config.prompt_log);
  const auto form = parse_name<store::TextForm>(kForms, config.prompt_log_text);
  if (!which) {
    return Error{Errc::ConfigValue,
                 fmt::format("prompt_log: '{}' is not off, alarms or all", config.prompt_log)};
  }
  if (!form) {
    return Error{Errc::ConfigValue, fmt::format("prompt_log_text: '{}' is not none, masked or raw",
                                                config.prompt_log_text)};
  }
  return api::VerdictLogOptions{
      .which = *which, .text = *form, .counts_scores = config.prompt_shadow};
}

void say_token(const std::string& secret) {
  // Shown to whoever starts the daemon for the first time, on standard output and nowhere else.
  std::printf(
      "The first token, for admins. It is shown only now:\n\n    %s\n\n"
      "On this machine, root needs none: `vedette threats`, `vedette tokens`.\n\n",
      secret.c_str());
  std::fflush(stdout);
}

}  // namespace

std::string socket_of(const std::string& state) {
  return state + "/vedette.sock";
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(
    const config::Config& config, const std::string& state, const LoadedRules& loaded,
    engine::ThreatQueue& queue, engine::Desk& desk, engine::Stats& stats,
    source::IngestJournal& journal, store::EventLog* events, const Clock& clock) {
  VD_TRY(net::HttpOptions options, http_options(config, state));
  VD_TRY(api::ServiceOptions its, service_options(config));
  auto policy_file = std::make_unique<PolicyFile>(config, clock);
  VD_TRY(auto policies, policy_file->read());
  VD_TRY(const auto kept, verdict_log_options(config));
  std::unique_ptr<ApiServer> made(new ApiServer());
  ApiServer* server = made.get();
  server->analyzer_ = std::make_unique<engine::Analyzer>(loaded.fields, loaded.rules);
  VD_TRY(server->prompts_, store::PromptStore::open(state, prompt_store_options(config), clock));
  server->verdicts_ = std::make_unique<api::VerdictLog>(*server->prompts_, clock, kept);
  VD_TRY(server->cache_, make_verdict_cache(config, state, *server->prompts_, clock));
  server->service_ = std::make_unique<api::Service>(
      api::Engine{.queue = queue,
                  .desk = desk,
                  .stats = stats,
                  .clock = clock,
                  .rules = loaded.rules->rules(),
                  .journal = &journal,
                  .analyzer = server->analyzer_.get(),
                  .events = events,
                  .policies = std::move(policies),
                  .verdicts = server->verdicts_.get(),
                  .cache = server->cache_.get(),
                  .gather =
                      [server, &stats, &journal](std::vector<observe::Metric>& metrics) {
                        gather(stats, server->server_->counts(), journal.counts(), metrics);
                        gather(server->prompts_->counts(), metrics);
                        gather(*server->cache_, metrics);
                        server->policy_file_->gather(metrics);
                      }},
      std::move(its));
  api::Service& service = *server->service_;
  server->policy_file_ = std::move(policy_file);
  server->policy_file_->keep(*service.scans());
  queue.on_update(
      [&service](const std::vector<engine::ThreatUpdate>& updates) { service.tell(updates); });
  VD_TRY(const auto secret, service.load_tokens());
  VD_TRY(server->server_, net::HttpServer::start(options, service.hooks(), clock));
  if (secret) say_token(*secret);
  if (!options.address.empty()) {
    log::info(
        "Serving the API.",
        {{"address", fmt::format("{}://{}:{}", options.certificate_file.empty() ? "http" : "https",
                                 options.address, server->server_->port())}});
  }
  return made;
}

ApiServer::~ApiServer() {
  if (server_) server_->stop(kLastExchanges);
}

}  // namespace vedette::cli
