// Any text as a rule file: loading must end, in bounded time and memory, and what it loads must
// match an event the same way with and without the index.
#include "sigma/rule_set.h"

#include "sigma/testing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette;
  using namespace vedette::sigma;
  Loaded loaded(std::string_view(reinterpret_cast<const char*>(bytes), size));
  Events events(loaded.fields);
  const std::string text(reinterpret_cast<const char*>(bytes), std::min<std::size_t>(size, 300));
  for (const Dataset dataset : {Dataset::Auth, Dataset::WebAccess, Dataset::Json}) {
    events.add(dataset, Action::FailedPassword,
               {{"message", text}, {"user.name", "root"}, {"process.name", "sshd"}}, text);
    events.add(dataset, Action::HttpRequest, {{"url.original", text}, {"url.query", "a=b"}}, "a");
  }
  matching_titles(loaded, events.batch);
  return 0;
}
