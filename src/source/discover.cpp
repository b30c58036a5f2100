// What is worth following on a machine that nobody told us about.
#include "base/file.h"
#include "base/text.h"
#include "source/rotation.h"
#include "source/source_set.h"

#include <sys/stat.h>

#include <algorithm>
#include <glob.h>
#include <initializer_list>

namespace vedette::source {
namespace {

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// Of names that different distributions give to one thing, the first that exists: where both do,
/// one holds again what the other has.
void add_first(const std::string& root, std::initializer_list<const char*> paths,
               std::vector<std::string>& out) {
  for (const char* path : paths) {
    if (is_file(root + path)) {
      out.push_back(root + path);
      return;
    }
  }
}

void add_matching(const std::string& pattern, std::vector<std::string>& out) {
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      const std::string path = found.gl_pathv[i];
      const std::string name = path.substr(path.rfind('/') + 1);
      const SiblingName parsed = parse_sibling(name);
      if (is_file(path) && parsed.kind == Rotated::Current) out.push_back(path);
    }
  }
  ::globfree(&found);
}

/// Debian's rsyslog writes what ufw logs to ufw.log and then to syslog as well, unless its
/// configuration stops there.
bool only_in_ufw_log(const std::string& root) {
  const auto rules = read_file(root + "/etc/rsyslog.d/20-ufw.conf", 64 * 1024);
  if (!rules) return false;
  std::string_view rest = *rules;
  while (!rest.empty()) {
    const std::string_view line = trim(take_until(rest, '\n'));
    if (line.starts_with("& stop") || line.starts_with("& ~")) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> discover_logs(const std::string& root) {
  const std::string top = root.ends_with('/') ? root.substr(0, root.size() - 1) : root;
  const std::string log = top + "/var/log/";
  std::vector<std::string> out;
  add_first(log, {"auth.log", "secure"}, out);
  // Each holds what the next one has.
  add_first(log, {"syslog", "messages", "kern.log", "ufw.log"}, out);
  if (only_in_ufw_log(top) && is_file(log + "ufw.log") && out.back() != log + "ufw.log") {
    out.push_back(log + "ufw.log");
  }
  // Red Hat keeps mail out of messages; Debian writes it to syslog as well, where there is one.
  add_first(log, {"maillog"}, out);
  if (!is_file(log + "syslog")) add_first(log, {"mail.log"}, out);
  add_first(log, {"exim4/mainlog", "exim/main.log"}, out);
  // The alerts alone; eve.json has every request and flow besides.
  add_first(log, {"suricata/fast.log", "suricata/eve.json"}, out);
  add_matching(log + "nginx/*.log", out);
  add_matching(log + "apache2/*.log", out);
  add_matching(log + "httpd/*log", out);
  for (const char* cowrie :
       {"/var/log/cowrie/cowrie.json", "/home/cowrie/cowrie/var/log/cowrie/cowrie.json",
        "/opt/cowrie/var/log/cowrie/cowrie.json"}) {
    if (is_file(top + cowrie)) out.push_back(top + cowrie);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace vedette::source
