// The closed vocabularies of an event's head: action, category, outcome, dataset, and the counters
// of a threat. Made from actions.def and counters.def.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette {

enum class Category : std::uint8_t {
  None,
  Authentication,
  Configuration,
  Email,
  File,
  Host,
  Iam,
  IntrusionDetection,
  Network,
  Process,
  Session,
  Web
};
enum class Outcome : std::uint8_t { Unknown, Success, Failure };
/// event.dataset: which decoder understood the line.
enum class Dataset : std::uint8_t {
  Unknown,    ///< no decoder did: only event.original
  Auth,       ///< system.auth: sshd, sudo, su, PAM, accounts, cron, logind
  Syslog,     ///< system.syslog: any other line with a syslog header
  WebAccess,  ///< web.access
  WebError,   ///< web.error
  Netfilter,  ///< netfilter.log
  Cowrie,     ///< cowrie.event
  Json,       ///< json: any other JSON object
  Ids,        ///< ids.alert: Suricata, Snort
};
inline constexpr std::size_t kDatasets = 9;
inline constexpr std::size_t kOutcomes = 3;

enum class Counter : std::uint8_t {
#define VD_COUNTER(name, text, words) name,
#include "model/counters.def"
#undef VD_COUNTER
  kCount,
  None = 255
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(Counter::kCount);

enum class Action : std::uint8_t {
  None,
#define VD_ACTION(name, text, category, outcome, counter, sentence) name,
#include "model/actions.def"
#undef VD_ACTION
  kCount
};
inline constexpr std::size_t kActions = static_cast<std::size_t>(Action::kCount);

struct ActionInfo {
  std::string_view text;  ///< event.action; empty for None
  Category category;
  Outcome outcome;  ///< unless a decoder knows better
  Counter counter;
  std::string_view sentence;
};

const ActionInfo& describe(Action action);
std::optional<Action> parse_action(std::string_view text);
std::string_view to_string(Category category);  ///< "" for None
std::string_view to_string(Outcome outcome);
std::string_view to_string(Dataset dataset);
std::optional<Category> parse_category(std::string_view text);
std::optional<Outcome> parse_outcome(std::string_view text);
std::string_view to_string(Counter counter);  ///< its key in JSON
std::string_view words(Counter counter);      ///< for people: "failed logins"
std::optional<Counter> parse_counter(std::string_view text);

}  // namespace vedette
