#include "api/service.h"

#include "api/json.h"
#include "api/openapi.h"
#include "api/route.h"
#include "api/verdict_log.h"
#include "base/text.h"
#include "model/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>
#include <map>
#include <set>
#include <unistd.h>

namespace vedette::api {
namespace {

using namespace vedette::testing;

/// A service over a store on disk, asked without a network.
struct Fixture {
  explicit Fixture(ServiceOptions options = {}) {
    directory = (std::filesystem::temp_directory_path() / "vedette-api-XXXXXX").string();
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    auto opened = store::Store::open(directory, store::Store::Mode::Own);
    REQUIRE(opened);
    store = std::move(*opened);
    queue = std::make_unique<engine::ThreatQueue>(*store, clock, triage::TierOptions{});
    REQUIRE(queue->load());
    desk = std::make_unique<engine::Desk>(*queue);
    auto kept = store::PromptStore::open(directory, {}, clock);
    REQUIRE(kept);
    prompts = std::move(*kept);
    verdicts = std::make_unique<VerdictLog>(*prompts, clock, VerdictLogOptions{});
    service = std::make_unique<Service>(Engine{.queue = *queue,
                                               .desk = *desk,
                                               .stats = stats,
                                               .clock = clock,
                                               .verdicts = verdicts.get()},
                                        std::move(options));
    const auto secret = service->load_tokens();
    REQUIRE(secret);
    REQUIRE(*secret);
    admin = **secret;
  }
  ~Fixture() {
    service.reset();
    verdicts.reset();
    prompts.reset();
    desk.reset();
    queue.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }

  struct Asked {
    std::string method = "GET", target = {}, body = {}, token = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
  };
  net::HttpResponse ask(const Asked& asked) {
    net::HttpRequest request;
    request.method = asked.method;
    request.target = asked.target;
    request.body = asked.body;
    request.peer = "192.0.2.1";
    const std::string bearer = "Bearer " + asked.token, length = std::to_string(asked.body.size());
    if (!asked.token.empty()) request.fields.push_back({"Authorization", bearer});
    if (!asked.body.empty()) {
      request.fields.push_back({"Content-Length", length});
      request.fields.push_back({"Content-Type", "application/json"});
    }
    for (const auto& [name, value] : asked.headers) request.fields.push_back({name, value});
    return service->call(request, {});
  }
  Json json(const Asked& asked, unsigned status = 200) {
    const net::HttpResponse response = ask(asked);
    CAPTURE(asked.target);
    CAPTURE(std::string(response.content()));
    REQUIRE(response.status == status);
    auto body = Json::parse(response.content());
    REQUIRE(body);
    return *std::move(body);
  }
  std::string token(const char* role) {
    const Json made = json({.method = "POST",
                            .target = "/api/v1/tokens",
                            .body = fmt::format(R"({{"name":"a {}","role":"{}"}})", role, role),
                            .token = admin},
                           201);
    return made.find("token")->string;
  }
  /// The hashes of so many threats.
  std::vector<std::uint64_t> find(std::uint64_t count) {
    Commit commit;
    commit.barrier = ++barrier;
    Random random(barrier);
    std::vector<std::uint64_t> hashes;
    for (std::uint64_t i = 1; i <= count; ++i) {
      hashes.push_back(*entity_hash(EntityType::User, "user-" + std::to_string(i)));
      Threat threat = random_threat(random, hashes.back());
      threat.entity_type = EntityType::User;
      threat.entity_value = "user-" + std::to_string(i);
      threat.last_seen = clock.now();
      FindingRule rule;
      rule.id = "rule-1";
      rule.title = "A rule";
      rule.level = Level::High;
      rule.techniques = {"T1110"};
      Finding finding;
      finding.rule = std::make_shared<const FindingRule>(rule);
      finding.count = i;
      finding.last_seen = clock.now();
      threat.findings = {finding};
      commit.threats.push_back(std::move(threat));
    }
    REQUIRE(queue->commit(commit));
    return hashes;
  }

  std::string directory;
  SystemClock clock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<engine::ThreatQueue> queue;
  std::unique_ptr<engine::Desk> desk;
  engine::Stats stats;
  std::unique_ptr<store::PromptStore> prompts;
  std::unique_ptr<VerdictLog> verdicts;
  std::unique_ptr<Service> service;
  std::string admin;
  std::uint64_t barrier = 0;
};

std::string target_of(const Route& route) {
  std::string target(route.path);
  for (auto at = target.find('{'); at != std::string::npos; at = target.find('{')) {
    target.replace(at, target.find('}', at) - at + 1, "t-000000000000");
  }
  return target;
}

TEST_SUITE("api/service") {
  TEST_CASE("every route refuses who shows no token, and every role that may not") {
    Fixture f;
    const std::map<Role, std::string> tokens{{Role::Ingest, f.token("ingest")},
                                             {Role::Viewer, f.token("viewer")},
                                             {Role::Analyst, f.token("analyst")},
                                             {Role::Admin, f.token("admin")}};
    for (const Route& route : routes()) {
      if (route.operation == std::string_view("watch")) continue;
      CAPTURE(std::string(route.operation));
      Fixture::Asked asked{.method = std::string(route.method), .target = target_of(route)};
      if (!route.request.empty()) asked.body = "{}";
      const unsigned anonymous = f.ask(asked).status;
      CHECK((anonymous == 401) == route.role.has_value());
      if (!route.role) continue;
      asked.token = "vdt_00000000_wrong";
      CHECK(f.ask(asked).status == 401);
      for (const auto& holder : tokens) {
        const Role role = holder.first;
        CAPTURE(std::string(to_string(role)));
        asked.token = holder.second;
        CHECK((f.ask(asked).status == 403) == !may(role, *route.role));
      }
    }
  }

  TEST_CASE("an anonymous role opens what it may, and no more") {
    Fixture f({.anonymous = Role::Viewer});
    CHECK(f.ask({.target = "/api/v1/status"}).status == 200);
    CHECK(f.ask({.target = "/api/v1/tokens"}).status == 403);
  }

  TEST_CASE("a list is given in pages that together are all of it, once") {
    Fixture f;
    f.find(250);
    for (const char* sort : {"rank", "score", "last_seen", "%2Bscore"}) {
      std::set<std::string> seen;
      std::string target = fmt::format("/api/v1/threats?limit=40&sort={}", sort);
      const std::string first = target;
      for (;;) {
        const Json page = f.json({.target = target, .token = f.admin});
        for (const Json& threat : page.find("threats")->items) {
          CHECK(seen.insert(threat.find("id")->string).second);
        }
        if (page.find("next")->is(Json::Kind::Null)) break;
        target = first + "&cursor=" + page.find("next")->string;
      }
      CHECK(seen.size() == 250);
    }
  }

  TEST_CASE("verdicts are given in pages, in either order, and a cursor is of one of them") {
    Fixture f;
    for (unsigned i = 0; i < 90; ++i) {
      store::LoggedVerdict verdict;
      verdict.time = f.clock.now();
      verdict.client = i % 2 == 0 ? "203.0.113.7" : "";
      verdict.score = i % 10 / 10.0;
      verdict.alarmed = 2;
      REQUIRE(f.prompts->log(verdict));
    }
    f.prompts->flush();
    for (const char* sort : {"newest", "score"}) {
      std::set<std::int64_t> seen;
      const std::string first =
          fmt::format("/api/v1/prompts/verdicts?limit=7&client=203.0.113.7&sort={}", sort);
      for (std::string target = first;;) {
        const Json page = f.json({.target = target, .token = f.admin});
        for (const Json& verdict : page.find("verdicts")->items) {
          CHECK(seen.insert(verdict.find("id")->integer).second);
          CHECK(verdict.find("client")->string == "203.0.113.7");
          CHECK(verdict.find("alarmed")->items.at(0).string == "secrets");
        }
        if (page.find("next")->is(Json::Kind::Null)) break;
        target = first + "&cursor=" + page.find("next")->string;
      }
      CHECK(seen.size() == 45);
    }
    const Json page = f.json({.target = "/api/v1/prompts/verdicts?limit=1", .token = f.admin});
    CHECK(
        f.ask({.target = "/api/v1/prompts/verdicts?sort=score&cursor=" + page.find("next")->string,
               .token = f.admin})
            .status == 400);
    // What no verdict was encoded to is said to be damaged.
    CHECK(f.ask({.target = "/api/v1/prompts/verdicts/1", .token = f.admin}).status >= 500);
  }

  TEST_CASE("what is asked wrongly is said so, in one form") {
    Fixture f;
    const auto hash = f.find(1)[0];
    const std::string threat = "/api/v1/threats/" + threat_id(hash);
    const struct {
      const char* method;
      std::string target, body;
      unsigned status;
    } cases[] = {
        {"GET", "/api/v1/threats?limit=0", "", 400},
        {"GET", "/api/v1/threats?limit=99999999999999999999", "", 400},
        {"GET", "/api/v1/threats?status=open", "", 400},
        {"GET", "/api/v1/threats?nosuch=1", "", 400},
        {"GET", "/api/v1/threats?cursor=AAAA", "", 400},
        {"GET", "/api/v1/threats?seen_from=yesterday", "", 400},
        {"GET", "/api/v1/threats?a=%zz", "", 400},
        {"GET", "/api/v1/threats/%00", "", 400},
        {"GET", "/api/v1/prompts/verdicts?score_min=1.5", "", 400},
        {"GET", "/api/v1/prompts/verdicts?score_min=nan", "", 400},
        {"GET", "/api/v1/prompts/verdicts?scanner=none", "", 400},
        {"GET", "/api/v1/prompts/verdicts?decision=maybe", "", 400},
        {"GET", "/api/v1/prompts/verdicts?since=today", "", 400},
        {"GET", "/api/v1/prompts/verdicts?sort=oldest", "", 400},
        {"GET", "/api/v1/prompts/verdicts?cursor=AAAA", "", 400},
        {"GET", "/api/v1/prompts/verdicts/1", "", 404},
        {"GET", "/api/v1/prompts/verdicts/99999999999999999999", "", 404},
        {"GET", "/api/v1/prompts/verdicts/%2D1", "", 404},
        {"GET", "/api/v1/threats/..%2f..%2fetc%2fpasswd", "", 404},
        {"GET", "/api/v1/../v1/status", "", 404},
        {"GET", "//api/v1/status", "", 404},
        {"GET", "/api/v1/status/", "", 404},
        {"GET", "/api/v1/threats/nobody", "", 404},
        {"PUT", "/api/v1/threats", "", 405},
        {"GET", "/api/v1/threats/bulk", "", 405},
        {"POST", "/api/v1/events", "\"a text\"", 400},
        {"PATCH", threat, "{", 400},
        {"PATCH", threat, "[]", 400},
        {"PATCH", threat, R"({"statusx":1})", 400},
        {"PATCH", threat, R"({"status":5})", 400},
        {"PATCH", threat, R"({})", 422},
        {"PATCH", threat, R"({"status":"duplicate"})", 422},
        {"PATCH", threat, std::string(20, '[') + std::string(20, ']'), 400},
        {"PATCH", threat, "{\"note\":\"\xff\"}", 400},
        {"POST", "/api/v1/suppressions", "{}", 422},
        {"POST", "/api/v1/tokens", R"({"name":"x","role":"root"})", 400},
        {"GET", "/api/v1/entities/nothing/x", "", 400},
        {"GET", "/api/v1/entities/source.ip/999.1.1.1", "", 400},
        {"GET", "/api/v1/rules/none", "", 404},
    };
    for (const auto& one : cases) {
      const Json problem =
          f.json({.method = one.method, .target = one.target, .body = one.body, .token = f.admin},
                 one.status);
      CHECK(problem.find("status")->integer == one.status);
      CHECK(problem.find("code")->string.starts_with("VD"));
      CHECK_FALSE(problem.find("title")->string.empty());
      CHECK_FALSE(problem.find("request_id")->string.empty());
    }
  }

  TEST_CASE("of two people who edit one version the second is told") {
    Fixture f;
    const std::string target = "/api/v1/threats/" + threat_id(f.find(1)[0]);
    Fixture::Asked first{.method = "PATCH",
                         .target = target,
                         .body = R"({"status":"acknowledged"})",
                         .token = f.admin,
                         .headers = {{"If-Match", "\"1\""}}};
    const net::HttpResponse done = f.ask(first);
    CHECK(done.status == 200);
    const auto etag = std::find_if(done.headers.begin(), done.headers.end(),
                                   [](const auto& header) { return header.first == "ETag"; });
    REQUIRE(etag != done.headers.end());
    CHECK(etag->second == "\"2\"");
    first.body = R"({"status":"resolved"})";
    CHECK(f.ask(first).status == 412);
    first.headers = {{"If-Match", "\"2\""}};
    CHECK(f.ask(first).status == 200);
    first.headers = {{"If-Match", "2"}};
    CHECK(f.ask(first).status == 400);
  }

  TEST_CASE("a request with an idempotency key is done once") {
    Fixture f;
    const auto hash = f.find(1)[0];
    Fixture::Asked note{.method = "PATCH",
                        .target = "/api/v1/threats/" + threat_id(hash),
                        .body = R"({"note":"once"})",
                        .token = f.admin,
                        .headers = {{"Idempotency-Key", "k1"}}};
    const std::string answer(f.ask(note).content());
    CHECK(std::string(f.ask(note).content()) == answer);
    CHECK(f.store->audit({.entity_hash = hash})->size() == 1);
    note.body = R"({"note":"twice"})";
    CHECK(f.ask(note).status == 422);
    note.headers = {{"Idempotency-Key", "k2"}};
    CHECK(f.ask(note).status == 200);
    CHECK(f.store->audit({.entity_hash = hash})->size() == 2);
  }

  TEST_CASE("many are changed at once, by ids or by a query, and each says what came of it") {
    Fixture f;
    const auto hashes = f.find(30);
    Json result = f.json(
        {.method = "POST",
         .target = "/api/v1/threats/bulk",
         .body = fmt::format(R"({{"ids":["{}","t-ffffffffffff"],"change":{{"assignee":"ann"}}}})",
                             threat_id(hashes[0])),
         .token = f.admin});
    CHECK(result.find("changed")->integer == 1);
    CHECK(result.find("results")->items[1].find("status")->integer == 404);
    result = f.json({.method = "POST",
                     .target = "/api/v1/threats/bulk",
                     .body = R"({"query":{"rule":"rule-1"},"change":{"status":"false-positive"}})",
                     .token = f.admin});
    CHECK(result.find("changed")->integer == 30);
    CHECK(f.json({.target = "/api/v1/threats?status=false-positive", .token = f.admin})
              .find("threats")
              ->items.size() == 30);
  }

  TEST_CASE("a suppression is proposed with what it would have hidden, and holds once accepted") {
    Fixture f;
    const auto hashes = f.find(3);
    const Json idea = f.json({.method = "POST",
                              .target = "/api/v1/suppressions/propose",
                              .body = fmt::format(R"({{"threat":"{}"}})", threat_id(hashes[2])),
                              .token = f.admin});
    CHECK(idea.find("would_have_hidden")->find("events")->integer == 3);
    CHECK(idea.find("suppression")->find("rule")->string == "rule-1");
    CHECK(idea.find("suppression")->find("techniques")->items[0].string == "T1110");
    CHECK(f.queue->suppressions()->empty());
    const Json made = f.json(
        {.method = "POST",
         .target = "/api/v1/suppressions",
         .body = R"({"rule":"rule-1","entity":{"type":"user.name","value":"user-3"},"reason":"x"})",
         .token = f.admin},
        201);
    FindingRule rule;
    rule.id = "rule-1";
    rule.techniques = {"T1110"};
    CHECK(f.queue->suppressions()->hides(rule, hashes[2], f.clock.now()));
    rule.techniques = {"T1078", "T1110"};
    CHECK_FALSE(f.queue->suppressions()->hides(rule, hashes[2], f.clock.now()));
    const auto ended = f.ask({.method = "DELETE",
                              .target = "/api/v1/suppressions/" + made.find("id")->string,
                              .token = f.admin});
    CHECK(ended.status == 204);
    CHECK(f.queue->suppressions()->empty());
  }

  TEST_CASE("a token that was revoked lets nobody in, and no answer shows a secret") {
    Fixture f;
    const std::string viewer = f.token("viewer");
    CHECK(f.ask({.target = "/api/v1/status", .token = viewer}).status == 200);
    const std::string listed(f.ask({.target = "/api/v1/tokens", .token = f.admin}).content());
    CHECK(listed.find(viewer.substr(13)) == std::string::npos);
    const std::string id = viewer.substr(4, 8);
    CHECK(f.ask({.method = "DELETE", .target = "/api/v1/tokens/" + id, .token = f.admin}).status ==
          204);
    CHECK(f.ask({.target = "/api/v1/status", .token = viewer}).status == 401);
    const std::string audit(f.ask({.target = "/api/v1/audit", .token = f.admin}).content());
    CHECK(audit.find("token-revoke") != std::string::npos);
    CHECK(audit.find(viewer.substr(13)) == std::string::npos);
  }

  TEST_CASE("who asks too often is told to wait") {
    Fixture f({.rate_limit = 5});
    unsigned refused = 0;
    for (int i = 0; i < 40; ++i) {
      const auto response = f.ask({.target = "/api/v1/status", .token = f.admin});
      if (response.status == 429) ++refused;
      const bool told =
          std::any_of(response.headers.begin(), response.headers.end(),
                      [](const auto& header) { return header.first == "RateLimit-Remaining"; });
      CHECK(told);
    }
    CHECK(refused >= 20);
  }

  TEST_CASE("only origins that were named may ask from a web page") {
    Fixture f({.origins = {"https://soc.example.org"}});
    const auto allowed = [&](const char* origin) {
      const auto response = f.ask({.target = "/healthz", .headers = {{"Origin", origin}}});
      return std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
        return header.first == "Access-Control-Allow-Origin";
      });
    };
    CHECK(allowed("https://soc.example.org"));
    CHECK_FALSE(allowed("https://evil.example.org"));
    CHECK(f.ask({.method = "OPTIONS",
                 .target = "/api/v1/threats",
                 .headers = {{"Origin", "https://soc.example.org"}}})
              .status == 204);
    CHECK(f.ask({.method = "OPTIONS", .target = "/api/v1/threats"}).status == 405);
  }

  TEST_CASE("the document describes every route, and only shapes that it has") {
    const std::string text = openapi_document();
    const auto document = Json::parse(text);
    REQUIRE(document);
    const Json& paths = *document->find("paths");
    const Json& schemas = *document->find("components")->find("schemas");
    for (const Route& route : routes()) {
      CAPTURE(std::string(route.operation));
      const Json* path = paths.find(route.path);
      REQUIRE(path != nullptr);
      const Json* operation = path->find(to_lower(route.method));
      REQUIRE(operation != nullptr);
      CHECK(operation->find("operationId")->string == route.operation);
      for (const std::string_view schema : {route.request, route.response}) {
        if (!schema.empty()) CHECK(schemas.find(schema) != nullptr);
      }
    }
    constexpr std::string_view kReference = "#/components/schemas/";
    for (auto at = text.find(kReference); at != std::string::npos; at = text.find(kReference, at)) {
      at += kReference.size();
      const std::string name = text.substr(at, text.find('"', at) - at);
      CAPTURE(name);
      CHECK(schemas.find(name) != nullptr);
    }
  }

  TEST_CASE("counts of routes and tiers are told to Prometheus") {
    Fixture f;
    f.find(3);
    f.ask({.target = "/api/v1/status", .token = f.admin});
    const std::string text(f.ask({.target = "/metrics", .token = f.admin}).content());
    CHECK(text.find("vedette_http_requests_total{route=\"getStatus\",status=\"2xx\"} 1") !=
          std::string::npos);
    CHECK(text.find("vedette_http_request_seconds_bucket{route=\"getStatus\",le=\"+Inf\"} 1") !=
          std::string::npos);
    CHECK(text.find("vedette_threats{tier=\"working\"") != std::string::npos);
  }
}

}  // namespace
}  // namespace vedette::api
