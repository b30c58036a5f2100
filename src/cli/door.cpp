#include "cli/door.h"

#include "api/json.h"
#include "api/service.h"
#include "base/text.h"
#include "cli/load.h"
#include "cli/serve.h"
#include "cli/state.h"
#include "net/http_client.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <thread>
#include <unistd.h>

namespace vedette::cli {
namespace {

constexpr int kTriesMax = 40;
constexpr std::chrono::milliseconds kBetweenTries{50};
/// A daemon that has too much to do says that nothing was done, and to come back in a second.
constexpr int kAsksMax = 5;
constexpr std::chrono::seconds kUntilNextAsk{1};
constexpr std::string_view kWayOut =
    "become root or the user that runs vedette (sudo), or ask the daemon with --server URL and a "
    "token in VEDETTE_TOKEN";

/// How long threats stay is in the configuration of the daemon: a command moves none of them but
/// those that it changes.
triage::TierOptions unmoved(std::size_t working) {
  constexpr std::chrono::hours kCentury{24 * 36'500};
  constexpr std::size_t kChangedMax = 20'000;
  return {.working_max = working + kChangedMax,
          .working_for = kCentury,
          .short_for = kCentury,
          .long_for = kCentury,
          .to_short = {},
          .to_long = {}};
}

Result<std::size_t> working_in(store::Store& store) {
  VD_TRY(const ThreatCounts counts, store.counts());
  std::size_t working = 0;
  for (const auto& by_status : counts[static_cast<std::size_t>(Tier::Working)]) {
    for (const std::uint64_t count : by_status) working += count;
  }
  return working;
}

/// The service of the API in this process.
class Local {
 public:
  Local(std::unique_ptr<store::Store> opened, std::size_t working, const Clock& clock)
      : loaded_(load_rules(true, {})),
        store_(std::move(opened)),
        queue_(*store_, clock, unmoved(working)),
        desk_(queue_),
        service_(api::Engine{.queue = queue_,
                             .desk = desk_,
                             .stats = stats_,
                             .clock = clock,
                             .rules = loaded_->rules->rules()},
                 {}) {}

  Result<void> load() {
    VD_CHECK(queue_.load());
    // Not Service::load_tokens(): the first token is for the one who starts the daemon.
    VD_TRY(auto tokens, store_->tokens());
    service_.tokens().replace(std::move(tokens));
    return {};
  }

  net::HttpResponse ask(const Ask& ask, const net::HttpHeaders& headers) {
    const std::string length = std::to_string(ask.body.size());
    net::HttpRequest request;
    request.method = ask.method;
    request.target = ask.target;
    request.body = ask.body;
    request.peer = "local";
    if (!ask.body.empty()) request.fields.push_back({"Content-Length", length});
    for (const auto& [name, value] : headers) request.fields.push_back({name, value});
    const api::Caller caller{
        .name = api::user_name(::geteuid()), .token_id = {}, .role = Role::Admin};
    return service_.call(request, caller);
  }

 private:
  std::unique_ptr<LoadedRules> loaded_;
  std::unique_ptr<store::Store> store_;
  engine::Stats stats_;
  engine::ThreatQueue queue_;
  engine::Desk desk_;
  api::Service service_;
};

std::string token_from_environment() {
  const char* token = std::getenv("VEDETTE_TOKEN");
  return token == nullptr ? "" : token;
}

/// Why there is no store to be opened; nothing if there may be one.
std::optional<Error> no_store(const DoorOptions& options) {
  if (::access((options.state + "/vedette.db").c_str(), R_OK | W_OK) == 0) return {};
  if (errno == ENOENT && options.missing == DoorOptions::Missing::Made) return {};
  if (errno == ENOENT) {
    return Error{Errc::StoreOpen,
                 fmt::format("{}: there is no database; `vedette run` makes it", options.state)};
  }
  return Error{Errc::StoreOpen,
               fmt::format("{}: this user may not change it; {}", options.state, kWayOut)};
}

}  // namespace

struct Door::Impl {
  std::optional<net::HttpClient> client;
  std::string token;
  std::unique_ptr<Local> local;

  net::HttpHeaders headers(const Ask& ask) const {
    net::HttpHeaders headers;
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    if (!ask.body.empty()) headers.emplace_back("Content-Type", "application/json");
    if (ask.if_version) headers.emplace_back("If-Match", fmt::format("\"{}\"", *ask.if_version));
    return headers;
  }
};

Door::Door(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Door::Door(Door&&) noexcept = default;
Door::~Door() = default;

Result<Door> Door::open(DoorOptions options, const Clock& clock) {
  auto impl = std::make_unique<Impl>();
  if (!options.server.empty()) {
    VD_TRY(impl->client, net::HttpClient::to(options.server));
    impl->token = options.token.empty() ? token_from_environment() : options.token;
    return Door(std::move(impl));
  }
  if (options.state.empty()) options.state = default_state_directory();
  VD_TRY(const auto daemon, net::HttpClient::to("unix:" + socket_of(options.state)));
  Error busy{Errc::StoreLocked, {}};
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto health = daemon.ask({.target = "/healthz"});
    if (health) {
      impl->client = daemon;
      return Door(std::move(impl));
    }
    if (const auto none = no_store(options)) return *none;
    auto store = store::Store::open(options.state, store::Store::Mode::Own);
    if (store) {
      VD_TRY(const std::size_t working, working_in(**store));
      impl->local = std::make_unique<Local>(std::move(*store), working, clock);
      VD_CHECK(impl->local->load());
      return Door(std::move(impl));
    }
    if (store.error().code != Errc::StoreLocked) return std::move(store).error();
    busy.detail = fmt::format("{}: a vedette has the database, and does not answer here ({}); {}",
                              options.state, health.error().detail, kWayOut);
    std::this_thread::sleep_for(kBetweenTries);
  }
  return busy;
}

Result<std::string> Door::ask(const Ask& ask) {
  for (int asks = 1;; ++asks) {
    auto answer = ask_once(ask);
    const bool later = !answer && (answer.error().code == Errc::TooManyRequests ||
                                   answer.error().code == Errc::Busy);
    if (!later || asks == kAsksMax) return answer;
    std::this_thread::sleep_for(kUntilNextAsk);
  }
}

Result<std::string> Door::ask_once(const Ask& ask) {
  const net::HttpHeaders headers = impl_->headers(ask);
  unsigned status = 0;
  std::string body;
  if (impl_->local) {
    const net::HttpResponse response = impl_->local->ask(ask, headers);
    status = response.status;
    body = response.content();
  } else {
    VD_TRY(auto response,
           impl_->client->ask(
               {.method = ask.method, .target = ask.target, .headers = headers, .body = ask.body}));
    status = response.status;
    body = std::move(response.body);
  }
  if (status < 200 || status > 299) return error_of(status, body);
  return body;
}

Error error_named(std::string_view id, std::string detail) {
  std::uint16_t at = 0;
  for (const ErrorText& known : all_errors()) {
    if (known.id == id) return {static_cast<Errc>(at), std::move(detail)};
    ++at;
  }
  return {Errc::ServerUnreachable, fmt::format("it answers {} {}", id, detail)};
}

Error error_of(unsigned status, const std::string& body) {
  const auto problem = api::Json::parse(body);
  const auto text = [&](std::string_view name) -> std::string {
    const api::Json* member = problem ? problem->find(name) : nullptr;
    return member == nullptr ? "" : escape_for_terminal(clip_utf8(member->string, 2048));
  };
  std::string detail = text("detail"), code = text("code");
  // The server itself has no codes of ours, and other programs no problem documents.
  if (code.empty()) code = fmt::format("{} {}", status, text("title"));
  return error_named(code, std::move(detail));
}

}  // namespace vedette::cli
