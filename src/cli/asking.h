// What the commands that go through a Door share: their options, and how they end.
#pragma once

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/door.h"
#include "cli/report.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::cli {

struct Asking {
  DoorOptions door;
  Format format = Format::Text;

  bool text() const { return format == Format::Text; }
};

/// --state, --server, --token and --format.
void add_asking(Command command, Asking& asking);
/// --format alone: text or ndjson.
void add_format(Command command, Format& format);
/// Prints it.
int fail(const Error& error);
/// kDone, or what the error says.
int ended(const Result<void>& outcome);
void put(const std::string& text);

/// "/path?a=b&c=d", escaped; without parameters only the path.
std::string target_of(std::string_view path,
                      const std::vector<std::pair<std::string, std::string>>& parameters);
/// A name as one part of a path.
std::string path_part(std::string_view name);
/// The elements of the list that a member of the answer is, a line each.
Result<std::string> lines_of(const std::string& answer, std::string_view member);

/// What print_audit() is to print, the latest first.
struct AuditAsk {
  std::string threat{};  ///< its id, or what it is about; empty: everything
  std::uint64_t limit = 100;
  Format format = Format::Text;
};
/// In threats_change.cpp.
Result<void> print_audit(Door& door, const AuditAsk& ask);
// threats_change.cpp: the verbs of `vedette threats`.
void add_threat_verbs(Command threats, Chosen& chosen);

}  // namespace vedette::cli
