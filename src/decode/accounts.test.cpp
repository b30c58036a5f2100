#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
using testing::line;
using testing::OneLine;

TEST_SUITE_BEGIN("decode/accounts");

TEST_CASE("accounts, groups and passwords in the words of shadow-utils, old and new") {
  struct {
    std::string_view text;
    Action action;
    std::string_view user, group, by;
  } const cases[] = {
      {"useradd[5]: new user: name=bob, UID=1001, GID=1002, home=/home/bob, shell=/bin/bash, "
       "from=/dev/pts/0",
       Action::UserCreated, "bob", "", ""},
      {"adduser[5]: new user: name=bob, uid=1001, gid=1002, home=/home/bob, shell=/bin/bash",
       Action::UserCreated, "bob", "", ""},
      {"useradd[5]: new group: name=bob, GID=1002", Action::GroupCreated, "", "bob", ""},
      {"groupadd[5]: new group: name=ops, GID=1002", Action::GroupCreated, "", "ops", ""},
      {"usermod[5]: add 'bob' to group 'sudo'", Action::GroupMemberAdded, "bob", "sudo", ""},
      {"usermod[5]: add `bob' to group `sudo'", Action::GroupMemberAdded, "bob", "sudo", ""},
      {"usermod[5]: delete 'bob' from group 'sudo'", Action::GroupMemberRemoved, "bob", "sudo", ""},
      {"usermod[5]: change user 'bob' shell from '/bin/sh' to '/bin/bash'", Action::UserChanged,
       "bob", "", ""},
      {"usermod[5]: change user 'bob' password", Action::PasswordChanged, "bob", "", ""},
      {"usermod[5]: change user name 'bob' to 'rob'", Action::UserChanged, "bob", "", ""},
      {"usermod[5]: lock user 'bob' password", Action::UserChanged, "bob", "", ""},
      {"usermod[5]: unlock user 'bob' password", Action::UserChanged, "bob", "", ""},
      {"userdel[5]: delete user 'bob'", Action::UserDeleted, "bob", "", ""},
      {"userdel[5]: remove user `bob'", Action::UserDeleted, "bob", "", ""},
      {"userdel[5]: removed group 'bob' owned by 'bob'", Action::GroupDeleted, "", "bob", ""},
      {"groupdel[5]: group 'ops' removed", Action::GroupDeleted, "", "ops", ""},
      {"gpasswd[5]: user bob added by root to group sudo", Action::GroupMemberAdded, "bob", "sudo",
       "root"},
      {"gpasswd[5]: user bob removed by root from group sudo", Action::GroupMemberRemoved, "bob",
       "sudo", "root"},
      {"passwd[5]: password for 'bob' changed by 'root'", Action::PasswordChanged, "bob", "",
       "root"},
      {"chpasswd[5]: pam_unix(chpasswd:chauthtok): password changed for bob",
       Action::PasswordChanged, "bob", "", ""},
      {"chage[5]: changed password expiry for bob", Action::UserChanged, "bob", "", ""},
      {"chsh[5]: changed user 'bob' shell to '/bin/zsh'", Action::UserChanged, "bob", "", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.event().dataset == Dataset::Auth);
    CHECK(decoded.text(Field::UserTargetName) == c.user);
    CHECK(decoded.text(Field::GroupName) == c.group);
    CHECK(decoded.text(Field::UserName) == c.by);
  }
  CHECK(line(cases[0].text).number(Field::UserTargetId) == 1001);
  CHECK(line(cases[0].text).number(Field::GroupId) == 1002);
}

TEST_CASE("the second line about one change is no second change") {
  for (const std::string_view text : {"usermod[5]: add 'bob' to shadow group 'sudo'",
                                      "groupadd[5]: group added to /etc/group: name=ops, GID=7",
                                      "groupdel[5]: group 'ops' removed from /etc/gshadow",
                                      "userdel[5]: removed shadow group 'bob' owned by 'bob'"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
    CHECK(line(text).event().dataset == Dataset::Auth);
  }
}

TEST_CASE("a failed change is no change") {
  CHECK(line("useradd[5]: failed adding user 'bob', data deleted").action() == Action::None);
  for (const std::string_view text :
       {"useradd: new user: ", "useradd: new user: name", "usermod: add 'bob",
        "usermod: add 'bob' to group", "userdel: delete user", "gpasswd: user bob added by root",
        "passwd: password for ''", "passwd: "}) {
    CAPTURE(text);
    CHECK(line(text).event().dataset == Dataset::Syslog);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
