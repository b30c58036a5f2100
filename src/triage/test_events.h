// Events and rules for the tests of this folder.
#pragma once

#include "base/random.h"
#include "model/entity.h"
#include "model/event.h"
#include "model/rule.h"
#include "model/threat.h"

#include <string>
#include <string_view>

namespace vedette::triage {

/// 2026-03-01T00:00:00Z and so many seconds.
inline Time at(std::int64_t seconds) {
  return Time{std::chrono::seconds{1772323200 + seconds}};
}

/// Batches of hand-made events.
class Events {
 public:
  Events() : batch_(FieldSet{}.set()) {}

  struct What {
    Action action;
    Time time;
    std::string_view user = {};
    std::int64_t pid = 0;  ///< 0: none
    std::string_view service = {};
    std::uint32_t repeats = 1;
    Dataset dataset = Dataset::Auth;
    std::string_view command = {};
    std::string_view path = {};
    std::int64_t status = 0;  ///< 0: none
    std::string_view source = "203.0.113.7";
    std::string_view line = "a line";
    std::uint64_t offset = 0;
    std::string_view host = "web1";
  };

  /// The event, until the next call.
  const Event& make(const What& what) {
    batch_.clear();
    Event& event = batch_.begin(what.line);
    batch_.set_action(what.action);
    event.time = what.time;
    event.repeats = what.repeats;
    event.dataset = what.dataset;
    event.offset = what.offset;
    if (const auto ip = parse_ip(what.source)) batch_.set(Field::SourceIp, *ip);
    batch_.set(Field::HostName, what.host);
    if (!what.user.empty()) batch_.set(Field::UserName, what.user);
    if (what.pid != 0) batch_.set(Field::ProcessPid, what.pid);
    if (!what.service.empty()) batch_.set(Field::ServiceType, what.service);
    if (what.service == "sshd") event.outcome = Outcome::Unknown;  // as the decoder says
    if (!what.command.empty()) batch_.set(Field::ProcessCommandLine, what.command);
    if (!what.path.empty()) batch_.set(Field::UrlPath, what.path);
    if (what.status != 0) batch_.set(Field::HttpStatus, what.status);
    batch_.end();
    return batch_.events().back();
  }
  const EventBatch& batch() const { return batch_; }
  EntityRef entity() const { return *Entities(batch_, batch_.events().back()).primary(); }

 private:
  EventBatch batch_;
};

inline std::shared_ptr<const FindingRule> make_rule(std::string_view id, Level level) {
  return std::make_shared<const FindingRule>(
      FindingRule{std::string(id), "Rule " + std::string(id), "Look.", level, {"T1110.001"}});
}

template <typename T>
void shuffle(std::vector<T>& things, Random& random) {
  for (std::size_t i = things.size(); i > 1; --i) {
    std::swap(things[i - 1], things[random.below(static_cast<std::uint32_t>(i))]);
  }
}

}  // namespace vedette::triage
