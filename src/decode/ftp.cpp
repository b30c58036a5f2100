// FTP servers with a log of their own form, in a file or through syslog: vsftpd, ProFTPD and
// Pure-FTPd. Names of users are what a client typed.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"
#include "decode/web_request.h"

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;

struct VsftpdForm {
  string_view words;
  Action action;
};

// The last of them counts: a name may hold any.
constexpr VsftpdForm kVsftpdForms[] = {
    {"FAIL LOGIN: Client \"", Action::FailedLogin},
    {"FTP response: Client \"", Action::UserNotAllowed},
    {"OK LOGIN: Client \"", Action::AcceptedLogin},
    {"CONNECT: Client \"", Action::ConnectionOpened},
};

/// `[pid 7] [bob] FAIL LOGIN: Client "192.0.2.7"`, `[pid 7] CONNECT: Client "192.0.2.7"`; syslog's
/// have no pid there. `FTP response: Client "192.0.2.7", "530 Permission denied."` is all that a
/// user gets who is on the list of those that may not log in.
bool read_vsftpd(string_view text, EventBatch& out) {
  if (text.starts_with("[pid ")) take_until(text, ']');
  skip_blanks(text);
  // What a client sends may look like any of these lines.
  if (text.find("FTP command: Client \"") != kNone) return false;
  const VsftpdForm* form = nullptr;
  std::size_t at = 0;
  for (const VsftpdForm& one : kVsftpdForms) {
    const std::size_t last = text.rfind(one.words);
    if (last == kNone || (form != nullptr && last < at)) continue;
    form = &one;
    at = last;
  }
  if (form == nullptr) return false;
  string_view user = trim(text.substr(0, at)), rest = text.substr(at + form->words.size());
  const string_view host = take_until(rest, '"');
  const bool refused = form->action == Action::UserNotAllowed;
  if (!is_host(host) || rest != (refused ? ", \"530 Permission denied.\"" : "")) return false;
  if (take_prefix(user, "[") && !take_suffix(user, "]")) return false;
  out.set_action(form->action);
  set_text(Field::UserName, user, out);
  set_source({host, {}}, out);
  return true;
}

/// What ProFTPD says of a session, behind the server and the client.
bool read_proftpd_message(string_view text, EventBatch& out) {
  constexpr string_view kFailed = " (Login failed): ", kUnknown = ": no such user found from ";
  if (text.starts_with("SECURITY VIOLATION: ") || text.starts_with("Root login attempted")) {
    out.set_action(Action::UserNotAllowed);
    out.set(Field::UserName, string_view{"root"});
    return true;
  }
  if (text.starts_with("Maximum login attempts (")) {
    out.set_action(Action::MaximumAttemptsExceeded);
    return true;
  }
  if (text.starts_with("FTP session opened") || text.starts_with("FTP session closed")) {
    out.set_action(text[12] == 'o' ? Action::ConnectionOpened : Action::ConnectionClosed);
    return true;
  }
  if (!take_prefix(text, "USER ") && !take_prefix(text, "ANON ")) return false;
  if (take_suffix(text, ": Login successful.") || take_suffix(text, ": Login successful")) {
    out.set_action(Action::AcceptedLogin);
    set_text(Field::UserName, text, out);
    return true;
  }
  std::size_t end = text.rfind(kFailed);
  if (end != kNone) {
    const string_view reason = text.substr(end + kFailed.size());
    const bool unknown = reason.starts_with("No such user");
    const bool password = reason.starts_with("Incorrect password");
    out.set_action(unknown    ? Action::InvalidUser
                   : password ? Action::FailedPassword
                              : Action::UserNotAllowed);
  } else {
    end = text.rfind(kUnknown);
    if (end == kNone) return false;
    out.set_action(Action::InvalidUser);
  }
  set_text(Field::UserName, text.substr(0, end), out);
  return true;
}

/// `SERVER (NAME[192.0.2.7]): MESSAGE`, through syslog `SERVER (NAME[192.0.2.7]) - MESSAGE`.
bool read_proftpd(string_view text, EventBatch& out) {
  take_until(text, ' ');
  const std::size_t open = text.find('[');
  if (!text.starts_with('(') || open == kNone || !is_host(text.substr(1, open - 1))) return false;
  text.remove_prefix(open + 1);
  const string_view host = take_until(text, ']');
  if (!is_host(host)) return false;
  if (!take_prefix(text, "): ") && !take_prefix(text, ") - ")) return false;
  if (!read_proftpd_message(text, out)) return false;
  set_source({host, {}}, out);
  return true;
}

/// `(USER@HOST) [LEVEL] MESSAGE`; the user is `?` until there is one.
bool read_pure_ftpd(string_view text, EventBatch& out) {
  const std::size_t close = text.find(") [");
  if (!text.starts_with('(') || close == kNone) return false;
  const std::size_t at = text.rfind('@', close);
  if (at == kNone) return false;
  const string_view user = text.substr(1, at - 1), host = text.substr(at + 1, close - at - 1);
  const std::size_t level = text.find("] ", close);
  if (!is_host(host) || level == kNone) return false;
  text = text.substr(level + 2);
  if (take_prefix(text, "Authentication failed for user [")) {
    out.set_action(Action::FailedLogin);
    set_text(Field::UserName, text.substr(0, text.rfind(']')), out);
  } else if (take_suffix(text, " is now logged in")) {
    out.set_action(Action::AcceptedLogin);
    set_text(Field::UserName, text, out);
  } else if (text.starts_with("New connection from ") || text.starts_with("Logout")) {
    out.set_action(text[0] == 'N' ? Action::ConnectionOpened : Action::ConnectionClosed);
    if (user != "?") set_text(Field::UserName, user, out);
  } else if (text.starts_with("Too many authentication failures")) {
    out.set_action(Action::MaximumAttemptsExceeded);
  } else {
    return false;
  }
  set_source({host, {}}, out);
  return true;
}

}  // namespace

bool decode_ftp(const SyslogMessage& message, EventBatch& out) {
  const string_view text = trim(message.text);
  bool known = false;
  if (message.program == "proftpd") {
    known = read_proftpd(text, out);
  } else if (message.program == "pure-ftpd") {
    known = read_pure_ftpd(text, out);
  } else if (message.program == "vsftpd" || text.starts_with("[pid ")) {
    known = read_vsftpd(text, out);
  }
  if (known) out.current().dataset = Dataset::Auth;
  return known;
}

}  // namespace vedette::decode
