#include "decode/sshd.h"

#include "base/text.h"
#include "decode/lines.h"

#include <algorithm>
#include <array>

namespace vedette::decode {
namespace {

struct Beginning {
  std::string_view prefix;
  SshdReader reader;
};

// In the order of the first byte. Of two that begin alike the longer one comes first.
constexpr Beginning kBeginnings[] = {
    {"Accepted ", read_accepted},
    {"Access denied for user ", read_access_denied},
    {"Address ", read_address_maps},
    {"Authentication tried for ", read_wrong_host},
    {"Bad packet length ", read_broken_protocol},
    {"Bad protocol version identification ", read_bad_identification},
    {"Client sent invalid protocol identifier ", read_broken_protocol},
    {"Close session: ", read_session_end},
    {"Closing connection to ", read_closing},
    {"Connection ", read_connection},
    {"Corrupted ", read_broken_protocol},
    {"Could not load host key: ", read_host_key},
    {"Did not receive identification string", read_no_identification},
    {"Disconnected from ", read_disconnected},
    {"Disconnecting", read_disconnecting},
    {"Failed ", read_failed},
    {"Illegal user ", read_invalid_user},
    {"Invalid user ", read_invalid_user},
    {"Login restricted for ", read_login_restricted},
    {"Magic value check failed ", read_obfuscated},
    {"Missing host key", read_host_key},
    {"Nasty PTR record ", read_reverse_mapping},
    {"No supported key exchange algorithms", read_host_key},
    {"PAM: ", read_pam_error},
    {"Partial ", read_postponed},
    {"Postponed ", read_postponed},
    {"Protocol major versions differ", read_versions_differ},
    {"ROOT LOGIN REFUSED FROM ", read_root_refused},
    {"Read error from remote host ", read_read_error},
    {"Read from socket failed: ", read_lost},
    {"Received SIGHUP", read_signal},
    {"Received disconnect from ", read_received_disconnect},
    {"Received signal ", read_signal},
    {"SSH: Server;", read_patched_client},
    {"Server listening on ", read_listening},
    {"Starting session: ", read_session_start},
    {"Timeout before authentication", read_timeout},
    {"Timeout, client not responding", read_closing},
    {"Unable to negotiate ", read_cannot_negotiate},
    {"User ", read_user},
    {"WARNING: UNPROTECTED PRIVATE KEY FILE", read_host_key},
    {"Write failed: ", read_lost},
    {"banner exchange: ", read_fatal_connection},
    {"beginning MaxStartups throttling", read_throttling},
    {"drop connection ", read_dropped},
    {"input_userauth_request: invalid user", read_invalid_user_request},
    {"input_userauth_request: illegal user", read_invalid_user_request},
    {"key_load_private", read_host_key},
    {"kex_exchange_identification: ", read_broken_protocol},
    {"kex_protocol_error", read_broken_protocol},
    {"maximum authentication attempts exceeded for ", read_maximum_attempts},
    {"no hostkey", read_host_key},
    {"no matching ", read_no_matching},
    {"refused connect from ", read_refused_connect},
    {"reverse mapping checking getaddrinfo for ", read_reverse_mapping},
    {"scanned from ", read_scanned},
    {"sshd: no hostkeys available", read_host_key},
    {"ssh_dispatch_run_fatal: ", read_fatal_connection},
    {"ssh_packet_read_fatal: ", read_fatal_connection},
    {"subsystem request for ", read_subsystem},
};
constexpr std::size_t kBeginningCount = std::size(kBeginnings);

/// Where in kBeginnings the prefixes with this first byte start; those of the next byte end it.
constexpr auto kFirstOf = [] {
  std::array<std::uint8_t, 129> first{};
  std::size_t at = 0;
  for (std::size_t byte = 0; byte < first.size(); ++byte) {
    while (at < kBeginningCount && static_cast<unsigned char>(kBeginnings[at].prefix[0]) < byte) {
      ++at;
    }
    first[byte] = static_cast<std::uint8_t>(at);
  }
  return first;
}();
static_assert(std::is_sorted(std::begin(kBeginnings), std::end(kBeginnings),
                             [](const Beginning& a, const Beginning& b) {
                               return a.prefix[0] < b.prefix[0];
                             }));

/// Level names of OpenSSH's log.c, and the function names that newer versions put in front.
void skip_level(std::string_view& text) {
  if (text.size() < 7) return;
  switch (text[0]) {
    case 'e':
      take_prefix(text, "error: ");
      break;
    case 'f':
      take_prefix(text, "fatal: ");
      break;
    case 'd':
      if (text.starts_with("debug") && (text[5] == ':' || (is_digit(text[5]) && text[6] == ':'))) {
        text.remove_prefix(text[5] == ':' ? 6 : 7);
        while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
      }
      break;
    case 'k':
      // `kernel:[  970.699396]: `: a journal that was fed through the kernel's log.
      if (take_prefix(text, "kernel:")) {
        const std::size_t close = text.substr(0, 32).find(']');
        if (close != std::string_view::npos) text.remove_prefix(close + 1);
        while (!text.empty() && (text[0] == ' ' || text[0] == ':')) text.remove_prefix(1);
      }
      break;
    default:
      break;
  }
}

}  // namespace

bool decode_sshd(std::string_view text, EventBatch& out) {
  skip_level(text);
  SshdMessage message{trim(text)};
  if (message.text.ends_with(']')) {
    message.preauth = take_suffix(message.text, "[preauth]");
    if (!message.preauth) take_suffix(message.text, "[postauth]");
    message.text = trim(message.text);
  }
  if (message.text.size() < 2) return false;
  const auto byte = static_cast<unsigned char>(message.text[0]);
  if (byte >= 128) return false;
  const std::size_t mark = out.mark();
  const std::string_view whole = message.text;
  for (std::size_t i = kFirstOf[byte]; i < kFirstOf[byte + 1u]; ++i) {
    const std::string_view prefix = kBeginnings[i].prefix;
    if (message.text[1] != prefix[1] || !message.text.starts_with(prefix)) continue;
    message.text.remove_prefix(prefix.size());
    if (!kBeginnings[i].reader(message, out)) break;
    out.current().dataset = Dataset::Auth;
    return true;
  }
  out.rollback(mark);
  return decode_pam({"sshd", whole}, out);
}

}  // namespace vedette::decode
