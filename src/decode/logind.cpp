#include "base/text.h"
#include "decode/lines.h"

namespace vedette::decode {
namespace {

/// `12 of user alice.`, or since systemd 256 `'12' of user 'alice' with class 'user' and type
/// 'tty'.`
bool read_new_session(std::string_view text, EventBatch& out) {
  const auto unquoted = [](std::string_view word) {
    if (word.size() >= 2 && word.front() == '\'' && word.back() == '\'') {
      word = word.substr(1, word.size() - 2);
    }
    return word;
  };
  const std::string_view session = take_until(text, ' ');
  if (!take_prefix(text, "of user ")) return false;
  take_suffix(text, ".");
  out.set_action(Action::SessionOpened);
  out.set(Field::SessionId, unquoted(session));
  out.set(Field::UserName, unquoted(text.substr(0, text.find(" with class "))));
  return true;
}

bool read_any(std::string_view text, EventBatch& out) {
  if (take_prefix(text, "New session ")) return read_new_session(text, out);
  if (take_prefix(text, "Removed session ")) {
    take_suffix(text, ".");
    out.set_action(Action::SessionClosed);
    out.set(Field::SessionId, text);
    return true;
  }
  for (const std::string_view going :
       {"System is powering down", "System is rebooting", "System is halting",
        "System is going down", "The system will power off", "The system will reboot",
        "The system will halt", "The system is going down", "The system is powering down",
        "Powering off", "Rebooting", "Halting", "Power key pressed"}) {
    if (text.starts_with(going)) {
      out.set_action(Action::SystemStopped);
      return true;
    }
  }
  return false;
}

}  // namespace

bool decode_logind(std::string_view text, EventBatch& out) {
  if (!read_any(trim(text), out)) return decode_pam({"systemd-logind", text}, out);
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
