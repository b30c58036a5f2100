#include "base/text.h"
#include "decode/lines.h"

namespace vedette::decode {
namespace {

constexpr std::uint32_t kRepeatsMax = 100'000;

struct SudoFields {
  std::string_view reason, tty, directory, user, group, command;
  bool has_command = false;
};

/// `TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls`, perhaps a reason first. COMMAND comes last
/// and may hold anything.
SudoFields split_fields(std::string_view text) {
  SudoFields fields;
  while (!text.empty()) {
    if (take_prefix(text, "COMMAND=")) {
      fields.command = text;
      fields.has_command = true;
      break;
    }
    const std::size_t end = text.find(" ; ");
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
    std::string_view value = field;
    if (take_prefix(value, "TTY=")) {
      fields.tty = value;
    } else if (take_prefix(value, "PWD=")) {
      fields.directory = value;
    } else if (take_prefix(value, "USER=")) {
      fields.user = value;
    } else if (take_prefix(value, "GROUP=")) {
      fields.group = value;
    } else if (fields.reason.empty() && fields.tty.empty() && fields.user.empty()) {
      // HOST=, TSID=, ENV=, CHROOT= and what may come: names in capitals.
      const std::size_t equals = field.find('=');
      const bool other = equals != std::string_view::npos && equals > 0 && field[0] >= 'A' &&
                         field[0] <= 'Z' &&
                         field.substr(0, equals).find(' ') == std::string_view::npos;
      if (!other) fields.reason = field;
    }
  }
  return fields;
}

/// `3 incorrect password attempts`: 3; else 0.
std::uint32_t incorrect_attempts(std::string_view reason) {
  const auto count = parse_int<std::uint32_t>(take_until(reason, ' '));
  if (!count || !reason.starts_with("incorrect password attempt")) return 0;
  return *count < kRepeatsMax ? *count : kRepeatsMax;
}

bool is_account_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && text.find('=') == std::string_view::npos;
}

}  // namespace

bool decode_sudo(std::string_view text, EventBatch& out) {
  text = trim(text);
  const std::size_t colon = text.substr(0, 300).find(" : ");
  if (colon == std::string_view::npos) return decode_pam({"sudo", text}, out);
  const std::string_view user = trim(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  if (!is_account_name(user)) return false;

  const bool continued = take_prefix(text, "(command continued) ");
  const SudoFields fields = continued ? SudoFields{} : split_fields(text);
  if (!continued && !fields.has_command && fields.user.empty()) return false;

  if (const std::uint32_t attempts = incorrect_attempts(fields.reason); attempts > 0) {
    out.set_action(Action::SudoFailed);
    out.current().repeats = attempts;
  } else if (!fields.reason.empty()) {
    out.set_action(Action::SudoDenied);
  } else if (!continued) {
    out.set_action(Action::SudoCommand);
  }
  out.current().dataset = Dataset::Auth;
  out.set(Field::UserName, user);
  if (!fields.user.empty()) out.set(Field::UserEffectiveName, fields.user);
  if (!fields.group.empty()) out.set(Field::GroupName, fields.group);
  if (!fields.tty.empty()) out.set(Field::ProcessTty, fields.tty);
  if (!fields.directory.empty()) out.set(Field::ProcessWorkingDirectory, fields.directory);
  if (!fields.reason.empty()) out.set(Field::EventReason, fields.reason);
  const std::string_view command = continued ? text : fields.command;
  if (!command.empty()) out.set(Field::ProcessCommandLine, command);
  return true;
}

namespace {

struct Su {
  std::string_view from, to, tty;
};

bool set_su(Action action, const Su& su, EventBatch& out) {
  out.set_action(action);
  out.current().dataset = Dataset::Auth;
  if (!su.from.empty()) out.set(Field::UserName, su.from);
  if (!su.to.empty()) out.set(Field::UserEffectiveName, su.to);
  if (!su.tty.empty() && su.tty != "none") out.set(Field::ProcessTty, su.tty);
  return true;
}

/// `TO by FROM`, as shadow's su writes it.
bool split_by(std::string_view text, Su& su) {
  const std::size_t by = text.rfind(" by ");
  if (by == std::string_view::npos) return false;
  su.to = text.substr(0, by);
  su.from = text.substr(by + 4);
  return true;
}

/// `(to TO) FROM on TTY`, as that of util-linux does.
bool split_to(std::string_view text, Su& su) {
  if (!take_prefix(text, "(to ")) return false;
  su.to = take_until(text, ')');
  take_prefix(text, " ");
  const std::size_t on = text.rfind(" on ");
  su.from = text.substr(0, on);
  if (on != std::string_view::npos) su.tty = text.substr(on + 4);
  return true;
}

/// `FROM to TO on TTY`, as those of the BSDs do.
bool split_from_to(std::string_view text, Su& su) {
  const std::size_t to = text.find(" to ");
  const std::size_t on = text.rfind(" on ");
  if (to == std::string_view::npos || on == std::string_view::npos || on < to + 4) return false;
  su.from = text.substr(0, to);
  su.to = text.substr(to + 4, on - to - 4);
  su.tty = text.substr(on + 4);
  return su.from.find(' ') == std::string_view::npos;
}

/// `+ TTY FROM:TO` or `FROM-TO`: what sulog gets, besides the sentence above.
bool split_sulog(std::string_view text, Su& su) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos) return false;
  su.tty = trim(text.substr(0, blank));
  const std::string_view names = text.substr(blank + 1);
  const std::size_t at = names.find_first_of(":-");
  if (at == std::string_view::npos) return false;
  su.from = names.substr(0, at);
  su.to = names.substr(at + 1);
  return true;
}

/// Solaris: `'su TO' succeeded for FROM on TTY`.
bool read_solaris(std::string_view text, EventBatch& out) {
  Su su;
  if (!take_prefix(text, "'su ")) return false;
  su.to = take_until(text, '\'');
  const bool succeeded = take_prefix(text, " succeeded for ");
  if (!succeeded && !take_prefix(text, " failed for ")) return false;
  const std::size_t on = text.rfind(" on ");
  su.from = text.substr(0, on);
  if (on != std::string_view::npos) su.tty = text.substr(on + 4);
  return set_su(succeeded ? Action::SuSucceeded : Action::SuFailed, su, out);
}

bool read_sulog(std::string_view text, EventBatch& out) {
  Su su;
  const bool succeeded = text[0] == '+';
  if (text.size() < 2 || text[1] != ' ' || !split_sulog(text.substr(2), su)) return false;
  if (succeeded) return set_su(Action::SessionOpened, su, out);
  set_su(Action::SuFailed, su, out);
  out.current().outcome = Outcome::Unknown;  // the sentence about the same attempt counts
  return true;
}

/// IRIX: `failed: TTY changing from FROM to TO`.
bool read_changing(std::string_view text, EventBatch& out) {
  const bool failed = take_prefix(text, "failed: ");
  if (!failed && !take_prefix(text, "succeeded: ")) return false;
  Su su;
  su.tty = take_until(text, ' ');
  if (!take_prefix(text, "changing from ")) return false;
  su.from = take_until(text, ' ');
  if (!take_prefix(text, "to ")) return false;
  su.to = text;
  return set_su(failed ? Action::SuFailed : Action::SuSucceeded, su, out);
}

}  // namespace

bool decode_su(std::string_view text, EventBatch& out) {
  text = trim(text);
  if (text.empty()) return false;
  Su su;
  std::string_view rest = text;
  switch (text[0]) {
    case '+':
    case '-':
      return read_sulog(text, out);
    case '\'':
      return read_solaris(text, out);
    case '(':
      if (split_to(text, su)) return set_su(Action::SuSucceeded, su, out);
      break;
    case 'S':
      if (take_prefix(rest, "Successful su for ") && split_by(rest, su)) {
        return set_su(Action::SuSucceeded, su, out);
      }
      break;
    case 'F':
      if ((take_prefix(rest, "FAILED su for ") && split_by(rest, su)) ||
          (take_prefix(rest, "FAILED SU ") && split_to(rest, su))) {
        return set_su(Action::SuFailed, su, out);
      }
      break;
    case 'B':
      if (take_prefix(rest, "BAD SU ") && split_from_to(rest, su)) {
        return set_su(Action::SuFailed, su, out);
      }
      break;
    case 'A':
      if (take_prefix(rest, "Authentication failed for ")) {
        su.to = rest;
        return set_su(Action::SuFailed, su, out);
      }
      break;
    default:
      break;
  }
  if (read_changing(text, out)) return true;
  if (decode_pam({"su", text}, out)) return true;
  return split_from_to(text, su) && set_su(Action::SuSucceeded, su, out);
}

}  // namespace vedette::decode
