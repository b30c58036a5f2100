// Any body, on every route that scans: the first byte chooses the route. Every one gets an answer
// that is JSON with a status that the document knows, and the places in it lie within the texts.
#include "api/prompts.h"

#include "api/json.h"
#include "api/service.h"
#include "base/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace vedette::api {
namespace {

/// Two policies, so that both masks and blocks occur: the second is that of half the routes.
std::vector<prompt::Policy> policies() {
  prompt::Policy masks, blocks;
  for (auto& direction : masks.reactions) direction.fill(prompt::Reaction::Mask);
  masks.terms = {"kestrel"};
  blocks.name = "blocks";
  for (std::size_t i = 0; i < prompt_routes().size(); i += 2) {
    blocks.routes.emplace_back(prompt_routes()[i]);
  }
  blocks.canaries = {"you are the helper of a small bank"};
  blocks.tokens_max = 100;
  return {masks, blocks};
}

struct World {
  World() {
    directory = (std::filesystem::temp_directory_path() / "vedette-fuzz-XXXXXX").string();
    VD_ASSERT(::mkdtemp(directory.data()) != nullptr);
    auto opened = store::Store::open(directory, store::Store::Mode::Own);
    VD_ASSERT(opened);
    store = std::move(*opened);
    queue = std::make_unique<engine::ThreatQueue>(*store, clock, triage::TierOptions{});
    VD_ASSERT(queue->load());
    desk = std::make_unique<engine::Desk>(*queue);
    service = std::make_unique<Service>(Engine{.queue = *queue,
                                               .desk = *desk,
                                               .stats = stats,
                                               .clock = clock,
                                               .policies = std::make_shared<const prompt::Firewall>(
                                                   prompt::builtin_model(), policies())},
                                        ServiceOptions{});
  }
  ~World() {
    service.reset();
    desk.reset();
    queue.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }

  std::string directory;
  SystemClock clock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<engine::ThreatQueue> queue;
  std::unique_ptr<engine::Desk> desk;
  engine::Stats stats;
  std::unique_ptr<Service> service;
};

std::size_t number(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  VD_ASSERT(value != nullptr && value->is(Json::Kind::Integer) && value->integer >= 0);
  return static_cast<std::size_t>(value->integer);
}

const std::vector<Json>& list(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  VD_ASSERT(value != nullptr && value->is(Json::Kind::Array));
  return value->items;
}

/// The places of a verdict in our own shape, in bytes and in characters.
void check_spans(const Json& verdict, std::string_view text) {
  for (const Json& span : list(verdict, "spans")) {
    const std::size_t begin = number(span, "begin"), end = number(span, "end");
    VD_ASSERT(begin <= end && end <= text.size());
    VD_ASSERT(number(span, "char_begin") == prompt::code_points_before(text, begin));
    VD_ASSERT(number(span, "char_end") == prompt::code_points_before(text, end));
  }
}

void check_own(const Json& asked, const Json& answer) {
  if (const Json* text = asked.find("text")) return check_spans(answer, text->string);
  const Json* texts = asked.find("texts");
  if (texts == nullptr) return;
  const auto& results = list(answer, "results");
  VD_ASSERT(results.size() == texts->items.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    VD_ASSERT(number(results[i], "message") == i);
    check_spans(results[i], texts->items[i].string);
  }
}

/// What Lakera's clients cut out by characters is what the answer says that it is.
void check_payload(const Json& asked, const Json& answer) {
  for (const Json& leak : list(answer, "payload")) {
    const std::size_t message = number(leak, "message_id");
    const auto& messages = list(asked, "messages");
    VD_ASSERT(message < messages.size());
    const Json* content = messages[message].find("content");
    const std::size_t begin = number(leak, "start"), end = number(leak, "end");
    const std::string& text = leak.find("text")->string;
    VD_ASSERT(end - begin == prompt::code_points_before(text, text.size()));
    if (content == nullptr || !content->is(Json::Kind::String)) continue;
    if (messages[message].find("tool_calls") != nullptr) continue;
    const std::size_t at = content->string.find(text);
    VD_ASSERT(at != std::string::npos);
    VD_ASSERT(end <= prompt::code_points_before(content->string, content->string.size()));
  }
}

/// As many texts as came, or none.
void check_texts(const Json& asked, const Json& answer) {
  if (answer.find("action")->string != "GUARDRAIL_INTERVENED") return;
  VD_ASSERT(list(answer, "texts").size() == list(asked, "texts").size());
}

void look_at(const net::HttpRequest& request, const net::HttpResponse& response) {
  constexpr unsigned kDocumented[] = {200, 400, 413, 429};
  VD_ASSERT(std::ranges::find(kDocumented, response.status) != std::end(kDocumented));
  const auto answer = Json::parse(response.content());
  VD_ASSERT(answer && answer->is(Json::Kind::Object));
  if (response.status != 200) return;
  const auto asked = Json::parse(request.body);
  VD_ASSERT(asked);
  if (request.target == "/api/v1/prompts/scan") check_own(*asked, *answer);
  if (request.target == "/v2/guard") check_payload(*asked, *answer);
  if (request.target == "/beta/litellm_basic_guardrail_api") check_texts(*asked, *answer);
}

}  // namespace
}  // namespace vedette::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vedette;
  static api::World world;
  if (size == 0) return 0;
  const auto routes = api::prompt_routes();
  net::HttpRequest request;
  request.method = "POST";
  request.target = routes[data[0] % routes.size()];
  request.peer = "192.0.2.1";
  request.body = {reinterpret_cast<const char*>(data) + 1, size - 1};
  const api::Caller caller{.name = "fuzz", .token_id = {}, .role = Role::Ingest};
  api::look_at(request, world.service->call(request, caller));
  return 0;
}
