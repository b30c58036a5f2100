// What the decoders make of real logs. The corpora are not part of the project; without them these
// tests say so and pass.
#include "decode/test_lines.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::decode {
namespace {

using namespace testing;

constexpr std::string_view kNow = "2026-06-30T12:00:00Z";

/// Decodes a whole text into one batch.
struct DecodedText {
  explicit DecodedText(std::string content, std::string_view written_by = kNow)
      : memory(std::move(content)), batch(all_fields()) {
    const std::size_t size = memory.size();
    memory.resize(size + RawBatch::kPadding);
    Decoder decoder(fields);
    const LineContext context{.written_by = parse_rfc3339(written_by).value_or(Time{})};
    for (const std::string_view line : lines_of({memory.data(), size})) {
      decoder.decode(line, context, batch);
    }
  }
  FieldTable fields;
  std::string memory;
  EventBatch batch;
};

std::string source_of(const EventBatch& batch, const Event& event) {
  const IpAddress* ip = batch.ip(event, Field::SourceIp);
  return ip != nullptr ? format_ip(*ip) : std::string(batch.text(event, Field::SourceAddress));
}

using Counts = std::map<std::string, std::uint64_t>;

/// `ip <tab> plain <tab> repeated <tab> total`, and a line of names first.
Counts read_truth(const std::string& text) {
  Counts truth;
  for (std::string_view line : lines_of(text)) {
    const std::string_view ip = take_until(line, '\t');
    take_until(line, '\t');
    take_until(line, '\t');
    if (const auto total = parse_int<std::uint64_t>(line)) truth[std::string(ip)] = *total;
  }
  return truth;
}

Counts failed_passwords(const EventBatch& batch) {
  Counts counts;
  for (const Event& event : batch.events()) {
    if (event.action == Action::FailedPassword) counts[source_of(batch, event)] += event.repeats;
  }
  return counts;
}

void check_failed_passwords(const std::string& log, const std::string& truth) {
  std::string content = read_corpus(log);
  if (content.empty()) return;
  const Counts expected = read_truth(read_corpus(truth));
  const DecodedText decoded(std::move(content));
  const Counts counts = failed_passwords(decoded.batch);
  REQUIRE(!expected.empty());
  std::uint64_t sum = 0;
  for (const auto& [ip, count] : counts) sum += count;
  MESSAGE(log << ": " << counts.size() << " sources, " << sum << " failed passwords");
  CHECK(counts == expected);
}

// An annotation of fail2ban's tests and the line it is about.
struct Annotated {
  bool match = false;
  std::string_view host;  // empty: not named
  std::string_view time;
  std::string_view line;
};

std::string_view json_text(std::string_view json, std::string_view name) {
  const std::size_t at = json.find('"' + std::string(name) + '"');
  if (at == std::string_view::npos) return {};
  std::string_view rest = json.substr(at + name.size() + 2);
  const std::size_t open = rest.find('"');
  if (open == std::string_view::npos || open > 4) return {};
  rest.remove_prefix(open + 1);
  return rest.substr(0, rest.find('"'));
}

std::vector<Annotated> read_annotated(std::string_view text) {
  std::vector<Annotated> found;
  std::string_view json;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("# failJSON:")) {
      json = line;
    } else if (!line.empty() && line[0] != '#' && !json.empty()) {
      std::string_view host = json_text(json, "host");
      if (host.empty()) host = json_text(json, "ip4");
      if (host.empty()) host = json_text(json, "ip6");
      const std::size_t match = json.find("\"match\"");
      const bool yes = match != std::string_view::npos &&
                       json.substr(match, 16).find("true") != std::string_view::npos;
      found.push_back({yes, host, json_text(json, "time"), line});
      json = {};
    }
  }
  return found;
}

/// A failed login, or a connection that never came to one.
bool is_hostile(const Event& event) {
  return event.outcome == Outcome::Failure ||
         describe(event.action).counter == Counter::PreauthDisconnect;
}

bool same_host(const OneLine& decoded, std::string_view host) {
  const auto ip = parse_ip(host);
  return ip ? decoded.ip() == format_ip(*ip) : decoded.text(Field::SourceAddress) == host;
}

using Lines = std::vector<std::string>;

struct Score {
  int hosts = 0, hosts_right = 0;
  int times = 0, times_right = 0;
  int quiet = 0;
  Lines elsewhere;   ///< match, but the host stands in an earlier line of the same connection
  Lines wrong_host;  ///< match, another host or none
  Lines wrong_time;
  Lines not_hostile;  ///< match, right host, but the line alone tells of nothing bad
  Lines loud;         ///< no match, but a failure
};

void add(const Annotated& a, const OneLine& decoded, LocalZone& zone, Score& sum) {
  const std::string line(a.line);
  if (!a.match) {
    ++sum.quiet;
    if (decoded.outcome() == Outcome::Failure) sum.loud.push_back(line);
    return;
  }
  if (a.host.empty() || a.line.find(a.host) == std::string_view::npos) {
    sum.elsewhere.push_back(line);
    return;
  }
  ++sum.hosts;
  const bool right = same_host(decoded, a.host);
  sum.hosts_right += right;
  if (!right) sum.wrong_host.push_back(line);
  if (right && !is_hostile(decoded.event())) sum.not_hostile.push_back(line);
  const auto annotated = parse_rfc3339(std::string(a.time) + "Z");
  if (!annotated) return;  // lines of the journal have none
  ++sum.times;
  const Time time = std::chrono::floor<std::chrono::seconds>(decoded.event().time);
  const bool in_time = time == zone.to_utc(*annotated);
  sum.times_right += in_time;
  if (!in_time) sum.wrong_time.push_back(line);
}

/// fail2ban's tests run in Zurich on 14 August 2005.
Score score(const std::string& path) {
  Score sum;
  const ZoneForTest zone("Europe/Zurich");
  LocalZone local;
  const std::string text = read_corpus(path);
  for (const Annotated& a : read_annotated(text)) {
    add(a, OneLine(a.line, "2005-08-14T10:00:00Z"), local, sum);
  }
  if (!text.empty()) {
    MESSAGE(path << ": hosts " << sum.hosts_right << "/" << sum.hosts << ", times "
                 << sum.times_right << "/" << sum.times << ", without failure "
                 << sum.quiet - static_cast<int>(sum.loud.size()) << "/" << sum.quiet
                 << "; decided by other lines: " << sum.elsewhere.size() + sum.not_hostile.size());
  }
  return sum;
}

bool any_of(std::string_view line, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    if (line.find(part) != std::string_view::npos) return true;
  }
  return false;
}

/// How many lines got an action, out of how many.
struct Understood {
  std::size_t lines = 0, acted = 0;
};

std::map<std::string, Understood> understood_by_program(const std::string& path) {
  std::map<std::string, Understood> programs;
  std::string content = read_corpus(path);
  if (content.empty()) return programs;
  const DecodedText decoded(std::move(content));
  for (const Event& event : decoded.batch.events()) {
    Understood& program = programs[std::string(decoded.batch.text(event, Field::ProcessName))];
    ++program.lines;
    program.acted += event.action != Action::None;
  }
  return programs;
}

}  // namespace

TEST_SUITE_BEGIN("decode/auth_corpora");

TEST_CASE("failed passwords per source are those of the truth, every source, repeats included") {
  check_failed_passwords("logs/sshd-real/auth.A.2016-02.log",
                         "logs/sshd-real/auth.A.2016-02.failed_password_truth.tsv");
  check_failed_passwords("logs/elastic-auth/auth.log",
                         "logs/elastic-auth/auth.failed_password_truth.tsv");
}

TEST_CASE("fail2ban's annotated lines of sshd have their host and time") {
  for (const char* name : {"sshd", "sshd-journal"}) {
    const Score sum = score(std::string("logs/fail2ban/") + name);
    // The annotation follows a name that ends in "ssh2:". OpenSSH writes nothing behind "ssh2" of
    // a password, so only the last "from" can be its own; to read it otherwise would let anyone
    // who can choose a user name accuse any address.
    for (const std::string& line : sum.wrong_host) CHECK(any_of(line, {" ssh2: from "}));
    CHECK(sum.wrong_host.size() <= 1);
    CHECK(sum.wrong_time == Lines{});
    CHECK(sum.loud == Lines{});
    // A reader with a memory for connections would know from earlier lines: a login after
    // failures under other names, what PAM said before sshd speaks, a close that follows a broken
    // greeting.
    for (const std::string& line : sum.not_hostile) {
      CHECK_MESSAGE(any_of(line, {"Accepted password", "pam_unix(sshd:auth)",
                                  "Connection closed by 192.0.2.15 port"}),
                    line);
    }
    // The same for these: they name no address at all.
    for (const std::string& line : sum.elsewhere) {
      CHECK_MESSAGE(any_of(line, {"Disconnecting: Too many", "Read from socket failed",
                                  "kex_exchange_identification", "Unable to negotiate a key",
                                  "no matching mac found"}),
                    line);
    }
  }
}

TEST_CASE("fail2ban's annotated lines of PAM and of the audit log have their host and time") {
  for (const char* name : {"pam-generic", "selinux-ssh"}) {
    const Score sum = score(std::string("logs/fail2ban/") + name);
    CHECK(sum.wrong_host == Lines{});
    CHECK(sum.wrong_time == Lines{});
    CHECK(sum.elsewhere == Lines{});
    // sshd says itself what came of a login; its PAM lines would count it twice.
    for (const std::string& line : sum.not_hostile) CHECK(any_of(line, {" sshd["}));
    // A form that fail2ban gave up, and that is a refused login all the same.
    for (const std::string& line : sum.loud) CHECK(any_of(line, {"pop(pam_unix)"}));
  }
}

TEST_CASE("fail2ban's annotated lines of mail and FTP servers have their host and time") {
  struct {
    const char* name;
    /// Lines whose time or meaning differs, each for the reason below.
    std::initializer_list<std::string_view> other_time, remarks;
  } const logs[] = {
      // Labels of TAI64N are ten seconds ahead of UTC, which fail2ban leaves out. What the
      // authentication and PAM say goes with a line of the login process, which counts.
      {"dovecot", {"@4000"}, {"auth"}},
      // The name of an address that does not lead back to it is no attack of its own.
      {"exim", {}, {"no host name found", "no IP address found"}},
      {"proftpd", {}, {}},
      {"pure-ftpd", {}, {}},
      {"wuftpd", {}, {}},
      {"horde", {}, {}},
      {"roundcube-auth", {}, {}},
  };
  for (const auto& log : logs) {
    const Score sum = score(std::string("logs/fail2ban/") + log.name);
    for (const std::string& line : sum.wrong_time)
      CHECK_MESSAGE(any_of(line, log.other_time), line);
    for (const std::string& line : sum.not_hostile) CHECK_MESSAGE(any_of(line, log.remarks), line);
    CHECK(sum.wrong_host == Lines{});
    CHECK(sum.elsewhere == Lines{});
    CHECK(sum.loud == Lines{});
  }
}

TEST_CASE("CrowdSec's test logs of mail and FTP servers and of Suricata are understood") {
  struct {
    const char* test;
    const char* log;
    std::size_t lines, understood;
  } const logs[] = {
      {"dovecot-logs", "dovecot-logs.log", 15, 15},
      {"dovecot-spam", "dovecot-spam.log", 12, 12},
      {"exim-logs", "exim-logs.log", 12, 12},
      {"exim-syslog-logs", "exim-logs.log", 11, 11},
      {"postfix-logs", "postfix-logs.log", 7, 7},
      {"postfix-honeypot-users", "postfix-honeypot-users.log", 9, 9},
      {"proftpd-logs", "proftpd-logs.log", 5, 5},
      {"pureftpd-logs", "pureftpd-logs.log", 16, 16},
      {"vsftpd-logs", "vsftpd-logs.log", 5, 5},
      {"suricata-logs-fastlog", "suricata-logs-fastlog.log", 4, 4},
      {"suricata-eve-detect", "suricata-eve-detect.log", 4, 4},
  };
  for (const auto& log : logs) {
    std::size_t lines = 0, understood = 0;
    const std::string path = std::string("crowdsec-hub/tests/") + log.test + "/" + log.log;
    const std::string text = read_corpus(path);
    if (text.empty()) continue;
    for (const std::string_view line : lines_of(text)) {
      lines += !line.empty();
      understood += OneLine(line).has_event() && OneLine(line).action() != Action::None;
    }
    CAPTURE(path);
    CHECK(lines == log.lines);
    CHECK(understood == log.understood);
  }
}

TEST_CASE("the three lines of one attempt on a BSD have their time and sources") {
  const std::string text = read_corpus("logs/fail2ban/bsd/syslog-plain.txt");
  for (const std::string_view line : lines_of(text)) {
    const OneLine decoded(line);
    CHECK(decoded.outcome() == Outcome::Failure);
    CHECK(decoded.text(Field::UserName) == "oracle");
    CHECK((decoded.ip() == "192.0.2.100" || decoded.text(Field::SourceAddress) == "example.com"));
  }
}

TEST_CASE("nearly every line of the daemons that log people in is understood") {
  const auto openssh = understood_by_program("logs/loghub/OpenSSH_2k.log");
  for (const auto& [name, program] : openssh) {
    MESSAGE("loghub OpenSSH, " << name << ": " << program.acted << " of " << program.lines);
    CHECK(program.acted == program.lines);
  }
  const auto linux = understood_by_program("logs/loghub/Linux_2k.log");
  for (const auto& [name, program] : linux) {
    if (name != "sshd" && name != "su" && name != "ftpd" && name != "login" && name != "klogind")
      continue;
    MESSAGE("loghub Linux, " << name << ": " << program.acted << " of " << program.lines);
    CHECK((program.acted * 10 >= program.lines * 9 || name == "klogind"));
  }
  for (const char* path :
       {"logs/sshd-real/auth.A.2016-02.log", "logs/sshd-real/auth.B.2022-05.log"}) {
    for (const auto& [name, program] : understood_by_program(path)) {
      MESSAGE(std::string(path) << ", " << name << ": " << program.acted << " of "
                                << program.lines);
      CHECK(program.acted * 1000 >= program.lines * 999);
    }
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
