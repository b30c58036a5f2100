// vedette threats: the queue from a terminal. Reads the database beside a running daemon.
#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/render.h"
#include "cli/report.h"
#include "cli/state.h"
#include "engine/threat_queue.h"
#include "store/store.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace vedette::cli {
namespace {

struct ThreatsOptions {
  std::string state;
  std::optional<Level> severity_min;
  std::size_t limit = 50;
  Format format = Format::Text;
  std::string which;
};

int fail(const Error& error) {
  print_error(error);
  return kUsage;
}

Result<std::unique_ptr<store::Store>> open(const ThreatsOptions& options) {
  return store::Store::open(options.state.empty() ? default_state_directory() : options.state,
                            store::Store::Mode::Inspect);
}

int list(const ThreatsOptions& options) {
  auto store = open(options);
  if (!store) return fail(store.error());
  const Time now = SystemClock().now();
  const auto ranking = Ranking::make(**store, options.severity_min.value_or(Level::Informational));
  if (!ranking) return fail(ranking.error());
  const Terminal terminal = terminal_of(stdout);
  const bool text = options.format == Format::Text;
  if (text && ranking->size() == 0) std::puts("No threats.");
  if (text && ranking->size() > 0) std::fputs(render_row_head(terminal).c_str(), stdout);
  const auto visited = ranking->visit(options.limit, [&](const Threat& threat, std::size_t) {
    std::string out;
    if (text) {
      out = render_row(threat, terminal, now);
    } else {
      append_json(out, threat, now);
      out += '\n';
    }
    std::fputs(out.c_str(), stdout);
  });
  if (!visited) return fail(visited.error());
  if (text && options.limit != 0 && ranking->size() > options.limit) {
    std::printf("… and %s more; --limit 0 shows all.\n",
                grouped(ranking->size() - options.limit).c_str());
  }
  return kDone;
}

int show(const ThreatsOptions& options) {
  auto store = open(options);
  if (!store) return fail(store.error());
  const auto hash = engine::find_threat(**store, options.which);
  if (!hash) return fail(hash.error());
  if (!*hash) {
    return fail(
        {Errc::UsageError, fmt::format("there is no threat '{}'; `vedette threats list` shows "
                                       "what there is",
                                       options.which)});
  }
  const auto threat = (*store)->threat_of(**hash);
  if (!threat) return fail(threat.error());
  if (!*threat) return kDone;  // gone meanwhile
  const Time now = SystemClock().now();
  std::string out;
  if (options.format == Format::Text) {
    out = render_threat_whole(**threat, terminal_of(stdout), now);
  } else {
    append_json(out, **threat, now);
    out += '\n';
  }
  std::fputs(out.c_str(), stdout);
  return kDone;
}

void add_common(CLI::App& command, ThreatsOptions& options) {
  const std::map<std::string, Format> formats{{"text", Format::Text}, {"ndjson", Format::Ndjson}};
  command.add_option("--state", options.state, "Directory of the database");
  command.add_option("--format", options.format, "text for people, ndjson for programs")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case))
      ->option_text("text|ndjson");
}

}  // namespace

CLI::App* add_threats(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("threats", "The queue of threats that `vedette run` found");
  command->require_subcommand(1);
  auto options = std::make_shared<ThreatsOptions>();
  auto* lister = command->add_subcommand("list", "All threats, worst first");
  add_common(*lister, *options);
  std::map<std::string, Level> levels;
  for (std::size_t i = 0; i < kLevels; ++i) {
    levels.emplace(to_string(static_cast<Level>(i)), static_cast<Level>(i));
  }
  lister->add_option("--severity", options->severity_min, "Only threats of at least this severity")
      ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case))
      ->option_text("SEVERITY");
  lister->add_option("--limit", options->limit, "How many; 0 for all")->capture_default_str();
  lister->callback([options, &chosen] { chosen = [options] { return list(*options); }; });
  auto* shower = command->add_subcommand("show", "One threat with its evidence and timeline");
  add_common(*shower, *options);
  shower->add_option("THREAT", options->which, "Its id, or the address, user or host it is about")
      ->required();
  shower->callback([options, &chosen] { chosen = [options] { return show(*options); }; });
  command->footer(
      "Examples:\n"
      "  vedette threats list --severity high\n"
      "  vedette threats show 203.0.113.7");
  return command;
}

}  // namespace vedette::cli
