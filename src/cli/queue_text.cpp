#include "cli/queue_text.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::cli {
namespace {

using api::Json;

std::string safe(std::string_view text) {
  return escape_for_terminal(text);
}

/// The member as a number of people; 0 if it is none.
double number_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (member == nullptr) return 0;
  return member->is(Json::Kind::Integer) ? static_cast<double>(member->integer) : member->real;
}

std::string count_of(const Json& object, std::string_view name) {
  return grouped(static_cast<std::uint64_t>(std::max(0.0, number_of(object, name))));
}

std::string joined(const Json& object, std::string_view name) {
  std::string out;
  const Json* list = object.find(name);
  if (list == nullptr) return out;
  for (const Json& item : list->items) out += (out.empty() ? "" : " ") + safe(item.string);
  return out;
}

/// `object.outer.name`
std::string text_within(const Json& object, std::string_view outer, std::string_view name) {
  const Json* inside = object.find(outer);
  return inside == nullptr ? "" : text_of(*inside, name);
}

std::string severity_word(const Json& threat, const Terminal& terminal) {
  const std::string name = text_of(threat, "severity");
  std::string word = name;
  for (char& c : word) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  }
  return styled(fit(word, 8), style_of(parse_level(name).value_or(Level::Informational)),
                terminal.colour);
}

/// The one value in `{"name":value}`, which is how an audit tells what changed.
std::optional<std::string> value_within(const Json& entry, std::string_view name) {
  const Json* member = entry.find(name);
  const auto object = Json::parse(member == nullptr ? "" : member->string);
  if (!object || object->items.size() != 1) return {};
  const Json& value = object->items[0];
  std::string text = value.is(Json::Kind::Array) ? joined(*object, object->names[0])
                                                 : text_of(*object, object->names[0]);
  if (const auto time = parse_rfc3339(text)) text = time_text(*time);
  return text.empty() ? "none" : text;
}

std::string counted(const Json& object, std::string_view name, std::string_view noun) {
  const std::string count = count_of(object, name);
  return fmt::format("{} {}{}", count, noun, count == "1" ? "" : "s");
}

void add(std::string& out, std::string_view between, std::string_view more) {
  if (more.empty()) return;
  if (!out.empty()) out += between;
  out += more;
}

}  // namespace

std::string text_of(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member == nullptr ? "" : safe(member->string);
}

std::string moment_of(const Json& object, std::string_view name) {
  const auto time = parse_rfc3339(text_of(object, name));
  return time ? time_text(*time) : "";
}

std::string render_row_head(const Terminal& terminal) {
  return styled(fmt::format("{:<8} {:>5}  {:<28} {:<19}  {:<14} {}", "SEVERITY", "SCORE", "ENTITY",
                            "LAST SEEN (UTC)", "STATUS", "WHAT"),
                Style::Dim, terminal.colour) +
         '\n';
}

std::string render_row(const Json& threat, const Terminal& terminal) {
  const std::size_t used = 8 + 1 + 5 + 2 + 28 + 1 + 19 + 2 + 14 + 1;
  const std::string what = text_of(threat, "title");
  const std::size_t room = terminal.width > used + 20 ? terminal.width - used : 20;
  return fmt::format("{} {:>5.1f}  {} {:<19}  {:<14} {}\n", severity_word(threat, terminal),
                     number_of(threat, "score"), fit(text_within(threat, "entity", "value"), 28),
                     moment_of(threat, "last_seen"), text_of(threat, "status"),
                     terminal.is_terminal ? fit(what, room) : what);
}

std::string workflow_text(const Json& threat) {
  std::string out = text_of(threat, "status");
  if (const auto into = text_of(threat, "merged_into"); !into.empty()) out += " of " + into;
  if (const auto reason = text_of(threat, "reason"); !reason.empty()) out += " (" + reason + ")";
  if (const auto who = text_of(threat, "assignee"); !who.empty()) out += ", " + who + " has it";
  if (const auto tags = joined(threat, "tags"); !tags.empty()) out += ", tags: " + tags;
  if (const auto until = moment_of(threat, "snoozed_until"); !until.empty()) {
    out += ", snoozed until " + until;
  }
  return out + fmt::format(", version {}", count_of(threat, "version"));
}

std::string threat_line(const Json& threat, const Terminal& terminal) {
  return fmt::format("{}  {}  {}  {}\n", text_of(threat, "id"), severity_word(threat, terminal),
                     styled(text_within(threat, "entity", "value"), Style::Bold, terminal.colour),
                     workflow_text(threat));
}

std::string threat_text(const Json& threat, const Terminal& terminal) {
  std::string out = fmt::format(
      "{} {:>5.1f}  {}  {}\n", severity_word(threat, terminal), number_of(threat, "score"),
      styled(text_within(threat, "entity", "value"), Style::Bold, terminal.colour),
      styled(joined(threat, "techniques"), Style::Cyan, terminal.colour));
  out += fmt::format("    id     {}  {}\n", text_of(threat, "id"),
                     text_within(threat, "entity", "type"));
  out += fmt::format("    queue  {}\n", workflow_text(threat));
  out += fmt::format("    when   {} to {} UTC\n\n", moment_of(threat, "first_seen"),
                     moment_of(threat, "last_seen"));
  const Json* findings = threat.find("findings");
  if (findings == nullptr) return out;
  for (const Json& finding : findings->items) {
    out += fmt::format("  {} ({})\n",
                       styled(text_within(finding, "rule", "title"), Style::Bold, terminal.colour),
                       count_of(finding, "count"));
    const Json* evidence = finding.find("evidence");
    if (evidence == nullptr) continue;
    for (const Json& line : evidence->items) {
      out +=
          fmt::format("    {}@{} {}\n", text_of(line, "source"),
                      static_cast<std::uint64_t>(number_of(line, "offset")), text_of(line, "line"));
    }
  }
  return out;
}

std::string suppression_line(const Json& suppression) {
  std::string what;
  if (const auto rule = text_of(suppression, "rule"); !rule.empty()) what = "rule " + rule;
  if (const auto value = text_within(suppression, "entity", "value"); !value.empty()) {
    add(what, ", ", "about " + value);
  }
  std::string by = text_of(suppression, "by");
  add(by, ": ", text_of(suppression, "reason"));
  const Json* in_force = suppression.find("in_force");
  const bool ended = in_force != nullptr && !in_force->boolean;
  return fmt::format("{}  {} {}  {}{}\n", fit(text_of(suppression, "id"), 14),
                     ended ? "ended" : "until", moment_of(suppression, "expires"), what,
                     by.empty() ? "" : fmt::format("  ({})", by));
}

std::string effect_text(const Json& proposal) {
  const Json* effect = proposal.find("would_have_hidden");
  if (effect == nullptr) return "";
  const Json* whole = effect->find("complete");
  std::string out =
      fmt::format("{}{}, {}, {}", whole != nullptr && !whole->boolean ? "at least " : "",
                  counted(*effect, "threats", "threat"), counted(*effect, "findings", "finding"),
                  counted(*effect, "events", "event"));
  if (number_of(*effect, "of_confirmed_threats") > 0) {
    out += fmt::format("; {} resolved as hostile among them",
                       count_of(*effect, "of_confirmed_threats"));
  }
  return out;
}

std::string audit_line(const Json& entry) {
  const std::string action = text_of(entry, "action");
  std::string out = fmt::format("{}  {:<12} {:<12} {:<14}", moment_of(entry, "at"),
                                text_of(entry, "who"), action, text_of(entry, "threat"));
  const auto before = value_within(entry, "before"), after = value_within(entry, "after");
  if (before && after) add(out, "  ", *before + " to " + *after);
  add(out, "  ", text_of(entry, "reason"));
  return out + '\n';
}

std::string token_line(const Json& token) {
  const std::string until = moment_of(token, "expires");
  return fmt::format("{}  {:<8} {:<24} {}  by {}\n", text_of(token, "id"), text_of(token, "role"),
                     text_of(token, "name"), until.empty() ? "for ever" : "until " + until,
                     text_of(token, "by"));
}

}  // namespace vedette::cli
