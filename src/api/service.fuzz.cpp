// Any request, asked by an admin of a service over a store on disk: "METHOD TARGET", lines of
// header, an empty line, the body. Every one must get an answer, never "our bug", and what says
// that it is JSON must be.
#include "api/service.h"

#include "api/json.h"
#include "base/assert.h"
#include "base/text.h"
#include "model/testing.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace vedette::api {
namespace {

using namespace vedette::testing;

/// So often everything begins anew: what one input leaves behind is there for the next ones, but
/// does not grow for ever.
constexpr unsigned kInputsMax = 2'000;

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
    auto journaled = source::IngestJournal::open(directory + "/ingest", {}, clock);
    VD_ASSERT(journaled);
    journal = std::move(*journaled);
    service = std::make_unique<Service>(Engine{.queue = *queue,
                                               .desk = *desk,
                                               .stats = stats,
                                               .clock = clock,
                                               .journal = journal.get()},
                                        ServiceOptions{.origins = {"https://soc.example.org"}});
    VD_ASSERT(service->load_tokens());
    add_threats();
  }
  ~World() {
    service.reset();
    journal.reset();
    desk.reset();
    queue.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }

  /// user-1, user-2 and user-3.
  void add_threats() {
    Commit commit;
    commit.barrier = 1;
    Random random(1);
    for (int i = 1; i <= 3; ++i) {
      const std::string user = "user-" + std::to_string(i);
      Threat threat = random_threat(random, *entity_hash(EntityType::User, user));
      threat.entity_type = EntityType::User;
      threat.entity_value = user;
      threat.last_seen = clock.now();
      commit.threats.push_back(std::move(threat));
    }
    VD_ASSERT(queue->commit(commit));
  }

  std::string directory;
  SystemClock clock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<engine::ThreatQueue> queue;
  std::unique_ptr<engine::Desk> desk;
  std::unique_ptr<source::IngestJournal> journal;
  engine::Stats stats;
  std::unique_ptr<Service> service;
};

net::HttpRequest request_of(std::string_view text) {
  net::HttpRequest request;
  std::string_view line = take_until(text, '\n');
  request.method = take_until(line, ' ');
  request.target = line;
  request.peer = "192.0.2.1";
  while (!text.empty() && request.fields.size() < 16) {
    line = take_until(text, '\n');
    if (line.empty()) break;
    const std::string_view name = take_until(line, ':');
    request.fields.push_back({name, trim(line)});
  }
  request.body = text;
  return request;
}

void look_at(const net::HttpRequest& request, const net::HttpResponse& response) {
  VD_ASSERT(response.status >= 200 && response.status != 500);
  if (response.content_type.find("json") != std::string::npos) {
    VD_ASSERT(Json::parse(response.content()));
  }
  const bool plain = request.target.substr(0, request.target.find('?')) == "/readyz";
  if (response.status >= 400 && !plain) {
    VD_ASSERT(response.content_type == "application/problem+json");
  }
  if (response.status == 204) VD_ASSERT(response.content().empty());
}

}  // namespace
}  // namespace vedette::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vedette;
  static std::unique_ptr<api::World> world;
  static unsigned inputs = 0;
  if (!world || ++inputs % api::kInputsMax == 0) {
    world.reset();
    world = std::make_unique<api::World>();
  }
  const api::Caller caller{.name = "fuzz", .token_id = {}, .role = Role::Admin};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const net::HttpRequest request = api::request_of(text);
  api::look_at(request, world->service->call(request, caller));
  return 0;
}
