#include "sigma/logsource.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace vedette::sigma {

TEST_SUITE("sigma/logsource") {
  TEST_CASE("a logsource chooses data sets and processes") {
    constexpr DatasetMask kAuth = bit(Dataset::Auth), kSyslog = bit(Dataset::Syslog),
                          kAccess = bit(Dataset::WebAccess), kError = bit(Dataset::WebError),
                          kWall = bit(Dataset::Netfilter), kPot = bit(Dataset::Cowrie),
                          kJson = bit(Dataset::Json), kIds = bit(Dataset::Ids);
    const std::vector<std::tuple<LogSource, DatasetMask, std::string>> cases{
        {{"", "linux", "sshd"}, kAuth, "sshd-session"},
        {{"", "", "sshd"}, kAuth, "sshd"},
        {{"", "linux", "auth"}, kAuth, ""},
        {{"", "linux", "sudo"}, kAuth, "sudo"},
        {{"", "linux", "cron"}, kAuth | kSyslog, "crond"},
        {{"", "linux", "syslog"}, kAuth | kSyslog | kWall, ""},
        {{"", "linux", "vsftpd"}, kAuth | kSyslog, "vsftpd"},
        {{"", "linux", "auditd"}, kJson, ""},
        {{"", "linux", ""}, kAuth | kSyslog | kJson, ""},
        {{"process_creation", "linux", ""}, kJson, ""},
        {{"authentication", "", ""}, kAuth | kError | kPot | kJson, ""},
        {{"authentication", "linux", "sshd"}, kAuth, "sshd"},
        {{"webserver", "", ""}, kAccess, ""},
        {{"webserver", "apache", "error"}, kError, ""},
        {{"", "", "nginx"}, kAccess | kError, ""},
        {{"", "apache", "access"}, kAccess, ""},
        {{"firewall", "", ""}, kWall, ""},
        {{"", "cowrie", ""}, kPot, ""},
        {{"honeypot", "", ""}, kPot, ""},
        {{"", "suricata", ""}, kIds, ""},
        {{"ids", "", ""}, kIds, ""},
        {{"", "windows", "security"}, kJson, ""},
        {{"", "", "unheard-of"}, kJson, ""},
    };
    for (const auto& one : cases) {
      const LogSource& source = std::get<0>(one);  // clang 14 captures no bindings
      const DatasetMask datasets = std::get<1>(one);
      const std::string& process = std::get<2>(one);
      CAPTURE(source.category);
      CAPTURE(source.product);
      CAPTURE(source.service);
      const LogSourcePlan plan = plan_of(source);
      CHECK(static_cast<int>(plan.datasets) == static_cast<int>(datasets));
      CHECK(plan.processes.empty() == process.empty());
      if (!process.empty()) CHECK(std::ranges::count(plan.processes, process) == 1);
    }
  }

  TEST_CASE("only web rules have other names for ECS fields") {
    const LogSourcePlan web = plan_of({"webserver", "", ""});
    CHECK(ecs_name("cs-uri-query", web) == "url.query");
    CHECK(ecs_name("sc-status", web) == "http.response.status_code");
    CHECK(ecs_name("url.path", web) == "url.path");
    CHECK(ecs_name("cs-uri-query", plan_of({"", "linux", "sshd"})) == "cs-uri-query");
  }
}

}  // namespace vedette::sigma
