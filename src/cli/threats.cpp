// vedette threats: the queue from a terminal. Lists and shows read the database beside a running
// daemon; what changes something goes through the daemon if there is one (threats_change.cpp).
#include "api/answers.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/asking.h"
#include "cli/queue_text.h"
#include "cli/render.h"
#include "cli/state.h"
#include "cli/when.h"
#include "engine/threat_queue.h"

#include <fmt/core.h>

namespace vedette::cli {
namespace {

constexpr std::size_t kPage = 500;
/// Threats that are looked at to say how many more there are.
constexpr std::size_t kCountedMax = 100'000;

struct ListOptions {
  Asking asking;
  std::size_t limit = 50;
  bool all = false, snoozed = false;
  std::string since;
  std::map<std::string, std::string> conditions;  // of the API, by name; stable addresses
};

struct ShowOptions {
  Asking asking;
  std::string which;
};

/// Where the threats of a list come from, a page at a time.
class Pages {
 public:
  virtual ~Pages() = default;
  /// False: that was the last one.
  virtual Result<bool> next(std::vector<api::Json>& heads) = 0;
  /// One threat with all that it rests on, as JSON; "" if it is gone meanwhile.
  virtual Result<std::string> whole(const std::string& id) = 0;
};

Result<std::unique_ptr<store::Store>> inspect(const DoorOptions& door) {
  return store::Store::open(door.state.empty() ? default_state_directory() : door.state,
                            store::Store::Mode::Inspect);
}

/// The database itself: a reader beside whoever writes it. What it reads it keeps for the time of
/// the list; nothing is ever written.
class StoredPages final : public Pages {
 public:
  static Result<std::unique_ptr<Pages>> open(const ListOptions& options, const Clock& clock) {
    VD_TRY(auto store, inspect(options.asking.door));
    auto pages = std::unique_ptr<StoredPages>(new StoredPages(std::move(store), clock));
    VD_CHECK(pages->queue_.load());
    std::string conditions;
    JsonWriter json(conditions);
    json.begin_object();
    for (const auto& [name, value] : options.conditions) {
      if (!value.empty()) json.field(name, value);
    }
    json.end_object();
    VD_TRY(const auto parsed, api::Json::parse(conditions));
    VD_TRY(pages->query_, api::threat_query(parsed, clock.now()));
    return std::unique_ptr<Pages>(std::move(pages));
  }

  Result<bool> next(std::vector<api::Json>& heads) override {
    VD_TRY(const auto page, queue_.page(query_, after_, kPage));
    heads.clear();
    for (const ThreatHead& head : page.heads) {
      std::string text;
      append_json(text, head, query_.now);
      VD_TRY(heads.emplace_back(), api::Json::parse(text));
    }
    after_ = page.next;
    return after_.has_value();
  }

  Result<std::string> whole(const std::string& id) override {
    std::string text;
    VD_TRY(const auto hash, queue_.find(id));
    if (!hash) return text;
    VD_TRY(const auto threat, queue_.threat_of(*hash));
    if (threat) append_json(text, *threat, query_.now);
    return text;
  }

 private:
  StoredPages(std::unique_ptr<store::Store> store, const Clock& clock)
      : store_(std::move(store)), queue_(*store_, clock, {}) {}

  std::unique_ptr<store::Store> store_;
  engine::ThreatQueue queue_;
  ThreatQuery query_;
  std::optional<RankKey> after_;
};

/// A server that was named.
class ServedPages final : public Pages {
 public:
  static Result<std::unique_ptr<Pages>> open(const ListOptions& options, const Clock& clock) {
    VD_TRY(auto door, Door::open(options.asking.door, clock));
    auto pages = std::unique_ptr<ServedPages>(new ServedPages(std::move(door)));
    for (const auto& [name, value] : options.conditions) {
      if (!value.empty()) pages->parameters_.emplace_back(name, value);
    }
    pages->parameters_.emplace_back("limit", std::to_string(kPage));
    return std::unique_ptr<Pages>(std::move(pages));
  }

  Result<bool> next(std::vector<api::Json>& heads) override {
    auto parameters = parameters_;
    if (!cursor_.empty()) parameters.emplace_back("cursor", cursor_);
    VD_TRY(const std::string answer,
           door_.ask({.target = target_of("/api/v1/threats", parameters)}));
    VD_TRY(const auto page, api::Json::parse(answer));
    const api::Json *threats = page.find("threats"), *next = page.find("next");
    heads = threats == nullptr ? std::vector<api::Json>{} : threats->items;
    cursor_ = next == nullptr ? "" : next->string;
    return !cursor_.empty();
  }

  Result<std::string> whole(const std::string& id) override {
    return door_.ask({.target = "/api/v1/threats/" + path_part(id)});
  }

 private:
  explicit ServedPages(Door door) : door_(std::move(door)) {}

  Door door_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string cursor_;
};

/// What nobody has to look at now.
bool is_hidden(const api::Json& head, const ListOptions& options, Time now) {
  if (options.all) return false;
  const auto status = parse_status(text_of(head, "status"));
  const bool any_status = options.conditions.at("status").empty();
  if (any_status && status && is_closed(*status)) return true;
  const auto until = parse_rfc3339(text_of(head, "snoozed_until"));
  return !options.snoozed && until && *until > now;
}

struct Listed {
  std::size_t shown = 0, hidden = 0, more = 0;
  bool whole = true;  // all that there is was counted
};

Result<Listed> print_pages(const ListOptions& options, Pages& pages, Time now) {
  const Terminal terminal = terminal_of(stdout);
  const bool text = options.asking.text();
  Listed listed;
  std::vector<api::Json> heads;
  for (bool more = true; more && listed.whole;) {
    VD_TRY(more, pages.next(heads));
    for (const api::Json& head : heads) {
      if (is_hidden(head, options, now)) {
        ++listed.hidden;
        continue;
      }
      if (options.limit != 0 && listed.shown == options.limit) {
        ++listed.more;
        continue;
      }
      if (text && listed.shown == 0) put(render_row_head(terminal));
      ++listed.shown;
      if (text) {
        put(render_row(head, terminal));
        continue;
      }
      VD_TRY(const std::string whole, pages.whole(text_of(head, "id")));
      if (!whole.empty()) put(whole + '\n');
    }
    const bool enough = options.limit != 0 && listed.shown == options.limit;
    const bool counted = listed.hidden + listed.more >= kCountedMax;
    listed.whole = !more || !enough || (text && !counted);
  }
  return listed;
}

Result<void> list(ListOptions options) {
  const SystemClock clock;
  const Time now = clock.now();
  for (const char* word : {"status", "severity_min", "tier"}) {
    options.conditions[word] = to_lower(options.conditions[word]);
  }
  if (options.snoozed) options.conditions["snoozed"] = "true";
  if (!options.since.empty()) {
    const auto span = parse_span(options.since);
    const auto moment = span ? now - *span : parse_moment(options.since);
    if (!moment) {
      return Error{Errc::UsageError,
                   fmt::format("--since: '{}' is no time, date or span such as 2h",
                               escape_for_terminal(options.since))};
    }
    options.conditions["seen_from"] = format_rfc3339(*moment);
  }
  const bool served = !options.asking.door.server.empty();
  VD_TRY(const auto pages,
         served ? ServedPages::open(options, clock) : StoredPages::open(options, clock));
  VD_TRY(const Listed listed, print_pages(options, *pages, now));
  if (!options.asking.text()) return {};
  const char* least = listed.whole ? "" : "at least ";
  if (listed.shown == 0) put("No threats.\n");
  if (listed.more > 0) {
    put(fmt::format("… and {}{} more; --limit 0 shows all.\n", least, grouped(listed.more)));
  }
  if (listed.hidden > 0) {
    put(fmt::format("{}{} snoozed or closed not shown; --all shows them.\n", least,
                    grouped(listed.hidden)));
  }
  return {};
}

Result<void> show_stored(const ShowOptions& options) {
  VD_TRY(const auto store, inspect(options.asking.door));
  VD_TRY(const auto hash, engine::find_threat(*store, options.which));
  std::optional<Threat> threat;
  if (hash) {
    VD_TRY(threat, store->threat_of(*hash));
  }
  if (!threat) return Error{Errc::ThreatUnknown, escape_for_terminal(options.which)};
  const Time now = SystemClock().now();
  if (options.asking.text()) {
    put(render_threat_whole(*threat, terminal_of(stdout), now));
    return {};
  }
  std::string out;
  append_json(out, *threat, now);
  put(out + '\n');
  return {};
}

Result<void> show_served(const ShowOptions& options) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  VD_TRY(const std::string answer,
         door.ask({.target = "/api/v1/threats/" + path_part(options.which)}));
  if (!options.asking.text()) {
    put(answer + '\n');
    return {};
  }
  VD_TRY(const auto threat, api::Json::parse(answer));
  put(threat_text(threat, terminal_of(stdout)));
  return {};
}

void add_conditions(Command command, ListOptions& options) {
  const auto add = [&](const char* option, const char* condition, const char* sentence,
                       const char* value) {
    command.add_option(option, options.conditions[condition], sentence).value_name(value);
  };
  add("--status", "status",
      "Any of these, with commas: new, acknowledged, in-progress, resolved, false-positive, "
      "duplicate",
      "STATUS,…");
  add("--severity", "severity_min", "Only threats of at least this severity", "SEVERITY");
  add("--tier", "tier", "Any of these, with commas: working, short-term, long-term", "TIER,…");
  add("--entity", "entity", "About this address, user or host", "NAME");
  add("--technique", "technique", "With this ATT&CK technique", "T1110");
  add("--rule", "rule", "With a finding of the rule of this id", "ID");
  add("--tag", "tag", "With this tag", "TAG");
  add("--assignee", "assignee", "That this person has", "WHO");
  add("--sort", "sort", "rank (the default), score or last_seen, highest first; +… the reverse",
      "ORDER");
  command.add_option("--since", options.since, "Last seen since then: a time, a date, or 2h, 3d")
      .value_name("WHEN");
  command.add_flag("--snoozed", options.snoozed, "Only those that are snoozed");
  command.add_flag("--all", options.all, "Also those that are snoozed or closed");
  command.add_option("--limit", options.limit, "How many; 0 for all").shows_default();
}

}  // namespace

void add_threats(Command root, Chosen& chosen) {
  const auto command =
      root.add_subcommand("threats", "The queue of threats that `vedette run` found");
  command.require_subcommand();
  const auto lister = command.add_subcommand("list", "Threats, worst first");
  auto listing = std::make_shared<ListOptions>();
  add_asking(lister, listing->asking);
  add_conditions(lister, *listing);
  lister.footer(
      "Those that are snoozed or closed (resolved, false-positive, duplicate) are counted, and\n"
      "shown when they are asked for: --all, --snoozed, --status.\n\n"
      "Examples:\n"
      "  vedette threats list --severity high --since 24h\n"
      "  vedette threats list --status new --technique T1110 --sort last_seen\n"
      "  vedette threats list --all --format ndjson --limit 0");
  lister.callback([listing, &chosen] { chosen = [listing] { return ended(list(*listing)); }; });
  const auto shower = command.add_subcommand("show", "One threat with its evidence and timeline");
  auto showing = std::make_shared<ShowOptions>();
  add_asking(shower, showing->asking);
  shower.add_option("THREAT", showing->which, "Its id, or the address, user or host it is about")
      .required();
  shower.footer("Example:\n  vedette threats show 203.0.113.7");
  shower.callback([showing, &chosen] {
    chosen = [showing] {
      return ended(showing->asking.door.server.empty() ? show_stored(*showing)
                                                       : show_served(*showing));
    };
  });
  add_threat_verbs(command, chosen);
  command.footer(
      "Examples:\n"
      "  vedette threats list --severity high\n"
      "  vedette threats show 203.0.113.7\n"
      "  vedette threats ack 203.0.113.7 198.51.100.4\n"
      "  vedette threats resolve 203.0.113.7 --reason 'blocked at the router'");
}

}  // namespace vedette::cli
