#include "cli/asking.h"

#include "api/encoding.h"
#include "api/json.h"
#include "cli/terminal.h"

#include <cstdio>

namespace vedette::cli {

void add_format(Command command, Format& format) {
  const std::map<std::string, Format> formats{{"text", Format::Text}, {"ndjson", Format::Ndjson}};
  command.add_choice("--format", format, formats, "text for people, ndjson for programs")
      .value_name("text|ndjson");
}

void add_asking(Command command, Asking& asking) {
  command.add_option("--state", asking.door.state, "Directory of the database").value_name("DIR");
  command
      .add_option("--server", asking.door.server,
                  "Ask this one instead: http://HOST:PORT, or the path of a socket")
      .value_name("URL");
  command
      .add_option("--token", asking.door.token,
                  "Shown to the server; better in the environment, as VEDETTE_TOKEN")
      .value_name("TOKEN");
  add_format(command, asking.format);
}

int fail(const Error& error) {
  print_error(error);
  return kUsage;
}

int ended(const Result<void>& outcome) {
  return outcome ? static_cast<int>(kDone) : fail(outcome.error());
}

void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string target_of(std::string_view path,
                      const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string target(path);
  char before = '?';
  for (const auto& [name, value] : parameters) {
    target += before + name + "=" + api::percent_encoded(value);
    before = '&';
  }
  return target;
}

std::string path_part(std::string_view name) {
  return api::percent_encoded(name);
}

Result<std::string> lines_of(const std::string& answer, std::string_view member) {
  VD_TRY(const std::string list, api::object_member(answer, member));
  VD_TRY(const auto elements, api::array_elements(list));
  std::string lines;
  for (const std::string& element : elements) lines += element + '\n';
  return lines;
}

}  // namespace vedette::cli
