#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

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

enum class Kind { Login, Auth, Error, Start, End, Other };

Kind kind_of(std::string_view type) {
  if (type == "USER_LOGIN") return Kind::Login;
  if (type == "USER_AUTH") return Kind::Auth;
  if (type == "USER_ERR") return Kind::Error;
  if (type == "USER_START") return Kind::Start;
  if (type == "USER_END") return Kind::End;
  return Kind::Other;
}

void set_action(Kind kind, bool success, EventBatch& out) {
  switch (kind) {
    case Kind::Auth:
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
    case Kind::Other:
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
  if (const auto pid = parse_int(value_of(text.substr(0, begin), "pid="))) {
    out.set(Field::ProcessPid, *pid);
  }
  text = text.substr(begin + 6);
  out.current().time = time;
  out.current().dataset = Dataset::Auth;
  set_action(kind, value_of(text, "res=") == "success", out);

  const std::string_view program = value_of(text, "exe=");
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
