// vedette tokens: who may use the API. vedette audit: who changed what.
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/asking.h"
#include "cli/queue_text.h"

#include <fmt/core.h>

namespace vedette::cli {
namespace {

struct CreateOptions {
  Asking asking;
  std::string name, role;
  std::uint64_t days = 365;
};

struct RevokeOptions {
  Asking asking;
  std::vector<std::string> ids;
};

struct AuditOptions {
  Asking asking;
  std::string threat;
  std::uint64_t limit = 100;
};

Result<void> list(const Asking& asking) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(asking.door, clock));
  VD_TRY(const std::string answer, door.ask({.target = "/api/v1/tokens"}));
  if (!asking.text()) {
    VD_TRY(const std::string lines, lines_of(answer, "tokens"));
    put(lines);
    return {};
  }
  VD_TRY(const auto parsed, api::Json::parse(answer));
  const api::Json* all = parsed.find("tokens");
  if (all == nullptr || all->items.empty()) {
    put("There are no tokens.\n");
    return {};
  }
  for (const api::Json& one : all->items) put(token_line(one));
  return {};
}

Result<void> create(CreateOptions options) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("name", options.name)
      .field("role", options.role)
      .field("days", options.days)
      .end_object();
  const SystemClock clock;
  options.asking.door.missing = DoorOptions::Missing::Made;  // tokens may come before the daemon
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  VD_TRY(const std::string made,
         door.ask({.method = "POST", .target = "/api/v1/tokens", .body = body}));
  if (!options.asking.text()) {
    put(made + '\n');
    return {};
  }
  VD_TRY(const auto token, api::Json::parse(made));
  put(token_line(token));
  put("It is shown only now:\n\n    " + text_of(token, "token") + "\n");
  return {};
}

Result<void> revoke(const RevokeOptions& options) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  for (const std::string& id : options.ids) {
    VD_TRY(const std::string answer,
           door.ask({.method = "DELETE", .target = "/api/v1/tokens/" + path_part(id)}));
    if (options.asking.text()) put(escape_for_terminal(id) + " revoked\n");
  }
  return {};
}

Result<void> audit(const AuditOptions& options) {
  const SystemClock clock;
  VD_TRY(Door door, Door::open(options.asking.door, clock));
  return print_audit(
      door, {.threat = options.threat, .limit = options.limit, .format = options.asking.format});
}

}  // namespace

void add_tokens(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("tokens", "Who may use the API, and for what");
  command.require_subcommand();
  auto listing = std::make_shared<Asking>();
  const auto lister = command.add_subcommand("list", "Tokens, without their secrets");
  add_asking(lister, *listing);
  lister.callback([listing, &chosen] { chosen = [listing] { return ended(list(*listing)); }; });
  auto creating = std::make_shared<CreateOptions>();
  const auto creator = command.add_subcommand("create", "A new token; its secret is shown once");
  creator.add_option("NAME", creating->name, "What the audit calls its holder").required();
  creator.add_option("--role", creating->role, "ingest, viewer, analyst or admin")
      .required()
      .one_of({"ingest", "viewer", "analyst", "admin"})
      .value_name("ROLE");
  creator.add_option("--days", creating->days, "How long it is good, 3660 at most")
      .in_range(1, 3660)
      .shows_default();
  add_asking(creator, creating->asking);
  creator.callback(
      [creating, &chosen] { chosen = [creating] { return ended(create(*creating)); }; });
  auto revoking = std::make_shared<RevokeOptions>();
  const auto revoker = command.add_subcommand("revoke", "Lets its holder in no more");
  revoker.add_option("ID", revoking->ids, "As `list` shows it").required().value_name("…");
  add_asking(revoker, revoking->asking);
  revoker.callback(
      [revoking, &chosen] { chosen = [revoking] { return ended(revoke(*revoking)); }; });
  command.footer(
      "Roles: ingest sends events, viewer looks, analyst changes threats, admin all of it.\n\n"
      "Examples:\n"
      "  vedette tokens create collector --role ingest\n"
      "  vedette tokens create ann --role analyst --days 90\n"
      "  vedette tokens revoke 0123abcd");
}

void add_audit(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("audit", "Who changed what, the latest first");
  auto options = std::make_shared<AuditOptions>();
  command.add_option("--threat", options->threat, "Of this one only: its id, or what it is about")
      .value_name("THREAT");
  command.add_option("--limit", options->limit, "How many, at most 1000").shows_default();
  add_asking(command, options->asking);
  command.footer("Example:\n  vedette audit --limit 20");
  command.callback([options, &chosen] { chosen = [options] { return ended(audit(*options)); }; });
}

}  // namespace vedette::cli
