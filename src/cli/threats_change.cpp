// The verbs of `vedette threats` that change something, and the history of what was changed.
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/asking.h"
#include "cli/hiding.h"
#include "cli/queue_text.h"
#include "cli/when.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::cli {
namespace {

struct ChangeOptions {
  Asking asking;
  std::vector<std::string> threats;  // with what comes after them until write() has taken it
  std::vector<std::string> unknown;  // words that begin with a dash
  std::string reason, until, span, into;
  std::optional<std::uint64_t> if_version;
  bool nobody = false, suppress = false;
};

/// One verb: its words, and the members of the API's change that it stands for.
struct Verb {
  const char* name;
  const char* sentence;
  const char* operands;  // behind the first threat
  const char* footer;
  Result<void> (*write)(ChangeOptions& options, JsonWriter& change);
};

Error usage(std::string what) {
  return {Errc::UsageError, std::move(what)};
}

template <Status status>
Result<void> write_status(ChangeOptions&, JsonWriter& change) {
  change.field("status", to_string(status));
  return {};
}

/// The last word, which is no threat.
Result<std::string> take_last(ChangeOptions& options, std::string_view what) {
  if (options.threats.size() < 2) {
    return usage(fmt::format("the threats are wanted, and then {}", what));
  }
  std::string last = std::move(options.threats.back());
  options.threats.pop_back();
  return last;
}

Result<void> write_assign(ChangeOptions& options, JsonWriter& change) {
  std::string who;
  if (!options.nobody) {
    VD_TRY(who, take_last(options, "who is to have them, or --nobody"));
  }
  change.field("assignee", who);
  return {};
}

Result<void> write_note(ChangeOptions& options, JsonWriter& change) {
  VD_TRY(const std::string text, take_last(options, "the text"));
  change.field("note", text);
  return {};
}

void write_list(JsonWriter& change, std::string_view name, const std::vector<std::string>& texts) {
  change.key(name).begin_array();
  for (const std::string& text : texts) change.string(text);
  change.end_array();
}

Result<void> write_tags(ChangeOptions& options, JsonWriter& change) {
  std::vector<std::string> added, removed, threats;
  for (std::string& word : options.threats) {
    if (word.starts_with('+')) {
      added.push_back(word.substr(1));
    } else {
      threats.push_back(std::move(word));
    }
  }
  for (const std::string& word : options.unknown) removed.push_back(word.substr(1));
  options.unknown.clear();
  options.threats = std::move(threats);
  if (added.empty() && removed.empty()) return usage("tags are wanted: +this -that");
  write_list(change, "tags_added", added);
  write_list(change, "tags_removed", removed);
  return {};
}

Result<void> write_snooze(ChangeOptions& options, JsonWriter& change) {
  if (options.until.empty() == options.span.empty()) {
    return usage("one of --for 2h and --until 2026-03-01T12:00:00Z is wanted");
  }
  const auto span = parse_span(options.span);
  const auto moment =
      span ? std::optional<Time>(SystemClock().now() + *span) : parse_moment(options.until);
  if (!moment) {
    return usage(fmt::format("'{}' is no {}", escape_for_terminal(options.until + options.span),
                             options.span.empty() ? "time or date" : "span such as 30m, 2h or 3d"));
  }
  change.field("snoozed_until", format_rfc3339(*moment));
  return {};
}

Result<void> write_wake(ChangeOptions&, JsonWriter& change) {
  change.key("snoozed_until").null();
  return {};
}

Result<void> write_merge(ChangeOptions& options, JsonWriter& change) {
  change.field("merge_into", options.into);
  return {};
}

Result<void> write_unmerge(ChangeOptions&, JsonWriter& change) {
  change.key("unmerge").boolean(true);
  return {};
}

constexpr Verb kVerbs[] = {
    {"ack", "Somebody has seen it", "…",
     "vedette threats ack 203.0.113.7\n  vedette threats ack t-0123456789ab --if-version 3",
     write_status<Status::Acknowledged>},
    {"start", "Somebody works on it", "…", "vedette threats start 203.0.113.7",
     write_status<Status::InProgress>},
    {"resolve", "It was hostile, and is dealt with; new evidence reopens it", "…",
     "vedette threats resolve 203.0.113.7 --reason 'blocked at the router'",
     write_status<Status::Resolved>},
    {"false-positive", "It was not hostile; only a new kind of evidence reopens it", "…",
     "vedette threats false-positive 198.51.100.4 --reason 'our scanner'\n"
     "  vedette threats false-positive 198.51.100.4 --suppress",
     write_status<Status::FalsePositive>},
    {"reopen", "It is new again", "…", "vedette threats reopen 203.0.113.7",
     write_status<Status::New>},
    {"assign", "Says who has it", "… WHO",
     "vedette threats assign 203.0.113.7 ann\n  vedette threats assign 203.0.113.7 --nobody",
     write_assign},
    {"tag", "Adds +tags and removes -tags", "… +TAG… -TAG…",
     "vedette threats tag 203.0.113.7 198.51.100.4 +botnet -unsure", write_tags},
    {"note", "Writes a note into its history", "… TEXT",
     "vedette threats note 203.0.113.7 'asked the owner'", write_note},
    {"snooze", "Hides it for a while; a new rule or technique wakes it", "…",
     "vedette threats snooze 203.0.113.7 --for 2h --reason 'patch tonight'\n"
     "  vedette threats snooze 203.0.113.7 --until 2026-03-01",
     write_snooze},
    {"wake", "Ends the snoozing", "…", "vedette threats wake 203.0.113.7", write_wake},
    {"merge", "Makes it a duplicate of another threat", "…",
     "vedette threats merge 203.0.113.7 203.0.113.8 --into 203.0.113.9", write_merge},
    {"unmerge", "Is no duplicate any more", "…", "vedette threats unmerge 203.0.113.7",
     write_unmerge},
};

/// What a threat is now.
Result<void> tell(const ChangeOptions& options, const std::string& head) {
  if (!options.asking.text()) {
    put(head + '\n');
    return {};
  }
  VD_TRY(const auto threat, api::Json::parse(head));
  put(threat_line(threat, terminal_of(stdout)));
  return {};
}

Result<std::string> id_of(const std::string& head) {
  VD_TRY(const auto threat, api::Json::parse(head));
  return text_of(threat, "id");
}

/// Changes one threat; its id.
Result<std::string> change_one(Door& door, const ChangeOptions& options,
                               const std::string& change) {
  VD_TRY(const std::string head,
         door.ask({.method = "PATCH",
                   .target = "/api/v1/threats/" + path_part(options.threats.front()),
                   .body = change,
                   .if_version = options.if_version}));
  VD_CHECK(tell(options, head));
  return id_of(head);
}

/// The ids of the threats named, each once; those that are none are told.
Result<std::vector<std::string>> ids_named(Door& door, const ChangeOptions& options,
                                           std::size_t& failed) {
  std::vector<std::string> ids;
  for (const std::string& name : options.threats) {
    std::string id = name;
    if (!parse_threat_id(name)) {
      const auto head = door.ask({.target = "/api/v1/threats/" + path_part(name)});
      if (!head && head.error().code != Errc::ThreatUnknown) return head.error();
      if (!head) {
        print_error(head.error());
        ++failed;
        continue;
      }
      VD_TRY(id, id_of(*head));
    }
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

/// Changes several threats in one request; the ids of those that were changed.
Result<std::vector<std::string>> change_many(Door& door, const ChangeOptions& options,
                                             const std::string& change, std::size_t& failed) {
  VD_TRY(const auto ids, ids_named(door, options, failed));
  std::vector<std::string> changed;
  if (ids.empty()) return changed;
  std::string body = "{\"ids\":[";
  for (const std::string& id : ids) {
    if (body.back() != '[') body += ',';
    append_json_string(body, id);
  }
  body += "],\"change\":" + change + '}';
  VD_TRY(const std::string answer,
         door.ask({.method = "POST", .target = "/api/v1/threats/bulk", .body = body}));
  VD_TRY(const auto parsed, api::Json::parse(answer));
  if (!options.asking.text()) put(answer + '\n');
  const api::Json* results = parsed.find("results");
  if (results == nullptr) return changed;
  for (const api::Json& result : results->items) {
    const api::Json* status = result.find("status");
    std::string id = text_of(result, "id");
    if (status != nullptr && status->integer == 200) {
      if (options.asking.text()) {
        VD_TRY(const std::string head, door.ask({.target = "/api/v1/threats/" + path_part(id)}));
        VD_CHECK(tell(options, head));
      }
      changed.push_back(std::move(id));
      continue;
    }
    ++failed;
    print_error(error_named(text_of(result, "code"), text_of(result, "detail")));
  }
  return changed;
}

Result<int> change(const Verb& verb, ChangeOptions options) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  VD_CHECK(verb.write(options, json));
  if (!options.reason.empty()) json.field("reason", options.reason);
  json.end_object();
  if (!options.unknown.empty()) {
    return usage(
        fmt::format("there is no option '{}'", escape_for_terminal(options.unknown.front())));
  }
  if (options.threats.empty()) return usage("no threat is named");
  if (options.if_version && options.threats.size() > 1) {
    return usage("--if-version is for one threat");
  }
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  std::size_t failed = 0;
  std::vector<std::string> changed;
  if (options.threats.size() == 1) {
    VD_TRY(changed.emplace_back(), change_one(door, options, body));
  } else {
    VD_TRY(changed, change_many(door, options, body, failed));
  }
  if (verb.write == write_status<Status::FalsePositive>) {
    for (const std::string& id : changed) {
      VD_CHECK(offer_suppression(door, options.asking.format, id, options.reason,
                                 options.suppress ? Consent::Given : Consent::Asked));
    }
  }
  return static_cast<int>(failed == 0 ? kDone : kUsage);
}

struct HistoryOptions {
  Asking asking;
  std::string which;
  std::uint64_t limit = 100;
};

void add_verb(Command threats, const Verb& verb, Chosen& chosen) {
  auto options = std::make_shared<ChangeOptions>();
  const auto command = threats.add_subcommand(verb.name, verb.sentence);
  command
      .add_option("THREAT", options->threats,
                  "Ids, or the addresses, users or hosts that they are about")
      .required()
      .value_name(verb.operands);
  command.add_option("--reason", options->reason, "Why; it stands in the history")
      .value_name("TEXT");
  command
      .add_option("--if-version", options->if_version,
                  "Only if it still has this version, as `show` said")
      .value_name("N");
  const std::string_view name = verb.name;
  if (name == "assign") command.add_flag("--nobody", options->nobody, "Nobody has it any more");
  if (name == "snooze") {
    command.add_option("--for", options->span, "30m, 2h, 3d, 1w").value_name("SPAN");
    command.add_option("--until", options->until, "RFC 3339, or a date").value_name("TIME");
  }
  if (name == "merge") {
    command.add_option("--into", options->into, "The threat that stays")
        .required()
        .value_name("THREAT");
  }
  if (name == "false-positive") {
    command.add_flag("--suppress", options->suppress,
                     "Hide its worst finding for 30 days; without it, what would be hidden is "
                     "told, and asked on a terminal");
  }
  if (name == "tag") command.allow_others();  // -TAG looks like an option
  add_asking(command, options->asking);
  command.footer(std::string("Examples:\n  ") + verb.footer);
  command.callback([&verb, options, command, &chosen] {
    options->unknown = command.others();
    chosen = [&verb, options] {
      // A long option that is none is no tag.
      for (const std::string& word : options->unknown) {
        if (word.starts_with("--") || word.size() < 2) {
          return fail(usage(fmt::format("there is no option '{}'", escape_for_terminal(word))));
        }
      }
      const auto outcome = change(verb, *options);
      return outcome ? *outcome : fail(outcome.error());
    };
  });
}

}  // namespace

Result<void> print_audit(Door& door, const AuditAsk& ask) {
  std::vector<std::pair<std::string, std::string>> parameters{{"limit", std::to_string(ask.limit)}};
  if (!ask.threat.empty()) parameters.emplace_back("threat", ask.threat);
  VD_TRY(const std::string answer, door.ask({.target = target_of("/api/v1/audit", parameters)}));
  if (ask.format != Format::Text) {
    VD_TRY(const std::string lines, lines_of(answer, "entries"));
    put(lines);
    return {};
  }
  VD_TRY(const auto parsed, api::Json::parse(answer));
  const api::Json* entries = parsed.find("entries");
  if (entries == nullptr || entries->items.empty()) put("Nobody has changed anything.\n");
  for (const api::Json& entry : entries == nullptr ? std::vector<api::Json>{} : entries->items) {
    put(audit_line(entry));
  }
  return {};
}

void add_threat_verbs(Command threats, Chosen& chosen) {
  for (const Verb& verb : kVerbs) add_verb(threats, verb, chosen);
  auto options = std::make_shared<HistoryOptions>();
  const auto command =
      threats.add_subcommand("history", "Who changed what of a threat, latest first");
  command.add_option("THREAT", options->which, "Its id, or what it is about").required();
  command.add_option("--limit", options->limit, "How many, at most 1000").shows_default();
  add_asking(command, options->asking);
  command.footer("Example:\n  vedette threats history 203.0.113.7");
  command.callback([options, &chosen] {
    chosen = [options] {
      const auto outcome = [&]() -> Result<void> {
        const SystemClock clock;
        VD_TRY(Door door, Door::open(options->asking.door, clock));
        return print_audit(
            door,
            {.threat = options->which, .limit = options->limit, .format = options->asking.format});
      }();
      return ended(outcome);
    };
  });
}

}  // namespace vedette::cli
