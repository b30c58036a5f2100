#include "decode/decoder.h"

#include "base/text.h"
#include "decode/json.h"
#include "decode/lines.h"
#include "decode/syslog.h"

#include <algorithm>

namespace vedette::decode {
namespace {

constexpr std::uint32_t kRepeatsMax = 100'000;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `message repeated 3 times: [ TEXT]`: leaves TEXT and says how often; 1 for any other text.
std::uint32_t take_repeats(std::string_view& text) {
  std::string_view rest = text;
  if (!take_prefix(rest, "message repeated ")) return 1;
  const auto count = parse_int<std::uint64_t>(take_until(rest, ' '));
  if (!count || *count == 0 || !take_prefix(rest, "times: [")) return 1;
  take_suffix(rest, "]");
  text = trim(rest);
  return *count < kRepeatsMax ? static_cast<std::uint32_t>(*count) : kRepeatsMax;
}

/// Servers of mail and FTP, and intrusion detection.
bool decode_server(const SyslogMessage& message, EventBatch& out) {
  const std::string_view program = message.program;
  if (program.ends_with("-login") ||
      is_one_of(program, {"dovecot", "auth", "auth-worker", "Info"})) {
    return decode_dovecot(message, out);
  }
  if (program == "smtpd" || program == "postscreen") return decode_postfix(message.text, out);
  if (program.starts_with("exim")) return decode_exim(message.text, out);
  if (program == "snort" || program == "suricata") return decode_ids(message.text, out);
  return decode_ftp(message, out);
}

}  // namespace

struct Decoder::Impl {
  explicit Impl(const FieldTable& fields) : json(fields) {}

  bool decode_line(std::string_view line, Time written_by, int depth, EventBatch& out);
  bool decode_json(std::string_view line, Time written_by, int depth, EventBatch& out);
  bool decode_syslog(const SyslogHeader& header, Time written_by, int depth, EventBatch& out);
  bool decode_message(const SyslogMessage& message, EventBatch& out);
  bool decode_kernel(const SyslogMessage& message, EventBatch& out);
  bool decode_web(std::string_view text, EventBatch& out);
  bool decode_digits(std::string_view line, Time written_by, int depth, EventBatch& out);
  bool decode_bracket(std::string_view line, Time written_by, int depth, EventBatch& out);
  bool decode_tagged(std::string_view line, Time written_by, int depth, EventBatch& out);
  bool decode_other(std::string_view line, Time written_by, int depth, EventBatch& out);

  LocalZone zone;
  SyslogHeaderReader headers{zone};
  JsonDecoder json;
};

bool Decoder::Impl::decode_web(std::string_view text, EventBatch& out) {
  const std::size_t mark = out.mark();
  if (decode_web_access(text, zone, out)) return true;
  out.rollback(mark);
  if (decode_web_error(text, zone, out)) return true;
  out.rollback(mark);
  return false;
}

/// Envelopes of log shippers hold a line of their own; envelopes within envelopes are not opened.
bool Decoder::Impl::decode_json(std::string_view line, Time written_by, int depth,
                                EventBatch& out) {
  if (!json.decode(line, out)) return false;
  const SyslogMessage inner = json.inner();
  if (inner.text.empty() || depth > 0) return true;
  const Event envelope = out.current();
  const std::size_t mark = out.mark();
  const bool known = inner.program.empty() ? decode_line(inner.text, written_by, depth + 1, out)
                                           : decode_message(inner, out);
  if (!known) {
    out.rollback(mark);
    out.current() = envelope;
  } else if (out.current().time == Time{}) {
    out.current().time = envelope.time;
  }
  return true;
}

bool Decoder::Impl::decode_kernel(const SyslogMessage& message, EventBatch& out) {
  const std::size_t mark = out.mark();
  if (decode_netfilter(message.text, out)) return true;
  out.rollback(mark);
  return decode_system(message, out);
}

/// What follows a header, by the program that wrote it. On false the caller rolls back.
bool Decoder::Impl::decode_message(const SyslogMessage& message, EventBatch& out) {
  const std::string_view program = message.program;
  if (program.starts_with("sshd")) return decode_sshd(message.text, out);
  const std::size_t mark = out.mark();
  bool known = false;
  switch (program.empty() ? '\0' : lower(program[0])) {
    case 's':
      if (program == "sudo") return decode_sudo(message.text, out);
      if (program == "su") return decode_su(message.text, out);
      if (program == "systemd-logind") return decode_logind(message.text, out);
      if (program == "sftp-server") return decode_sshd(message.text, out);
      known = decode_system(message, out);
      break;
    case 'c':
    case 'a':
      if (is_one_of(program, {"CRON", "cron", "crond", "crontab", "anacron", "atd"})) {
        return decode_cron(message, out);
      }
      if (is_one_of(program,
                    {"chage", "chfn", "chsh", "chpasswd", "chgpasswd", "adduser", "addgroup"})) {
        return decode_accounts(message, out);
      }
      known = program == "auditd" ? decode_system(message, out)
                                  : program.starts_with("apache") && decode_web(message.text, out);
      break;
    case 'u':
    case 'g':
    case 'p':
    case 'n':
      if (is_one_of(program, {"useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel",
                              "groupmems", "gpasswd", "passwd", "pw", "newusers"})) {
        return decode_accounts(message, out);
      }
      known = program.starts_with("nginx") && decode_web(message.text, out);
      break;
    case 'e':
      if (program == "endlessh") return decode_endlessh(message.text, out);
      break;
    case 'd':
      if (program == "dropbear") return decode_dropbear(message.text, out);
      if (program == "deluser" || program == "delgroup") return decode_accounts(message, out);
      break;
    case 'k':
      if (program == "kernel") return decode_kernel(message, out);
      known = decode_system(message, out);
      break;
    case 'h':
      known = program.starts_with("httpd") && decode_web(message.text, out);
      break;
    case 'i':
    case 'r':
    case '\0':
      known = decode_system(message, out);
      break;
    default:
      break;
  }
  if (known) return true;
  out.rollback(mark);
  if (decode_server(message, out)) return true;
  out.rollback(mark);
  if (decode_pam(message, out)) return true;
  out.rollback(mark);
  if (decode_login(message, out)) return true;
  out.rollback(mark);
  return decode_webmail(message.text, out);
}

bool Decoder::Impl::decode_syslog(const SyslogHeader& header, Time written_by, int depth,
                                  EventBatch& out) {
  Event& event = out.current();
  event.time = header.time;
  if (header.priority >= 0) out.set(Field::SyslogPriority, std::int64_t{header.priority});
  if (!header.host.empty()) out.set(Field::HostName, header.host);
  if (!header.program.empty()) out.set(Field::ProcessName, header.program);
  if (!header.pid.empty()) {
    if (const auto pid = parse_int(header.pid)) out.set(Field::ProcessPid, *pid);
  }
  out.set(Field::Message, header.text);

  const std::size_t mark = out.mark();
  std::string_view text = header.text;
  take_prefix(text, "@cee: ");
  if (text.starts_with('{') && decode_json(text, written_by, depth, out)) {
    if (event.time == Time{}) event.time = header.time;
    return true;
  }
  out.rollback(mark);
  event.time = header.time;
  const std::uint32_t repeats = take_repeats(text);
  if (decode_message({header.program, text}, out)) {
    const std::uint64_t times = std::uint64_t{event.repeats} * repeats;
    event.repeats = static_cast<std::uint32_t>(std::min<std::uint64_t>(times, kRepeatsMax));
  } else {
    out.rollback(mark);
    event.dataset = Dataset::Syslog;
  }
  return true;
}

/// Years, and addresses of web clients.
bool Decoder::Impl::decode_digits(std::string_view line, Time written_by, int depth,
                                  EventBatch& out) {
  SyslogHeader header;
  const char fifth = line.size() > 12 ? line[4] : '\0';
  const std::size_t mark = out.mark();
  if (fifth == '-' && headers.read_container(line, header)) {
    if (depth == 0 && decode_line(header.text, written_by, depth + 1, out)) {
      if (out.current().time == Time{}) out.current().time = header.time;
      return true;
    }
    out.rollback(mark);
    out.set(Field::Message, header.text);
    out.current().time = header.time;
    out.current().dataset = Dataset::Syslog;
    return true;
  }
  if (fifth == '/') return decode_web(line, out);
  if (line.size() > 12 && line[2] == '/') {
    if (decode_ids_line(line, written_by, zone, out)) return true;
    out.rollback(mark);
  }
  if (fifth == '-' && line[10] == ' ') {  // lighttpd, LiteSpeed, Exim and some syslogs
    if (decode_web_error(line, zone, out)) return true;
    out.rollback(mark);
    if (decode_exim_line(line, zone, out)) return true;
    out.rollback(mark);
  }
  if ((fifth == '-' || fifth == ' ' || line.starts_with("1 ")) &&
      headers.read(line, written_by, header)) {
    // Endlessh's own file has no host and no tag: the first word is its.
    if (header.program.empty() && !header.host.empty() && header.text.starts_with("host=")) {
      const auto begin = static_cast<std::size_t>(header.host.data() - line.data());
      if (decode_endlessh(line.substr(begin), out)) {
        out.set(Field::ProcessName, "endlessh");
        out.current().time = header.time;
        return true;
      }
    }
    return decode_syslog(header, written_by, depth, out);
  }
  return decode_web(line, out);
}

bool Decoder::Impl::decode_bracket(std::string_view line, Time written_by, int depth,
                                   EventBatch& out) {
  if (decode_web(line, out)) return true;
  const std::size_t mark = out.mark();
  if (decode_roundcube_line(line, zone, out)) return true;
  out.rollback(mark);
  SyslogHeader header;
  if (headers.read_bracketed(line, written_by, header)) {
    return decode_syslog(header, written_by, depth, out);
  }
  return decode_tagged(line, written_by, depth, out);
}

/// `sshd[123]: `, `host sshd[123]: `, `[sshd] `. Any text may look as if it began with a tag:
/// without a pid in it, the rest has to be understood.
bool Decoder::Impl::decode_tagged(std::string_view line, Time written_by, int depth,
                                  EventBatch& out) {
  SyslogHeader header;
  if (!headers.read_tag_only(line, header)) return false;
  const std::size_t mark = out.mark();
  if (decode_syslog(header, written_by, depth, out) &&
      (!header.pid.empty() || out.current().dataset != Dataset::Syslog)) {
    return true;
  }
  out.rollback(mark);
  return false;
}

bool Decoder::Impl::decode_other(std::string_view line, Time written_by, int depth,
                                 EventBatch& out) {
  const std::size_t mark = out.mark();
  if ((line.starts_with("type=") || line.starts_with("node=")) && decode_audit(line, out))
    return true;
  out.rollback(mark);
  return decode_tagged(line, written_by, depth, out) || decode_web(line, out);
}

bool Decoder::Impl::decode_line(std::string_view line, Time written_by, int depth,
                                EventBatch& out) {
  const char first = line.empty() ? '\0' : line[0];
  if (first == '{') return decode_json(line, written_by, depth, out);
  if (first == '[') return decode_bracket(line, written_by, depth, out);
  if (is_digit(first)) return decode_digits(line, written_by, depth, out);
  SyslogHeader header;
  if ((first == '<' || (first >= 'A' && first <= 'Z')) && headers.read(line, written_by, header)) {
    return decode_syslog(header, written_by, depth, out);
  }
  if (first == '@' && headers.read_tai64n(line, header)) {
    return decode_syslog(header, written_by, depth, out);
  }
  return decode_other(line, written_by, depth, out);
}

Decoder::Decoder(const FieldTable& fields) : impl_(std::make_unique<Impl>(fields)) {}
Decoder::~Decoder() = default;

Decoded Decoder::decode(std::string_view line, const LineContext& context, EventBatch& out) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string_view text = line;
  if (text.empty()) return Decoded::Empty;
  if (text.front() == '\0') {  // a hole that a crash left in the file, before the next line
    const std::size_t end = text.find_first_not_of('\0');
    if (end == std::string_view::npos) return Decoded::Hole;
    text.remove_prefix(end);
  }
  take_prefix(text, "\xEF\xBB\xBF");
  if (text.empty() || is_blank(text.front())) {
    text = trim(text);
    if (text.empty()) return Decoded::Empty;
  }
  Event& event = out.begin(line);
  event.offset = context.offset;
  event.chunk = context.chunk;
  const std::size_t mark = out.mark();
  const bool known = impl_->decode_line(text, context.written_by, 0, out);
  if (!known) {
    out.rollback(mark);
    event.time = Time{};
  }
  out.end();
  return known ? Decoded::Event : Decoded::Unknown;
}

}  // namespace vedette::decode
