#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

namespace vedette::decode {
namespace {

constexpr std::uint32_t kRepeatsMax = 100'000;

/// `pam_unix(sshd:auth): TEXT`, `(pam_unix) TEXT`, `pam_unix: TEXT`, `pam_sss(sshd:auth): TEXT`; or
/// just TEXT, when the module stands in the tag or nowhere.
struct PamMessage {
  std::string_view module;   ///< "pam_unix", or empty
  std::string_view service;  ///< "sshd"
  std::string_view stage;    ///< "auth", "session", …, or empty
  std::string_view text;
};

/// Of "(:[ " the first. find_first_of() calls memchr for every byte.
std::size_t end_of_module(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(' || c == ':' || c == '[' || c == ' ') return at;
  }
  return std::string_view::npos;
}

PamMessage split_pam(const SyslogMessage& message) {
  PamMessage pam{{}, message.program, {}, message.text};
  std::string_view text = message.text;
  if (take_prefix(text, "(pam_")) {
    const std::size_t close = text.substr(0, 64).find(')');
    if (close == std::string_view::npos) return pam;
    pam.module = message.text.substr(1, close + 4);
    text.remove_prefix(close + 1);
    take_prefix(text, ":");
  } else if (text.starts_with("pam_")) {
    const std::size_t end = end_of_module(text.substr(0, 64));
    if (end == std::string_view::npos) return pam;
    pam.module = text.substr(0, end);
    text.remove_prefix(end);
    if (text[0] == '(') {
      const std::size_t close = text.substr(0, 128).find(')');
      if (close == std::string_view::npos) return pam;
      const std::string_view where = text.substr(1, close - 1);
      const std::size_t colon = where.rfind(':');
      pam.stage = colon == std::string_view::npos ? where : where.substr(colon + 1);
      if (colon != std::string_view::npos) pam.service = where.substr(0, colon);
      text.remove_prefix(close + 1);
    }
    if (text.starts_with('[')) take_until(text, ']');
    take_prefix(text, ":");
  } else if (text.starts_with("PAM-")) {  // the libpam of Solaris and old Linux: PAM-unix: TEXT
    pam.module = take_until(text, ':');
  } else if (!take_prefix(text, "PAM ")) {
    return pam;
  }
  pam.text = trim(text);
  return pam;
}

/// Programs that say themselves, in a line of their own, what came of a login.
bool reports_itself(std::string_view service) {
  return service.starts_with("sshd");
}

/// Programs that ask PAM on behalf of a server, which says what came of a login.
bool is_backend(std::string_view service) {
  return service == "dovecot";
}

bool changes_user(std::string_view service) {
  return service.starts_with("su") || service == "runuser" || service == "doas" ||
         service.starts_with("pkexec") || service.starts_with("polkit");
}

void set_failure(const PamMessage& pam, Action action, EventBatch& out) {
  out.set_action(is_backend(pam.service) ? Action::BackendRefused : action);
  if (reports_itself(pam.service)) out.current().outcome = Outcome::Unknown;
  if (!pam.service.empty()) out.set(Field::ServiceType, pam.service);
}

/// Where `rhost=` of the daemon stands, given where the value of `ruser=` does. Before it stands
/// what a client of an FTP or mail server gave as its name, after it perhaps the name again;
/// neither may pass for the host.
std::size_t find_rhost(std::string_view text, std::size_t ruser) {
  constexpr std::string_view kRhost = " rhost=";
  if (ruser != std::string_view::npos && text.substr(ruser).starts_with(kRhost)) {
    std::string_view rest = text.substr(ruser + kRhost.size());
    take_until(rest, ' ');
    rest = trim(rest);
    if (rest.empty() || rest.starts_with("user=")) return ruser;
  }
  return text.rfind(kRhost);
}

/// Where the value of `key` begins, from `at` on, or npos.
std::size_t find_value(std::string_view text, std::string_view key, std::size_t at) {
  at = text.find(key, at);
  return at == std::string_view::npos ? at : at + key.size();
}

std::string_view word_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  text.remove_prefix(at);
  return text.substr(0, text.find(' '));
}

/// `logname= uid=0 euid=0 tty=ssh ruser= rhost=HOST  user=USER`.
void set_who(const PamMessage& pam, std::string_view text, EventBatch& out) {
  std::string_view user, caller;
  Peer peer;
  // What sshd's lines say first, all of them; it takes longer to search than to recognise.
  constexpr std::string_view kUsual = "; logname= uid=0 euid=0 tty=";
  const std::size_t tty = text.starts_with(kUsual) ? kUsual.size() : find_value(text, " tty=", 0);
  const std::size_t ruser =
      find_value(text, " ruser=", tty == std::string_view::npos ? 0 : tty - 1);
  const std::size_t rhost = find_rhost(text, ruser);
  if (rhost != std::string_view::npos) {
    std::string_view rest = text.substr(rhost + 7);
    peer.host = take_until(rest, ' ');
    rest = trim(rest);
    if (take_prefix(rest, "user=")) user = rest;
    if (ruser != std::string_view::npos && ruser < rhost)
      caller = text.substr(ruser, rhost - ruser);
  }
  if (changes_user(pam.service) && !user.empty()) {
    if (caller.empty()) caller = word_at(text, find_value(text, "logname=", 0));
    if (!caller.empty()) out.set(Field::UserName, caller);
    out.set(Field::UserEffectiveName, user);
  } else if (!user.empty() || !caller.empty()) {
    out.set(Field::UserName, user.empty() ? caller : user);
  }
  if (const std::string_view name = word_at(text, tty); !name.empty())
    out.set(Field::ProcessTty, name);
  if (is_host(peer.host)) set_source(peer, out);
}

bool read_failure(const PamMessage& pam, std::string_view text, EventBatch& out) {
  if (!take_prefix(text, "uthentication failure")) return false;
  if (text.empty() || (text[0] != ';' && text[0] != ':' && text[0] != ' ')) return false;
  set_failure(pam, Action::PamAuthenticationFailure, out);
  set_who(pam, text, out);
  if (text.starts_with("; user=")) out.set(Field::UserName, text.substr(7));  // pam_ldap
  return true;
}

/// `2 more authentication failures; …`: what pam_unix kept back until the end.
bool read_more_failures(const PamMessage& pam, EventBatch& out) {
  std::string_view text = pam.text;
  const auto count = parse_int<std::uint32_t>(take_until(text, ' '));
  if (!count || *count == 0 || !take_prefix(text, "more authentication failure")) return false;
  set_failure(pam, Action::PamAuthenticationFailure, out);
  out.current().repeats = *count < kRepeatsMax ? *count : kRepeatsMax;
  set_who(pam, text, out);
  return true;
}

/// A name, perhaps in quotes, and then perhaps `(uid=0)`.
std::string_view take_user(std::string_view& text, std::int64_t& uid) {
  uid = -1;
  std::string_view name;
  if (!text.empty() && (text[0] == '\'' || text[0] == '`' || text[0] == '"')) {
    text.remove_prefix(1);
    const std::size_t end = text.find_first_of("'\"");
    name = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    take_prefix(text, " ");
    return name;
  }
  name = take_until(text, ' ');
  const std::size_t open = name.rfind("(uid=");
  if (open != std::string_view::npos && name.ends_with(')')) {
    uid = parse_int(name.substr(open + 5, name.size() - open - 6)).value_or(-1);
    name = name.substr(0, open);
  }
  return name;
}

/// `session opened for user USER[(uid=N)] by [BY](uid=N)`, `session closed for user USER`.
bool read_session(const PamMessage& pam, std::string_view text, EventBatch& out) {
  if (!take_prefix(text, "ession ")) return false;
  const bool opened = take_prefix(text, "opened for user ");
  if (!opened && !take_prefix(text, "closed for user ")) return false;
  std::int64_t uid = -1, by_uid = -1;
  const std::string_view user = take_user(text, uid);
  const std::string_view by =
      take_prefix(text, "by ") ? take_user(text, by_uid) : std::string_view{};
  out.set_action(opened ? Action::SessionOpened : Action::SessionClosed);
  if (changes_user(pam.service)) {
    if (!by.empty()) out.set(Field::UserName, by);
    out.set(Field::UserEffectiveName, user);
  } else if (!user.empty()) {
    out.set(Field::UserName, user);
    if (uid >= 0) out.set(Field::UserId, uid);
  }
  if (!pam.service.empty()) out.set(Field::ServiceType, pam.service);
  return true;
}

void set_user(std::string_view name, EventBatch& out) {
  take_suffix(name, ".");
  if (!name.empty()) out.set(Field::UserName, name);
}

std::string_view quoted(std::string_view text) {
  const std::size_t open = text.find_first_of("'`\"[");
  if (open == std::string_view::npos) return {};
  text.remove_prefix(open + 1);
  return text.substr(0, text.find_first_of("'\"]"));
}

/// pam_access: ``access denied for user `USER' from `HOST'``.
bool read_access_denied(const PamMessage& pam, EventBatch& out) {
  const std::size_t from = pam.text.rfind(" from ");
  set_failure(pam, Action::UserNotAllowed, out);
  set_user(quoted(pam.text), out);
  if (from == std::string_view::npos) return true;
  const std::string_view host = quoted(pam.text.substr(from));
  if (is_host(host)) {
    set_source({host, {}}, out);
    out.current().outcome = Outcome::Failure;  // sshd's own line has no address
  }
  return true;
}

/// Messages of modules besides pam_unix that refuse an account or a login; none names an address.
bool read_refusal(const PamMessage& pam, EventBatch& out) {
  const std::string_view text = pam.text;
  std::int64_t uid = -1;
  std::string_view rest = text;
  if (pam.module.starts_with("pam_tally") && take_prefix(rest, "user ")) {
    if (text.find(" deny ") == std::string_view::npos) return false;
    set_failure(pam, Action::MaximumAttemptsExceeded, out);
    set_user(take_user(rest, uid), out);
    return true;
  }
  if (take_prefix(rest, "Consecutive login failures for user ")) {  // pam_faillock
    set_failure(pam, Action::MaximumAttemptsExceeded, out);
    set_user(take_user(rest, uid), out);
    return true;
  }
  if (take_prefix(rest, "account ") && text.find(" has expired") != std::string_view::npos) {
    set_failure(pam, Action::UserNotAllowed, out);
    set_user(take_user(rest, uid), out);
    return true;
  }
  if (take_prefix(rest, "Refused user ")) {  // pam_listfile
    set_failure(pam, Action::UserNotAllowed, out);
    set_user(take_user(rest, uid), out);
    return true;
  }
  if (pam.module == "pam_winbind" && text.find(" denied access") != std::string_view::npos) {
    set_failure(pam, Action::PamAuthenticationFailure, out);
    set_user(quoted(text), out);
    return true;
  }
  if (pam.module == "pam_krb5" && text.find("uthentication fails for ") != std::string_view::npos) {
    set_failure(pam, Action::PamAuthenticationFailure, out);
    set_user(quoted(text), out);
    return true;
  }
  return false;
}

/// Lines that go with another one about the same attempt, and so are no failure of their own.
bool read_remark(const PamMessage& pam, EventBatch& out) {
  const std::string_view text = pam.text;
  Action action = Action::None;
  if (text.starts_with("check pass; user unknown") || text.starts_with("User unknown")) {
    action = Action::InvalidUser;
  } else if (text.starts_with("received for user ") || text.starts_with("conversation failed") ||
             text.starts_with("auth could not identify password for")) {
    action = Action::PamAuthenticationFailure;
  } else if (text.starts_with("requirement ") &&
             text.find(" not met by user ") != std::string_view::npos) {
    action = Action::UserNotAllowed;
  } else if (text.starts_with("service(") &&
             text.find(" ignoring max retries") != std::string_view::npos) {
    action = Action::MaximumAttemptsExceeded;
  } else {
    return false;
  }
  out.set_action(action);
  out.current().outcome = Outcome::Unknown;
  if (!pam.service.empty()) out.set(Field::ServiceType, pam.service);
  return true;
}

bool read_password_changed(const PamMessage& pam, EventBatch& out) {
  std::string_view text = pam.text;
  if (!take_prefix(text, "password changed for ")) return false;
  out.set_action(Action::PasswordChanged);
  out.set(Field::UserTargetName, text);
  return true;
}

bool read_any(const PamMessage& pam, EventBatch& out) {
  if (pam.text.empty()) return false;
  const std::string_view behind_first = pam.text.substr(1);
  switch (pam.text[0]) {
    case 'a':
    case 'A':
      if (read_failure(pam, behind_first, out)) return true;
      if (pam.text.starts_with("access denied for user ")) return read_access_denied(pam, out);
      break;
    case 's':
    case 'S':
      if (read_session(pam, behind_first, out)) return true;
      break;
    case 'p':
      if (read_password_changed(pam, out)) return true;
      break;
    default:
      if (is_digit(pam.text[0])) return read_more_failures(pam, out);
      break;
  }
  return read_remark(pam, out) || read_refusal(pam, out);
}

}  // namespace

bool decode_pam(const SyslogMessage& message, EventBatch& out) {
  SyslogMessage inner = message;
  if (message.program == "pam") {  // some log as `pam: gdm-password[7]: pam_unix(…): …`
    const std::size_t end = message.text.substr(0, 128).find("]: ");
    if (end != std::string_view::npos) inner.text.remove_prefix(end + 3);
  }
  if (!read_any(split_pam(inner), out)) return false;
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
