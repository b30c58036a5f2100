#include "decode/sshd.h"

#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;

OneLine sshd(std::string_view text) {
  return OneLine("Jun  7 03:04:05 web sshd[123]: " + std::string(text));
}

struct Case {
  std::string_view text;
  Action action;
  Outcome outcome;
  std::string_view ip;  ///< or a name
  std::int64_t port;    ///< -1: none
  std::string_view user;
};

void check(const Case& c) {
  CAPTURE(c.text);
  const OneLine line = sshd(c.text);
  REQUIRE(line.status == Decoded::Event);
  CHECK(line.event().dataset == Dataset::Auth);
  CHECK(describe(line.action()).text == describe(c.action).text);
  CHECK(to_string(line.outcome()) == to_string(c.outcome));
  const std::string ip = line.ip();
  CHECK((ip.empty() ? line.text(Field::SourceAddress) : ip) == c.ip);
  CHECK(line.number(Field::SourcePort) == c.port);
  CHECK(line.text(Field::UserName) == c.user);
}

constexpr auto kFailure = Outcome::Failure;
constexpr auto kSuccess = Outcome::Success;
constexpr auto kUnknown = Outcome::Unknown;

}  // namespace

TEST_SUITE_BEGIN("decode/sshd");

TEST_CASE("what became of a login") {
  const Case cases[] = {
      {"Failed password for root from 192.0.2.7 port 40022 ssh2", Action::FailedPassword, kFailure,
       "192.0.2.7", 40022, "root"},
      {"Failed password for invalid user bob from 2001:db8::7 port 40022 ssh2",
       Action::FailedPassword, kFailure, "2001:db8::7", 40022, "bob"},
      {"Failed password for illegal user bob from 192.0.2.7 port 40022", Action::FailedPassword,
       kFailure, "192.0.2.7", 40022, "bob"},
      {"Failed password for invalid user  from 192.0.2.7 port 40022 ssh2", Action::FailedPassword,
       kFailure, "192.0.2.7", 40022, ""},
      {"Failed password for bob from 192.0.2.7", Action::FailedPassword, kFailure, "192.0.2.7", -1,
       "bob"},
      {"Failed password for bob from host.example.com port 40022 ssh2", Action::FailedPassword,
       kFailure, "host.example.com", 40022, "bob"},
      {"Failed keyboard-interactive/pam for bob from 192.0.2.7 port 9 ssh2",
       Action::FailedKeyboardInteractive, kFailure, "192.0.2.7", 9, "bob"},
      {"Failed keyboard-interactive for <invalid username> from 192.0.2.7 port 9 ssh2",
       Action::FailedKeyboardInteractive, kFailure, "192.0.2.7", 9, ""},
      {"Failed publickey for bob from 192.0.2.7 port 9 ssh2: RSA SHA256:abc",
       Action::FailedPublickey, kUnknown, "192.0.2.7", 9, "bob"},
      {"Failed publickey for invalid user bob from 192.0.2.7 port 9 ssh2: RSA SHA256:abc",
       Action::FailedPublickey, kFailure, "192.0.2.7", 9, "bob"},
      {"Failed none for bob from 192.0.2.7 port 9 ssh2", Action::FailedNone, kUnknown, "192.0.2.7",
       9, "bob"},
      {"Failed none for invalid user bob from 192.0.2.7 port 9 ssh2", Action::FailedNone, kFailure,
       "192.0.2.7", 9, "bob"},
      {"Failed hostbased for bob from 192.0.2.7 port 9 ssh2: RSA 8c:e3, client user \"b\", "
       "client host \"h\"",
       Action::FailedLogin, kFailure, "192.0.2.7", 9, "bob"},
      {"Accepted password for bob from 192.0.2.7 port 9 ssh2", Action::AcceptedPassword, kSuccess,
       "192.0.2.7", 9, "bob"},
      {"Accepted publickey for bob from 192.0.2.7 port 9 ssh2: ED25519 SHA256:abc",
       Action::AcceptedPublickey, kSuccess, "192.0.2.7", 9, "bob"},
      {"Accepted keyboard-interactive/pam for bob from 192.0.2.7 port 9 ssh2",
       Action::AcceptedKeyboardInteractive, kSuccess, "192.0.2.7", 9, "bob"},
      {"Accepted gssapi-with-mic for bob from 192.0.2.7 port 9 ssh2: bob@EXAMPLE.COM",
       Action::AcceptedLogin, kSuccess, "192.0.2.7", 9, "bob"},
      {"Postponed publickey for bob from 192.0.2.7 port 9 ssh2 [preauth]",
       Action::PostponedPublickey, kUnknown, "192.0.2.7", 9, "bob"},
      {"Postponed keyboard-interactive for invalid user bob from 192.0.2.7 port 9 ssh2 [preauth]",
       Action::PostponedLogin, kUnknown, "192.0.2.7", 9, "bob"},
      {"Partial publickey for bob from 192.0.2.7 port 9 ssh2: RSA SHA256:abc",
       Action::PostponedPublickey, kUnknown, "192.0.2.7", 9, "bob"},
      {"error: maximum authentication attempts exceeded for invalid user bob from 192.0.2.7 port "
       "9 ssh2 [preauth]",
       Action::MaximumAttemptsExceeded, kFailure, "192.0.2.7", 9, "bob"},
      {"error: PAM: Authentication failure for bob from 192.0.2.7",
       Action::PamAuthenticationFailure, kFailure, "192.0.2.7", -1, "bob"},
      {"error: PAM: User not known to the underlying authentication module for illegal user bob "
       "from h.example ",
       Action::PamAuthenticationFailure, kFailure, "h.example", -1, "bob"},
      {"error: PAM: authentication error for bob from 192.0.2.7 via 198.51.100.1",
       Action::PamAuthenticationFailure, kFailure, "192.0.2.7", -1, "bob"},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("who may not log in") {
  const Case cases[] = {
      {"Invalid user bob from 192.0.2.7 port 9", Action::InvalidUser, kFailure, "192.0.2.7", 9,
       "bob"},
      {"Illegal user bob from 192.0.2.7", Action::InvalidUser, kFailure, "192.0.2.7", -1, "bob"},
      {"Invalid user  from 192.0.2.7 port 9", Action::InvalidUser, kFailure, "192.0.2.7", 9, ""},
      {"input_userauth_request: invalid user bob [preauth]", Action::InvalidUser, kUnknown, "", -1,
       "bob"},
      {"input_userauth_request: invalid user  [preauth]", Action::InvalidUser, kUnknown, "", -1,
       ""},
      {"User bob from 192.0.2.7 not allowed because not listed in AllowUsers",
       Action::UserNotAllowed, kFailure, "192.0.2.7", -1, "bob"},
      {"User bob not allowed because account is locked", Action::UserNotAllowed, kUnknown, "", -1,
       "bob"},
      {"ROOT LOGIN REFUSED FROM 192.0.2.7 port 9 [preauth]", Action::UserNotAllowed, kFailure,
       "192.0.2.7", 9, "root"},
      {"fatal: Access denied for user bob by PAM account configuration [preauth]",
       Action::UserNotAllowed, kUnknown, "", -1, "bob"},
      {"Authentication tried for bob with correct key but not from a permitted host (host=h, "
       "ip=192.0.2.7, required=x).",
       Action::UserNotAllowed, kFailure, "192.0.2.7", -1, "bob"},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("how connections end") {
  const Case cases[] = {
      {"Connection closed by 192.0.2.7 port 9 [preauth]", Action::PreauthDisconnect, kUnknown,
       "192.0.2.7", 9, ""},
      {"Connection closed by 192.0.2.7", Action::ConnectionClosed, kUnknown, "192.0.2.7", -1, ""},
      {"Connection closed by authenticating user bob 192.0.2.7 port 9 [preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, "bob"},
      {"Connection reset by invalid user  192.0.2.7 port 9 [preauth]", Action::PreauthDisconnect,
       kUnknown, "192.0.2.7", 9, ""},
      {"Connection from 192.0.2.7 port 9 timed out", Action::ConnectionClosed, kUnknown,
       "192.0.2.7", 9, ""},
      {"Disconnected from user bob 192.0.2.7 port 9", Action::ConnectionClosed, kUnknown,
       "192.0.2.7", 9, "bob"},
      {"Disconnected from 192.0.2.7 port 9 [preauth]", Action::PreauthDisconnect, kUnknown,
       "192.0.2.7", 9, ""},
      {"Disconnecting: Too many authentication failures for bob [preauth]",
       Action::PreauthDisconnect, kUnknown, "", -1, "bob"},
      {"Disconnecting authenticating user bob 192.0.2.7 port 9: Too many authentication failures "
       "[preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, "bob"},
      {"Disconnecting invalid user bob 192.0.2.7 port 9: Change of username or service not "
       "allowed: (bob,ssh-connection) -> (eve,ssh-connection) [preauth]",
       Action::PreauthDisconnect, kFailure, "192.0.2.7", 9, "bob"},
      {"Received disconnect from 192.0.2.7: 11: Bye Bye [preauth]", Action::PreauthDisconnect,
       kUnknown, "192.0.2.7", -1, ""},
      {"Received disconnect from 192.0.2.7 port 9:11: disconnected by user",
       Action::ConnectionClosed, kUnknown, "192.0.2.7", 9, ""},
      {"error: Received disconnect from 2001:db8::7: 14: No supported authentication methods "
       "available [preauth]",
       Action::PreauthDisconnect, kFailure, "2001:db8::7", -1, ""},
      {"error: Received disconnect from 192.0.2.7 port 9:3: com.jcraft.jsch.JSchException: Auth "
       "fail [preauth]",
       Action::PreauthDisconnect, kFailure, "192.0.2.7", 9, ""},
      {"Received disconnect from 192.0.2.7: 11:  [preauth]", Action::PreauthDisconnect, kUnknown,
       "192.0.2.7", -1, ""},
      {"fatal: Timeout before authentication for 192.0.2.7 port 9", Action::LoginTimeout, kUnknown,
       "192.0.2.7", 9, ""},
      {"Timeout before authentication for connection from 192.0.2.7 to 198.51.100.1, pid = 29098",
       Action::LoginTimeout, kUnknown, "192.0.2.7", -1, ""},
      {"Timeout, client not responding from user bob 192.0.2.7 port 9", Action::ConnectionClosed,
       kUnknown, "192.0.2.7", 9, "bob"},
      {"Read error from remote host 192.0.2.7 port 9: Connection timed out",
       Action::ConnectionClosed, kUnknown, "192.0.2.7", 9, ""},
      {"fatal: Read from socket failed: Connection reset by peer [preauth]",
       Action::PreauthDisconnect, kUnknown, "", -1, ""},
      {"Closing connection to 192.0.2.7 port 9", Action::ConnectionClosed, kUnknown, "192.0.2.7", 9,
       ""},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("what never was a login") {
  const Case cases[] = {
      {"Connection from 192.0.2.7 port 9 on 198.51.100.1 port 22 rdomain \"\"",
       Action::ConnectionOpened, kUnknown, "192.0.2.7", 9, ""},
      {"Did not receive identification string from 192.0.2.7 port 9", Action::ProtocolMismatch,
       kUnknown, "192.0.2.7", 9, ""},
      {"Did not receive identification string from UNKNOWN", Action::ProtocolMismatch, kUnknown, "",
       -1, ""},
      {"Bad protocol version identification 'GET / HTTP/1.1' from 192.0.2.7 port 9",
       Action::ProtocolMismatch, kUnknown, "192.0.2.7", 9, ""},
      {"Protocol major versions differ for 192.0.2.7 port 9: SSH-2.0-OpenSSH_9.2 vs. "
       "SSH-1.5-Server",
       Action::ProtocolMismatch, kUnknown, "192.0.2.7", 9, ""},
      {"scanned from 192.0.2.7 with SSH-1.0-SSHD_Scanner.  Don't panic.", Action::ProtocolMismatch,
       kUnknown, "192.0.2.7", -1, ""},
      {"banner exchange: Connection from 192.0.2.7 port 9: invalid format",
       Action::ProtocolMismatch, kUnknown, "192.0.2.7", 9, ""},
      {"error: kex_exchange_identification: client sent invalid protocol identifier \"GET /\"",
       Action::ProtocolMismatch, kUnknown, "", -1, ""},
      {"error: kex_exchange_identification: Connection closed by remote host",
       Action::PreauthDisconnect, kUnknown, "", -1, ""},
      {"ssh_dispatch_run_fatal: Connection from authenticating user bob 192.0.2.7 port 9: "
       "Connection corrupted [preauth]",
       Action::ProtocolError, kUnknown, "192.0.2.7", 9, "bob"},
      {"Bad packet length 4081586742. [preauth]", Action::ProtocolError, kUnknown, "", -1, ""},
      {"Magic value check failed (4289475479) on obfuscated handshake from 192.0.2.7 port 9",
       Action::ProtocolError, kUnknown, "192.0.2.7", 9, ""},
      {"fatal: Unable to negotiate with 192.0.2.7 port 9: no matching cipher found. Their offer: "
       "a,b [preauth]",
       Action::NegotiationFailed, kUnknown, "192.0.2.7", 9, ""},
      {"fatal: Unable to negotiate with 192.0.2.7: no matching cipher found. Their offer: a,b",
       Action::NegotiationFailed, kUnknown, "192.0.2.7", -1, ""},
      {"fatal: no matching mac found: client a server b [preauth]", Action::NegotiationFailed,
       kUnknown, "", -1, ""},
      {"drop connection #11 from [192.0.2.7]:9 on [198.51.100.1]:22 past MaxStartups",
       Action::ConnectionRefused, kUnknown, "192.0.2.7", 9, ""},
      {"refused connect from someone@host.example (192.0.2.7)", Action::ConnectionRefused, kUnknown,
       "192.0.2.7", -1, ""},
      {"Address 192.0.2.7 maps to h.example, but this does not map back to the address - "
       "POSSIBLE BREAK-IN ATTEMPT!",
       Action::ReverseMappingFailed, kUnknown, "192.0.2.7", -1, ""},
      {"reverse mapping checking getaddrinfo for h.example [192.0.2.7] failed - POSSIBLE "
       "BREAK-IN ATTEMPT!",
       Action::ReverseMappingFailed, kUnknown, "192.0.2.7", -1, ""},
      {"Server listening on :: port 22.", Action::ServerStarted, kUnknown, "", -1, ""},
      {"Received signal 15; terminating.", Action::ServerStopped, kUnknown, "", -1, ""},
      {"error: Could not load host key: /etc/ssh/ssh_host_rsa_key", Action::HostKeyProblem,
       kUnknown, "", -1, ""},
      {"subsystem request for sftp by user bob", Action::SubsystemRequested, kUnknown, "", -1,
       "bob"},
      {"Starting session: shell on pts/0 for bob from 192.0.2.7 port 9 id 0", Action::SessionOpened,
       kSuccess, "192.0.2.7", 9, "bob"},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("no name of a user makes a line speak of another address") {
  const Case cases[] = {
      {"Failed password for invalid user x from 198.51.100.9 port 22 ssh2 from 192.0.2.7 port 9 "
       "ssh2",
       Action::FailedPassword, kFailure, "192.0.2.7", 9, "x from 198.51.100.9 port 22 ssh2"},
      {"Failed password for invalid user x from 198.51.100.9 port 22 ssh2: from 192.0.2.7 port 9 "
       "ssh2",
       Action::FailedPassword, kFailure, "192.0.2.7", 9, "x from 198.51.100.9 port 22 ssh2:"},
      {"Failed publickey for invalid user x from 198.51.100.9 port 22 ssh2: RSA SHA256:a from "
       "192.0.2.7 port 9 ssh2: RSA SHA256:b",
       Action::FailedPublickey, kFailure, "192.0.2.7", 9,
       "x from 198.51.100.9 port 22 ssh2: RSA SHA256:a"},
      {"Invalid user x from 198.51.100.9 from 192.0.2.7 port 9", Action::InvalidUser, kFailure,
       "192.0.2.7", 9, "x from 198.51.100.9"},
      {"Invalid user x from 198.51.100.9 port 22 from 192.0.2.7 port 9", Action::InvalidUser,
       kFailure, "192.0.2.7", 9, "x from 198.51.100.9 port 22"},
      {"Connection closed by invalid user x 198.51.100.9 port 22 192.0.2.7 port 9 [preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, "x 198.51.100.9 port 22"},
      {"Connection closed by invalid user x 198.51.100.9 port 22 [preauth] 192.0.2.7 port 9 "
       "[preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, "x 198.51.100.9 port 22 [preauth]"},
      {"error: PAM: Authentication failure for illegal user x from 198.51.100.9 via 203.0.113.1 "
       "from 192.0.2.7",
       Action::PamAuthenticationFailure, kFailure, "192.0.2.7", -1,
       "x from 198.51.100.9 via 203.0.113.1"},
      {"Disconnecting invalid user x 198.51.100.9 port 22: y 192.0.2.7 port 9: Too many "
       "authentication failures [preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, "x 198.51.100.9 port 22: y"},
      {"Disconnecting invalid user x 192.0.2.7 port 9: Change of username or service not "
       "allowed: (x,ssh-connection) -> (z 198.51.100.9 port 22: y,ssh-connection) [preauth]",
       Action::PreauthDisconnect, kFailure, "192.0.2.7", 9, "x"},
      {"Bad protocol version identification 'x' from 198.51.100.9 port 22' from 192.0.2.7 port 9",
       Action::ProtocolMismatch, kUnknown, "192.0.2.7", 9, ""},
      {"Received disconnect from 192.0.2.7 port 9:11: x from 198.51.100.9 port 22 [preauth]",
       Action::PreauthDisconnect, kUnknown, "192.0.2.7", 9, ""},
      {"Unable to negotiate with 192.0.2.7 port 9: no matching cipher found. Their offer: x "
       "198.51.100.9 port 22 [preauth]",
       Action::NegotiationFailed, kUnknown, "192.0.2.7", 9, ""},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("what a key's certificate says of itself cannot name another address") {
  const std::string id(80, 'k');
  const OneLine line =
      sshd("Failed publickey for bob from 192.0.2.7 port 9 ssh2: RSA-CERT SHA256:abc ID " + id +
           " from 198.51.100.9 port 22 ssh2: RSA SHA256:d (serial 0) CA RSA SHA256:e");
  CHECK(line.ip() == "192.0.2.7");
  CHECK(line.text(Field::UserName) == "bob");
  CHECK(line.text(Field::SshFingerprint) == "SHA256:abc");
}

TEST_CASE("method, fingerprint, client and reason are kept") {
  const OneLine key =
      sshd("Accepted publickey for bob from 192.0.2.7 port 9 ssh2: ED25519 SHA256:abc/+d");
  CHECK(key.text(Field::SshMethod) == "publickey");
  CHECK(key.text(Field::SshFingerprint) == "SHA256:abc/+d");
  const OneLine md5 =
      sshd("Failed hostbased for b from 192.0.2.7 port 9 ssh2: RSA 8c:e3:aa, client user \"b\"");
  CHECK(md5.text(Field::SshFingerprint) == "8c:e3:aa");
  CHECK(sshd("Bad protocol version identification 'x\\003' from 192.0.2.7 port 9")
            .text(Field::SshClient) == "x\\003");
  const OneLine bye = sshd("Received disconnect from 192.0.2.7: 11: Bye Bye [preauth]");
  CHECK(bye.text(Field::EventCode) == "11");
  CHECK(bye.text(Field::EventReason) == "Bye Bye");
  CHECK(sshd("Connection from 192.0.2.7 port 9 on 198.51.100.1 port 22").ip(Field::DestinationIp) ==
        "198.51.100.1");
}

TEST_CASE("an address spelled in another way is the same source, and is kept as it stood") {
  const OneLine zeros = sshd("Failed password for a from 192.000.002.007 port 9 ssh2");
  CHECK(zeros.ip() == "192.0.2.7");
  CHECK(zeros.text(Field::SourceAddress) == "192.000.002.007");
  const OneLine mapped = sshd("Failed password for a from ::ffff:192.0.2.7 port 9 ssh2");
  CHECK(mapped.ip() == "192.0.2.7");
  CHECK(mapped.text(Field::SourceAddress) == "::ffff:192.0.2.7");
  const OneLine zone = sshd("Failed password for a from fe80::1%eth0 port 9 ssh2");
  CHECK(zone.ip() == "fe80::1");
  CHECK(zone.text(Field::SourceAddress) == "fe80::1%eth0");
  CHECK(
      sshd("Failed password for a from 192.0.2.7 port 9 ssh2").text(Field::SourceAddress).empty());
}

TEST_CASE("every name of the daemon, every level and the kernel's way round are the same") {
  for (const std::string_view line :
       {"Jun  7 03:04:05 web sshd-session[1]: Failed password for a from 192.0.2.7 port 9 ssh2",
        "Jun  7 03:04:05 web sshd-auth[1]: Failed password for a from 192.0.2.7 port 9 ssh2",
        "Jun  7 03:04:05 web sshd[1]: debug1: Failed password for a from 192.0.2.7 port 9 ssh2",
        "web sshd[1]: kernel:[  970.699396]: Failed password for a from 192.0.2.7 port 9 ssh2",
        "sshd[1]: kernel: [  970.699396] Failed password for a from 192.0.2.7 port 9 ssh2",
        "[sshd] Failed password for a from 192.0.2.7 port 9 ssh2"}) {
    CAPTURE(line);
    const OneLine decoded(line);
    CHECK(decoded.action() == Action::FailedPassword);
    CHECK(decoded.ip() == "192.0.2.7");
  }
}

TEST_CASE("half a message is no message") {
  for (const std::string_view text :
       {"Failed", "Failed ", "Failed password for", "Failed password for root",
        "Failed password for root from ", "Accepted google_authenticator for bob",
        "Connection closed by", "Connection from ", "Disconnecting", "User bob from 192.0.2.7",
        "Received disconnect from ", "Unable to negotiate ", "PAM: ", "error: "}) {
    CAPTURE(text);
    const OneLine line = sshd(text);
    CHECK(line.action() == Action::None);
    CHECK(line.event().dataset == Dataset::Syslog);
    CHECK(line.ip().empty());
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
