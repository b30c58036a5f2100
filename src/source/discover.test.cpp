#include "source/source_set.h"
#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

void make(const Directory& root, std::initializer_list<const char*> paths) {
  for (const char* path : paths) {
    std::filesystem::create_directories(std::filesystem::path(root / path).parent_path());
    write(root / path, "");
  }
}

Lines found(const Directory& root) {
  Lines out;
  for (const std::string& path : discover_logs(root.path() + "/")) {
    out.push_back(path.substr(root.path().size() + 1));
  }
  return out;
}

}  // namespace

TEST_SUITE("source/discover") {
  TEST_CASE("a Debian machine") {
    Directory root;
    make(root, {"var/log/auth.log", "var/log/auth.log.1", "var/log/syslog", "var/log/messages",
                "var/log/kern.log", "var/log/ufw.log", "var/log/dpkg.log",
                "var/log/nginx/access.log", "var/log/nginx/access.log.1", "var/log/nginx/error.log",
                "var/log/nginx/access.log.2.gz", "var/log/apache2/other_vhosts_access.log"});
    CHECK(found(root) == Lines{"var/log/apache2/other_vhosts_access.log", "var/log/auth.log",
                               "var/log/nginx/access.log", "var/log/nginx/error.log",
                               "var/log/syslog"});
  }

  TEST_CASE("mail is read once, and of Suricata the file that has only alerts") {
    Directory debian;
    make(debian, {"var/log/syslog", "var/log/mail.log", "var/log/exim4/mainlog",
                  "var/log/suricata/fast.log", "var/log/suricata/eve.json"});
    CHECK(found(debian) ==
          Lines{"var/log/exim4/mainlog", "var/log/suricata/fast.log", "var/log/syslog"});
    Directory red_hat;
    make(red_hat, {"var/log/messages", "var/log/maillog", "var/log/suricata/eve.json"});
    CHECK(found(red_hat) ==
          Lines{"var/log/maillog", "var/log/messages", "var/log/suricata/eve.json"});
    Directory small;
    make(small, {"var/log/mail.log"});
    CHECK(found(small) == Lines{"var/log/mail.log"});
  }

  TEST_CASE(
      "what several files would say is read from one, and ufw's own file where it is the only") {
    Directory root;
    make(root, {"var/log/kern.log", "var/log/ufw.log", "etc/rsyslog.d/20-ufw.conf"});
    CHECK(found(root) == Lines{"var/log/kern.log"});
    write(root / "etc/rsyslog.d/20-ufw.conf",
          ":msg,contains,\"[UFW \" /var/log/ufw.log\n#& stop\n");
    CHECK(found(root) == Lines{"var/log/kern.log"});
    write(root / "etc/rsyslog.d/20-ufw.conf", ":msg,contains,\"[UFW \" /var/log/ufw.log\n& stop\n");
    CHECK(found(root) == Lines{"var/log/kern.log", "var/log/ufw.log"});
  }

  TEST_CASE("a machine with nothing but a packet filter") {
    Directory root;
    make(root, {"var/log/ufw.log"});
    CHECK(found(root) == Lines{"var/log/ufw.log"});
  }

  TEST_CASE("a Red Hat machine") {
    Directory root;
    make(root, {"var/log/secure", "var/log/secure-20240101", "var/log/messages",
                "var/log/httpd/access_log", "var/log/httpd/access_log-20240101",
                "var/log/httpd/ssl_error_log"});
    CHECK(found(root) == Lines{"var/log/httpd/access_log", "var/log/httpd/ssl_error_log",
                               "var/log/messages", "var/log/secure"});
  }

  TEST_CASE("honeypots, and a machine with nothing") {
    Directory root;
    CHECK(found(root).empty());
    make(root, {"var/log/cowrie/cowrie.json", "home/cowrie/cowrie/var/log/cowrie/cowrie.json",
                "opt/cowrie/var/log/cowrie/cowrie.json.2024-01-01"});
    std::filesystem::create_directories(root / "var/log/nginx/directory.log");
    CHECK(found(root) ==
          Lines{"home/cowrie/cowrie/var/log/cowrie/cowrie.json", "var/log/cowrie/cowrie.json"});
  }
}
