#include "base/text.h"
#include "decode/lines.h"

namespace vedette::decode {
namespace {

/// `(root) CMD (run-parts /etc/cron.hourly)`: a user, a word or two, and something in brackets.
bool read_vixie(std::string_view text, EventBatch& out) {
  if (!take_prefix(text, "(")) return false;
  const std::string_view user = take_until(text, ')');
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return false;
  const std::string_view verb = trim(text.substr(0, open));
  std::string_view what = text.substr(open + 1);
  take_suffix(what, ")");
  if (verb == "CMD") {
    take_prefix(what, " ");
    out.set_action(Action::CronCommand);
    out.set(Field::ProcessCommandLine, trim(what));
  } else if (verb == "REPLACE" || verb == "DELETE" || verb == "END EDIT" || verb == "RELOAD") {
    out.set_action(Action::CrontabChanged);
    out.set(verb == "RELOAD" ? Field::FilePath : Field::UserTargetName, what);
  } else if (verb.empty() || verb[0] < 'A' || verb[0] > 'Z') {
    return false;
  }
  if (user != "CRON" && user != "*system*") out.set(Field::UserName, user);
  return true;
}

/// crond of busybox: `USER root pid  123 cmd run-parts /etc/periodic/15min`; dcron: `FILE … USER
/// root PID …`.
bool read_small(std::string_view text, EventBatch& out) {
  const std::size_t at = text.find("USER ");
  if (at == std::string_view::npos || (at != 0 && !text.starts_with("FILE "))) return false;
  text.remove_prefix(at + 5);
  const std::string_view user = take_until(text, ' ');
  std::size_t command = text.find(" cmd ");
  if (command == std::string_view::npos) command = text.find(" CMD ");
  if (command == std::string_view::npos) command = text.find(" job ");
  if (command == std::string_view::npos) return false;
  out.set_action(Action::CronCommand);
  out.set(Field::UserName, user);
  out.set(Field::ProcessCommandLine, trim(text.substr(command + 5)));
  return true;
}

}  // namespace

bool decode_cron(const SyslogMessage& message, EventBatch& out) {
  const std::string_view text = trim(message.text);
  if (text.starts_with("pam_")) return decode_pam(message, out);
  if (!read_vixie(text, out) && !read_small(text, out)) return decode_pam(message, out);
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
