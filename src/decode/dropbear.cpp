#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

namespace vedette::decode {
namespace {

/// `HOST:PORT`, an IPv6 host perhaps in brackets.
bool split_peer(std::string_view text, Peer& peer) {
  take_prefix(text, "<");
  take_suffix(text, ">");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  peer = {text.substr(0, colon), text.substr(colon + 1)};
  if (peer.host.starts_with('[') && peer.host.ends_with(']')) {
    peer.host = peer.host.substr(1, peer.host.size() - 2);
  }
  return is_host(peer.host);
}

/// `… from HOST:PORT` at the right end; leaves what stands before ` from`.
bool take_from(std::string_view& text, Peer& peer) {
  const std::size_t from = text.rfind(" from ");
  if (from == std::string_view::npos || !split_peer(text.substr(from + 6), peer)) return false;
  text = text.substr(0, from);
  return true;
}

std::string_view quoted(std::string_view text) {
  const std::size_t open = text.find('\'');
  const std::size_t close = text.rfind('\'');
  if (open == std::string_view::npos || close <= open) return {};
  return text.substr(open + 1, close - open - 1);
}

struct Form {
  std::string_view beginning;
  Action action;
  std::string_view method;
};

constexpr Form kForms[] = {
    {"Bad password attempt for ", Action::FailedPassword, "password"},
    {"Bad PAM password attempt for ", Action::FailedPassword, "password"},
    {"Login attempt for nonexistent user", Action::InvalidUser, {}},
    {"Login attempt with wrong user ", Action::InvalidUser, {}},
    {"login attempt for nonexistent user", Action::InvalidUser, {}},
    {"Max auth tries reached - user ", Action::MaximumAttemptsExceeded, {}},
    {"Password auth succeeded for ", Action::AcceptedPassword, "password"},
    {"PAM password auth succeeded for ", Action::AcceptedPassword, "password"},
    {"Pubkey auth succeeded for ", Action::AcceptedPublickey, "publickey"},
    {"pubkey auth succeeded for ", Action::AcceptedPublickey, "publickey"},
    {"Auth succeeded with blank password for ", Action::AcceptedLogin, "none"},
    {"Child connection from ", Action::ConnectionOpened, {}},
};

bool read_form(std::string_view text, const Form& form, EventBatch& out) {
  Peer peer;
  if (form.action == Action::ConnectionOpened) {
    if (!split_peer(text.substr(form.beginning.size()), peer)) return false;
  } else if (!take_from(text, peer)) {
    return false;
  }
  out.set_action(form.action);
  text.remove_prefix(form.beginning.size() < text.size() ? form.beginning.size() : text.size());
  if (form.action == Action::AcceptedPublickey) {
    const std::size_t with = text.rfind(" with ");  // `'root' with ssh-rsa key md5 78:d6:…`
    const std::size_t key = text.rfind(' ');
    if (with != std::string_view::npos && key > with) {
      out.set(Field::SshFingerprint, text.substr(key + 1));
      text = text.substr(0, with);
    }
  }
  if (const std::string_view user = quoted(text); !user.empty()) out.set(Field::UserName, user);
  if (!form.method.empty()) out.set(Field::SshMethod, form.method);
  set_source(peer, out);
  return true;
}

/// `Exit before auth from <HOST:PORT>: (user 'x', 3 fails): REASON`, `Exit (x) from <HOST:PORT>:
/// REASON`.
bool read_exit(std::string_view text, EventBatch& out) {
  const bool before = text.starts_with("Exit before auth");
  if (!before && !text.starts_with("Exit (")) return false;
  Peer peer;
  const std::size_t from = text.find(" from <");
  if (from != std::string_view::npos) {
    split_peer(text.substr(from + 6, text.find('>', from) - from - 5), peer);
  }
  out.set_action(before ? Action::PreauthDisconnect : Action::ConnectionClosed);
  if (is_host(peer.host)) set_source(peer, out);
  return true;
}

}  // namespace

bool decode_dropbear(std::string_view text, EventBatch& out) {
  text = trim(text);
  bool known = read_exit(text, out);
  for (const Form& form : kForms) {
    if (known || !text.starts_with(form.beginning)) continue;
    known = read_form(text, form, out);
  }
  if (!known) return decode_pam({"dropbear", text}, out);
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
