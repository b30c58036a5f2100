// vedette suppressions: what nobody wants to see for a while.
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/asking.h"
#include "cli/hiding.h"
#include "cli/queue_text.h"
#include "cli/when.h"

#include <fmt/core.h>

#include <unistd.h>

namespace vedette::cli {
namespace {

struct AddOptions {
  Asking asking;
  std::string rule, entity, reason, until;
  std::string entity_type = "source.ip";
  std::uint64_t days = 30;
  bool preview = false;
};

struct EndOptions {
  Asking asking;
  std::vector<std::string> ids;
};

std::string raw(const api::Json& object, std::string_view name) {
  const api::Json* member = object.find(name);
  return member == nullptr ? "" : member->string;
}

/// What is sent to make the suppression that was proposed.
std::string body_of(const api::Json& suppression, const std::string& reason) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (const auto rule = raw(suppression, "rule"); !rule.empty()) json.field("rule", rule);
  const api::Json* entity = suppression.find("entity");
  if (entity != nullptr && entity->is(api::Json::Kind::Object)) {
    json.key("entity").begin_object().field("type", raw(*entity, "type"));
    json.field("value", raw(*entity, "value")).end_object();
  }
  json.field("expires", raw(suppression, "expires")).field("reason", reason).end_object();
  return body;
}

/// Asks on the terminal; "no" where there is none.
bool is_wanted() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) return false;
  put("Hide it? [y/N] ");
  std::fflush(stdout);
  char line[16] = {};
  if (std::fgets(line, sizeof line, stdin) == nullptr) return false;
  return line[0] == 'y' || line[0] == 'Y';
}

Result<void> make(Door& door, Format format, const std::string& body) {
  VD_TRY(const std::string made,
         door.ask({.method = "POST", .target = "/api/v1/suppressions", .body = body}));
  VD_TRY(const auto parsed, api::Json::parse(made));
  put(format == Format::Text ? suppression_line(parsed) : made + '\n');
  return {};
}

Result<std::string> moment_wanted(const AddOptions& options) {
  if (options.until.empty()) {
    const std::chrono::hours days(24 * static_cast<std::int64_t>(options.days));
    return format_rfc3339(SystemClock().now() + days);
  }
  const auto moment = parse_moment(options.until);
  if (!moment) return Error{Errc::UsageError, "--until: it is neither RFC 3339 nor a date"};
  return format_rfc3339(*moment);
}

Result<void> add(const AddOptions& options) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (!options.rule.empty()) json.field("rule", options.rule);
  if (!options.entity.empty()) {
    json.key("entity").begin_object().field("type", options.entity_type);
    json.field("value", options.entity).end_object();
  }
  VD_TRY(const std::string expires, moment_wanted(options));
  json.field("expires", expires).field("reason", options.reason).end_object();
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  VD_TRY(const std::string proposal,
         door.ask({.method = "POST", .target = "/api/v1/suppressions/propose", .body = body}));
  VD_TRY(const auto parsed, api::Json::parse(proposal));
  if (options.asking.text()) put("Would have hidden: " + effect_text(parsed) + ".\n");
  if (options.preview) {
    if (!options.asking.text()) put(proposal + '\n');
    return {};
  }
  return make(door, options.asking.format, body);
}

Result<void> list(const Asking& asking) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(asking.door, clock));
  VD_TRY(const std::string answer, door.ask({.target = "/api/v1/suppressions"}));
  if (!asking.text()) {
    VD_TRY(const std::string lines, lines_of(answer, "suppressions"));
    put(lines);
    return {};
  }
  VD_TRY(const auto parsed, api::Json::parse(answer));
  const api::Json* all = parsed.find("suppressions");
  if (all == nullptr || all->items.empty()) {
    put("Nothing is suppressed.\n");
    return {};
  }
  for (const api::Json& one : all->items) put(suppression_line(one));
  return {};
}

Result<void> end(const EndOptions& options) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  for (const std::string& id : options.ids) {
    VD_TRY(const std::string answer,
           door.ask({.method = "DELETE", .target = "/api/v1/suppressions/" + path_part(id)}));
    if (options.asking.text()) put(escape_for_terminal(id) + " ended\n");
  }
  return {};
}

void add_adder(Command command, Chosen& chosen) {
  auto options = std::make_shared<AddOptions>();
  const auto adder = command.add_subcommand("add", "Hides findings of a rule, an entity, or both");
  adder.add_option("--rule", options->rule, "Of the rule of this id").value_name("ID");
  adder.add_option("--entity", options->entity, "About this address, user or host")
      .value_name("NAME");
  adder
      .add_option("--entity-type", options->entity_type,
                  "source.ip, source.address, user.name or host.name")
      .shows_default();
  adder.add_option("--days", options->days, "For so many days, 366 at most")
      .in_range(1, 366)
      .shows_default();
  adder.add_option("--until", options->until, "Until then: RFC 3339, or a date").value_name("TIME");
  adder.add_option("--reason", options->reason, "Why").value_name("TEXT");
  adder.add_flag("--preview", options->preview, "Only say what it would have hidden");
  add_asking(adder, options->asking);
  adder.footer(
      "Only techniques that are known now are hidden: a new one shows.\n\n"
      "Examples:\n"
      "  vedette suppressions add --entity 198.51.100.4 --reason 'our scanner' --preview\n"
      "  vedette suppressions add --rule ID --entity 198.51.100.4 --days 90");
  adder.callback([options, &chosen] { chosen = [options] { return ended(add(*options)); }; });
}

}  // namespace

Result<void> offer_suppression(Door& door, Format format, const std::string& threat,
                               const std::string& reason, Consent consent) {
  std::string idea;
  JsonWriter(idea).begin_object().field("threat", threat).end_object();
  VD_TRY(const std::string proposal,
         door.ask({.method = "POST", .target = "/api/v1/suppressions/propose", .body = idea}));
  VD_TRY(const auto parsed, api::Json::parse(proposal));
  const api::Json* suppression = parsed.find("suppression");
  if (suppression == nullptr) return {};
  const bool text = format == Format::Text;
  const api::Json* entity = suppression->find("entity");
  const std::string value = entity == nullptr ? "" : text_of(*entity, "value");
  if (text) {
    put(fmt::format("  To hide it until {}: rule {} about {}; would have hidden {}.\n",
                    moment_of(*suppression, "expires"), text_of(*suppression, "rule"), value,
                    effect_text(parsed)));
  } else {
    put(proposal + '\n');
  }
  if (consent == Consent::Given || (text && is_wanted())) {
    return make(door, format, body_of(*suppression, reason));
  }
  if (text) put("  Nothing is hidden; --suppress, or `vedette suppressions add`, does it.\n");
  return {};
}

void add_suppressions(Command root, Chosen& chosen) {
  const auto command =
      root.add_subcommand("suppressions", "What is hidden from the queue, and how long");
  command.require_subcommand();
  auto listing = std::make_shared<Asking>();
  const auto lister = command.add_subcommand("list", "What is hidden");
  add_asking(lister, *listing);
  lister.callback([listing, &chosen] { chosen = [listing] { return ended(list(*listing)); }; });
  add_adder(command, chosen);
  auto ending = std::make_shared<EndOptions>();
  const auto ender = command.add_subcommand("end", "Shows again what it hid");
  ender.add_option("ID", ending->ids, "As `list` shows it").required().value_name("…");
  add_asking(ender, ending->asking);
  ender.callback([ending, &chosen] { chosen = [ending] { return ended(end(*ending)); }; });
  command.footer(
      "Examples:\n"
      "  vedette suppressions list\n"
      "  vedette suppressions add --entity 198.51.100.4 --reason 'our scanner' --days 90\n"
      "  vedette suppressions end s-0123456789ab");
}

}  // namespace vedette::cli
