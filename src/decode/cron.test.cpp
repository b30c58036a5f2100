#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
using testing::line;
using testing::OneLine;

TEST_SUITE_BEGIN("decode/cron");

TEST_CASE("commands and changed tables") {
  const OneLine run = line("CRON[7]: (root) CMD (   cd / && run-parts (x) /etc/cron.hourly)");
  CHECK(run.action() == Action::CronCommand);
  CHECK(run.text(Field::UserName) == "root");
  CHECK(run.text(Field::ProcessCommandLine) == "cd / && run-parts (x) /etc/cron.hourly");
  CHECK(line("crontab[7]: (bob) REPLACE (bob)").action() == Action::CrontabChanged);
  CHECK(line("crontab[7]: (root) DELETE (bob)").text(Field::UserTargetName) == "bob");
  CHECK(line("cron[7]: (*system*) RELOAD (/etc/cron.d/x)").text(Field::FilePath) ==
        "/etc/cron.d/x");
  CHECK(line("crontab[7]: (bob) LIST (bob)").action() == Action::None);
  CHECK(line("cron[7]: (CRON) INFO (Running @reboot jobs)").event().dataset == Dataset::Auth);
  CHECK(line("crond[7]: USER root pid  12 cmd run-parts /etc/periodic/15min").action() ==
        Action::CronCommand);
  CHECK(line("CRON[7]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
            .action() == Action::SessionOpened);
  CHECK(line("cron[7]: (").event().dataset == Dataset::Syslog);
}

TEST_SUITE_END();

}  // namespace vedette::decode
