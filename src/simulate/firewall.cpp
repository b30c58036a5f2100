#include "simulate/firewall.h"

#include "simulate/seed.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

enum class Protocol : std::uint8_t { Tcp, Udp, Icmp };

struct Packet {
  Protocol protocol = Protocol::Tcp;
  std::uint32_t destination = 0;  ///< which of our own addresses
  std::uint32_t port = 0;
  bool denied = true;
};

constexpr std::array<std::uint32_t, 24> kPorts{21,   22,   23,   25,   80,   110,  135,   139,
                                               143,  443,  445,  1433, 1521, 2375, 3306,  3389,
                                               5432, 5900, 6379, 8080, 8443, 9200, 11211, 27017};

/// "[ 8123.456789] [UFW BLOCK] IN=eth0 …", a blank at its end as the kernel leaves one.
void log_packet(Script& script, const Peer& peer, const Packet& packet, Attack attack) {
  Stage& stage = script.stage;
  Random& random = script.random;
  const std::uint32_t source_port = random.between(1'024, 65'535);
  const std::uint32_t id = random.below(65'536);
  // A source is always as far away.
  std::uint64_t hops = 0;
  for (const std::uint8_t byte : peer.ip.bytes) hops = mix(hops, byte);
  const std::uint64_t ttl = 40 + hops % 208;
  if (!stage.wants(Stream::Kern)) return;
  const Action action = packet.denied ? Action::PacketDenied : Action::PacketLogged;
  std::string& out =
      stage.open(Stream::Kern, script.at, {action, peer.source, Subject::None, attack, 1});
  const Options& options = stage.options();
  stage.stamp().append_syslog_head(out, script.at, options.header, {4, "kernel", 0});
  // The machine has been up for 31 h when the simulation starts.
  const std::int64_t up = (script.at - options.start).count() / 1000 + 111'600'000'000;
  const bool ufw = options.packets == PacketForm::Ufw;
  const auto end = std::back_inserter(out);
  fmt::format_to(end, "[{:5}.{:06}] {}IN=eth0 OUT= MAC=02:00:5e:00:53:01:02:00:5e:00:53:fe:{} ",
                 up / 1'000'000, up % 1'000'000,
                 ufw ? (packet.denied ? "[UFW BLOCK] " : "[UFW AUDIT] ")
                     : (packet.denied ? "IPT-DROP: " : "IPT-LOG: "),
                 peer.ip.is_v4() ? "08:00" : "86:dd");
  if (peer.ip.is_v4()) {
    fmt::format_to(end, "SRC={} DST={} LEN={} TOS=0x00 PREC=0x00 TTL={} ID={} ", peer.text,
                   format_ip(World::own_address(packet.destination)),
                   packet.protocol == Protocol::Tcp ? 40 : 76, ttl, id);
  } else {
    fmt::format_to(end, "SRC={} DST=2001:db8:0:1::{:x} LEN=60 TC=0 HOPLIMIT={} FLOWLBL=0 ",
                   peer.text, 0x200 + packet.destination, ttl);
  }
  switch (packet.protocol) {
    case Protocol::Tcp:
      fmt::format_to(end, "PROTO=TCP SPT={} DPT={} WINDOW=1024 RES=0x00 SYN URGP=0 ", source_port,
                     packet.port);
      break;
    case Protocol::Udp:
      fmt::format_to(end, "PROTO=UDP SPT={} DPT={} LEN=56 ", source_port, packet.port);
      break;
    case Protocol::Icmp:
      fmt::format_to(end, "PROTO={} TYPE=8 CODE=0 ID={} SEQ=1 ",
                     peer.ip.is_v4() ? "ICMP" : "ICMPv6", id);
      break;
  }
}

/// Any address on the internet is knocked at all day by sources that never come back.
class Noise final : public Actor {
 public:
  using Actor::Actor;

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const IpAddress ip = scene_.world.addresses.attacker();
    const Peer peer(scene_.stage.truth().add_source(ip, Role::Background), ip);
    Packet packet{.destination = random_.below(World::kOwnAddresses)};
    packet.port = pick(random_, kPorts);
    const std::uint32_t turn = random_.below(10);
    if (turn == 0) packet.protocol = Protocol::Icmp;
    if (turn == 1) packet.protocol = Protocol::Udp;
    const std::uint32_t tries = random_.between(1, 2);
    for (std::uint32_t i = 0; i < tries; ++i) {
      log_packet(script, peer, packet, Attack::None);
      script.at += std::chrono::seconds{1u << i};  // how a TCP sends its SYN again
    }
    return now + span_between(random_, 30s, 8min);
  }
};

/// Neighbours whose packets the filter logs and lets through.
class Neighbour final : public Actor {
 public:
  Neighbour(Scene& scene, std::uint64_t seed) : Actor(scene, seed) {
    const IpAddress ip = scene.world.addresses.machine(6);
    peer_ = Peer(scene.stage.truth().add_source(ip, Role::Benign), ip);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    log_packet(script, peer_, {Protocol::Udp, 0, 5353, false}, Attack::None);
    return now + span_between(random_, 4min, 15min);
  }

 private:
  Peer peer_;
};

class PortScanner final : public Actor {
 public:
  PortScanner(Scene& scene, std::uint64_t seed, Attack attack)
      : Actor(scene, seed), attack_(attack), peer_(Peer::attacker(scene)) {
    port_ = pick(random_, kPorts);
    destination_ = random_.below(World::kOwnAddresses);
    left_ = attack == Attack::PortScanVertical ? how_many(random_, 60)
                                               : random_.between(20, World::kOwnAddresses);
    quick_ = random_.below(3) > 0;
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Packet packet{.destination = destination_, .port = port_};
    if (attack_ == Attack::PortScanVertical) {
      packet.port = seen_ < kPorts.size() ? kPorts[seen_] : random_.between(1, 65'535);
      ++seen_;
    } else {
      ++destination_;
    }
    log_packet(script, peer_, packet, attack_);
    if (--left_ == 0) return {};
    return now + (quick_ ? span_between(random_, 1ms, 200ms) : span_between(random_, 1s, 20s));
  }

 private:
  Attack attack_;
  Peer peer_;
  std::uint32_t port_, destination_, left_, seen_ = 0;
  bool quick_;
};

}  // namespace

void enter_noise(Scene& scene, Cast& cast) {
  const Options& options = scene.stage.options();
  const std::uint64_t seed = mix(options.seed, 0xF1);
  if (options.attackers > 0) {
    cast.push_back({options.start + 7s, std::make_unique<Noise>(scene, seed)});
  }
  if (options.users == 0) return;
  cast.push_back({options.start + 3s, std::make_unique<Neighbour>(scene, mix(seed, 1))});
}

std::unique_ptr<Actor> make_port_scanner(Attack attack, Scene& scene, std::uint64_t seed) {
  if (describe(attack).stream != Stream::Kern) return nullptr;
  return std::make_unique<PortScanner>(scene, seed, attack);
}

}  // namespace vedette::simulate
