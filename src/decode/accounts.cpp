#include "base/text.h"
#include "decode/lines.h"

#include <utility>

namespace vedette::decode {
namespace {

/// `key=value` of a list with commas: `name=x, UID=1001, GID=1001`. Keys were in small letters
/// once.
std::string_view item(std::string_view list, std::string_view key) {
  while (!list.empty()) {
    std::string_view entry = trim(take_until(list, ','));
    const std::string_view name = take_until(entry, '=');
    if (equals_ignore_case(name, key)) return entry;
  }
  return {};
}

void set_number(Field field, std::string_view text, EventBatch& out) {
  if (const auto number = parse_int(text)) out.set(field, *number);
}

/// `'name'`, `` `name' `` or `"name"`, and the quotes with it.
bool take_quoted(std::string_view& text, std::string_view& name) {
  if (text.empty() || (text[0] != '\'' && text[0] != '`' && text[0] != '"')) return false;
  const std::size_t close = text.find_first_of("'\"", 1);
  if (close == std::string_view::npos) return false;
  name = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
  return true;
}

bool on_user(Action action, std::string_view user, EventBatch& out) {
  out.set_action(action);
  out.set(Field::UserTargetName, user);
  return true;
}

bool on_group(Action action, std::string_view group, EventBatch& out) {
  out.set_action(action);
  out.set(Field::GroupName, group);
  return true;
}

bool on_member(Action action, std::string_view user, std::string_view group, EventBatch& out) {
  out.set(Field::GroupName, group);
  return on_user(action, user, out);
}

/// `new user: name=x, UID=…`, `new group: name=x, GID=…`.
bool read_new(std::string_view text, EventBatch& out) {
  if (take_prefix(text, "user: ")) {
    const std::string_view name = item(text, "name");
    if (name.empty()) return false;
    set_number(Field::UserTargetId, item(text, "uid"), out);
    set_number(Field::GroupId, item(text, "gid"), out);
    return on_user(Action::UserCreated, name, out);
  }
  if (take_prefix(text, "group: ")) {
    const std::string_view name = item(text, "name");
    if (name.empty()) return false;
    set_number(Field::GroupId, item(text, "gid"), out);
    return on_group(Action::GroupCreated, name, out);
  }
  return false;
}

/// `'x' to group 'sudo'`. The line about the shadow group repeats it: understood, but nothing new.
bool read_membership(std::string_view text, std::string_view link, Action action, EventBatch& out) {
  std::string_view user, group;
  if (!take_quoted(text, user) || !take_prefix(text, link)) return false;
  if (take_prefix(text, "shadow group ")) return true;
  return take_prefix(text, "group ") && take_quoted(text, group) &&
         on_member(action, user, group, out);
}

bool read_delete(std::string_view text, EventBatch& out) {
  std::string_view name;
  if (text.starts_with('\'') || text.starts_with('`')) {
    return read_membership(text, " from ", Action::GroupMemberRemoved, out);
  }
  return take_prefix(text, "user ") && take_quoted(text, name) &&
         on_user(Action::UserDeleted, name, out);
}

/// `user 'x' password`, `user 'x' shell from …`, `user name 'a' to 'b'`.
bool read_change(std::string_view text, EventBatch& out) {
  std::string_view name;
  if (!take_prefix(text, "user ")) return false;
  take_prefix(text, "name ");
  if (!take_quoted(text, name)) return false;
  return on_user(text == " password" ? Action::PasswordChanged : Action::UserChanged, name, out);
}

/// groupdel: `group 'x' removed`, and before it the same of each file.
bool read_group(std::string_view text, EventBatch& out) {
  std::string_view name;
  if (!take_quoted(text, name)) {
    return text.starts_with("added to ") || text.starts_with("changed in ");
  }
  if (text == " removed") return on_group(Action::GroupDeleted, name, out);
  return text.starts_with(" removed from ");
}

/// userdel: `removed group 'x' owned by 'y'`.
bool read_removed(std::string_view text, EventBatch& out) {
  std::string_view name;
  if (take_prefix(text, "shadow group ")) return true;
  return take_prefix(text, "group ") && take_quoted(text, name) &&
         on_group(Action::GroupDeleted, name, out);
}

/// gpasswd: `x added by root to group sudo`, `x removed by root from group sudo`.
bool read_gpasswd(std::string_view text, EventBatch& out) {
  const std::size_t group = text.rfind(" group ");
  const bool added = text.find(" added by ") != std::string_view::npos;
  if (group == std::string_view::npos) return false;
  const std::string_view name = text.substr(group + 7);
  const std::string_view user = take_until(text, ' ');
  if (!added && !text.starts_with("removed by ")) return false;
  text.remove_prefix(text.find("by ") + 3);
  out.set(Field::UserName, take_until(text, ' '));
  return on_member(added ? Action::GroupMemberAdded : Action::GroupMemberRemoved, user, name, out);
}

/// `password for 'x' changed by 'root'`.
bool read_password(std::string_view text, EventBatch& out) {
  std::string_view name, by;
  if (!take_quoted(text, name) || !take_prefix(text, " changed by ")) return false;
  if (take_quoted(text, by)) out.set(Field::UserName, by);
  return on_user(Action::PasswordChanged, name, out);
}

/// chage, chfn, chsh.
bool read_changed(std::string_view text, EventBatch& out) {
  std::string_view name;
  if (take_prefix(text, "password expiry for ")) return on_user(Action::UserChanged, text, out);
  return take_prefix(text, "user ") && take_quoted(text, name) &&
         on_user(Action::UserChanged, name, out);
}

/// pw(8) of FreeBSD: `x(1001):x(1001):Name:/home/x:/bin/sh:…` after a name of what it did.
bool read_pw(std::string_view text, EventBatch& out) {
  for (const auto& [verb, action] :
       {std::pair{std::string_view{"new user "}, Action::UserCreated},
        std::pair{std::string_view{"user deleted "}, Action::UserDeleted}}) {
    std::string_view rest = text;
    if (take_prefix(rest, verb))
      return on_user(action, rest.substr(0, rest.find_first_of("(: ")), out);
  }
  return false;
}

bool read_any(std::string_view text, EventBatch& out) {
  std::string_view rest = text;
  std::string_view name;
  if (text.empty()) return false;
  switch (text[0]) {
    case 'a':
      return take_prefix(rest, "add ") &&
             read_membership(rest, " to ", Action::GroupMemberAdded, out);
    case 'c':
      if (take_prefix(rest, "changed ")) return read_changed(rest, out);
      return take_prefix(rest, "change ") && read_change(rest, out);
    case 'd':
      return take_prefix(rest, "delete ") && read_delete(rest, out);
    case 'g':
      return take_prefix(rest, "group ") && read_group(rest, out);
    case 'l':
    case 'u':
      if (take_prefix(rest, "lock user ") || take_prefix(rest, "unlock user ")) {
        return take_quoted(rest, name) && on_user(Action::UserChanged, name, out);
      }
      return take_prefix(rest, "user ") && read_gpasswd(rest, out);
    case 'n':
      return take_prefix(rest, "new ") && read_new(rest, out);
    case 'p':
      return take_prefix(rest, "password for ") && read_password(rest, out);
    case 'r':
      if (take_prefix(rest, "remove group ")) {
        return take_quoted(rest, name) && on_group(Action::GroupDeleted, name, out);
      }
      if (take_prefix(rest, "remove user ")) {
        return take_quoted(rest, name) && on_user(Action::UserDeleted, name, out);
      }
      return take_prefix(rest, "removed ") && read_removed(rest, out);
    default:
      return false;
  }
}

}  // namespace

bool decode_accounts(const SyslogMessage& message, EventBatch& out) {
  const std::string_view text = trim(message.text);
  const bool known = message.program == "pw" ? read_pw(text, out) : read_any(text, out);
  if (!known) return decode_pam(message, out);
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
