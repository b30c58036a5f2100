#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

#include <algorithm>
#include <iterator>

namespace vedette::decode {
namespace {

/// `name=value`, the value perhaps in quotes; names are looked for behind a blank or a quote.
std::string_view value_of(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    if (at == 0 || (text[at - 1] != ' ' && text[at - 1] != '\'')) continue;
    std::string_view value = text.substr(at + name.size());
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return value.substr(0, value.find('"'));
    }
    return value.substr(0, value.find_first_of(" '"));
  }
  return {};
}

/// `1373330716.415:4063`.
bool read_time(std::string_view text, Time& time) {
  const auto seconds = parse_int(take_until(text, '.'));
  const auto milliseconds = parse_int(take_until(text, ':'));
  constexpr std::int64_t kSecondsMax = 8'000'000'000;
  if (!seconds || !milliseconds || *seconds <= 0 || *seconds > kSecondsMax || *milliseconds < 0 ||
      *milliseconds > 999) {
    return false;
  }
  time = Time{std::chrono::seconds{*seconds} + std::chrono::milliseconds{*milliseconds}};
  return true;
}

enum class Kind { Login, Auth, Error, Start, End, Command, ServiceStart, ServiceStop, Other };

Kind kind_of(std::string_view type) {
  if (type == "USER_LOGIN") return Kind::Login;
  if (type == "USER_AUTH") return Kind::Auth;
  if (type == "USER_ERR") return Kind::Error;
  if (type == "USER_START") return Kind::Start;
  if (type == "USER_END") return Kind::End;
  if (type == "USER_CMD") return Kind::Command;
  if (type == "SERVICE_START") return Kind::ServiceStart;
  if (type == "SERVICE_STOP") return Kind::ServiceStop;
  return Kind::Other;
}

/// A value of which the kernel or sudo wrote the bytes as hexadecimal digits, because there is a
/// blank or a mark in it.
std::string_view unhexed(std::string_view digits, EventBatch& out) {
  if (digits.size() % 2 != 0) return digits;
  char* const text = out.arena().allocate(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return digits;
    text[i / 2] = static_cast<char>(high * 16 + low);
  }
  return {text, digits.size() / 2};
}

void set_text_of(std::string_view text, std::string_view name, Field field, EventBatch& out) {
  const std::string_view value = value_of(text, name);
  if (value.empty() || !out.wants(field)) return;
  const bool quoted = value.data()[-1] == '"';
  out.set(field, quoted ? value : unhexed(value, out));
}

/// `pid=7 uid=1000 auid=1000 ses=3` and `cwd="/root" cmd=6964 terminal=pts/1 res=success`: what was
/// run through sudo. The caller has a number; auditd adds a name where it is told to.
void read_command(std::string_view head, std::string_view text, EventBatch& out) {
  const bool success = value_of(text, "res=") == "success";
  out.set_action(success ? Action::SudoCommand : Action::SudoDenied);
  set_text_of(text, "cmd=", Field::ProcessCommandLine, out);
  set_text_of(text, "cwd=", Field::ProcessWorkingDirectory, out);
  const std::string_view tty = value_of(text, "terminal=");
  if (!tty.empty() && tty != "?") out.set(Field::ProcessTty, tty);
  const std::string_view uid = value_of(head, "uid=");
  if (const auto number = parse_int(uid)) out.set(Field::UserId, *number);
  const std::size_t named = text.rfind("\x1DUID=\"");
  std::string_view name = uid;
  if (named != std::string_view::npos) {
    name = text.substr(named + 6);
    name = name.substr(0, name.find('"'));
  }
  if (!name.empty()) out.set(Field::UserName, name);
  if (value_of(text, "exe=").empty()) out.set(Field::ProcessName, std::string_view{"sudo"});
}

/// `unit=rsyslog comm="systemd" exe="/lib/systemd/systemd" …`: of services only those that log.
bool read_service(Kind kind, std::string_view text, EventBatch& out) {
  const std::string_view unit = value_of(text, "unit=");
  constexpr std::string_view kLogging[] = {"rsyslog", "syslog-ng", "syslog", "auditd",
                                           "systemd-journald"};
  if (std::find(std::begin(kLogging), std::end(kLogging), unit) == std::end(kLogging)) return false;
  out.set_action(kind == Kind::ServiceStart ? Action::LoggingStarted : Action::LoggingStopped);
  out.set(Field::ServiceType, unit);
  return true;
}

void set_action(Kind kind, bool success, std::string_view program, EventBatch& out) {
  switch (kind) {
    case Kind::Auth:
      if (success && program.ends_with("/su")) out.set_action(Action::SuSucceeded);
      [[fallthrough]];
    case Kind::Error:
      if (success) return;
      out.set_action(Action::PamAuthenticationFailure);
      return;
    case Kind::Login:  // comes with a USER_AUTH or USER_ERR that counts
      out.set_action(success ? Action::AcceptedLogin : Action::FailedLogin);
      if (!success) out.current().outcome = Outcome::Unknown;
      return;
    case Kind::Start:
      if (success) out.set_action(Action::SessionOpened);
      return;
    case Kind::End:
      if (success) out.set_action(Action::SessionClosed);
      return;
    default:
      return;
  }
}

}  // namespace

bool decode_audit(std::string_view line, EventBatch& out) {
  std::string_view text = line;
  if (take_prefix(text, "node=")) {
    out.set(Field::HostName, take_until(text, ' '));
  }
  if (!take_prefix(text, "type=")) return false;
  const Kind kind = kind_of(take_until(text, ' '));
  if (kind == Kind::Other || !take_prefix(text, "msg=audit(")) return false;
  Time time;
  if (!read_time(take_until(text, ')'), time)) return false;
  const std::size_t begin = text.find(" msg='");
  if (begin == std::string_view::npos) return false;
  const std::string_view head = text.substr(0, begin);
  if (const auto pid = parse_int(value_of(head, "pid="))) out.set(Field::ProcessPid, *pid);
  text = text.substr(begin + 5);
  const bool service = kind == Kind::ServiceStart || kind == Kind::ServiceStop;
  if (service && !read_service(kind, text, out)) return false;
  out.current().time = time;
  out.current().dataset = Dataset::Auth;
  const std::string_view program = value_of(text, "exe=");
  if (kind == Kind::Command) read_command(head, text, out);
  set_action(kind, value_of(text, "res=") == "success", program, out);

  if (!program.empty()) out.set(Field::ProcessName, program.substr(program.rfind('/') + 1));
  // Names that the kernel would have to escape stand there as hexadecimal digits, without quotes.
  const std::size_t account = text.find("acct=\"");
  const std::string_view user = value_of(text, "acct=");
  if (account != std::string_view::npos && !user.empty() && user != "?")
    out.set(Field::UserName, user);
  const std::string_view address = value_of(text, "addr=");
  if (is_host(address)) set_source({address, {}}, out);
  return true;
}

}  // namespace vedette::decode
