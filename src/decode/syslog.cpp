#include "decode/syslog.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace vedette::decode {
namespace {

/// `<34>`: 0 to 191, or -1 when there is none.
int take_priority(std::string_view& text) {
  if (!text.starts_with('<')) return -1;
  const std::size_t close = text.substr(0, 5).find('>');
  if (close == std::string_view::npos) return -1;
  const auto value = parse_int<int>(text.substr(1, close - 1));
  if (!value || *value < 0 || *value > 191) return -1;
  text.remove_prefix(close + 1);
  return *value;
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_number(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

/// `[123]`, or whatever stands in brackets at the front.
bool take_bracketed(std::string_view& text, std::string_view& inside) {
  constexpr std::size_t kInsideMax = 64;
  if (text.empty() || text[0] != '[') return false;
  const std::size_t limit = std::min(text.size(), kInsideMax);
  std::size_t close = 1;
  while (close < limit && text[close] != ']') ++close;
  if (close == limit) return false;
  inside = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
  return true;
}

/// Where a word ends that may be the name of a program: at a blank or what may follow such a name.
std::size_t end_of_name(std::string_view text) {
  constexpr std::size_t kNameMax = 255;
  static constexpr auto kEnds = [] {
    std::array<bool, 256> ends{};
    for (const char c : {'[', ':', '(', ' ', '\t'}) ends[static_cast<unsigned char>(c)] = true;
    return ends;
  }();
  const std::size_t limit = std::min(text.size(), kNameMax);
  std::size_t end = 0;
  while (end < limit && !kEnds[static_cast<unsigned char>(text[end])]) ++end;
  return end;
}

/// Who wrote it: `sshd[123]:`, `sshd(pam_unix)[123]:`, `su:`, `[sshd]:`, `[sshd]`, `[sshd][123]`,
/// `/usr/sbin/cron[1]:`. With a pid the colon may be missing. `end` is end_of_name(text). False:
/// the text begins with no tag.
bool take_tag(std::string_view& text, std::size_t end, SyslogHeader& header) {
  if (end == text.size() || is_blank(text[end])) return false;
  std::string_view rest = text;
  std::string_view name, pid;
  bool certain = false;
  if (end == 0) {
    // Not `[ 970.699396]`: the kernel's clock, whose tag some systems leave out.
    if (!take_bracketed(rest, name) || name.empty() || is_digit(name[0]) ||
        name.find(' ') != std::string_view::npos) {
      return false;
    }
    certain = true;
  } else {
    name = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (!rest.empty() && rest[0] == '(') {
    const std::size_t close = rest.substr(0, 64).find(')');
    if (close == std::string_view::npos) return false;
    rest.remove_prefix(close + 1);
    certain = certain || (rest.size() > 1 && (rest[0] == '[' || is_blank(rest[0])));
  }
  if (take_bracketed(rest, pid)) certain = true;
  const bool colon = take_char(rest, ':');
  if (!rest.empty() && !is_blank(rest[0]) && !(colon && certain)) return false;
  if (!colon && !certain) return false;
  header.program = base_name(name);
  header.pid = is_number(pid) ? pid : std::string_view{};
  skip_blanks(rest);
  text = rest;
  return true;
}

bool take_tag(std::string_view& text, SyslogHeader& header) {
  return take_tag(text, end_of_name(text), header);
}

/// Things that some systems put between the tag and the message.
void skip_marks(std::string_view& text) {
  if (text.starts_with("[ID ")) {  // Solaris: [ID 800047 auth.info]
    const std::size_t close = text.substr(0, 64).find(']');
    if (close != std::string_view::npos) {
      text.remove_prefix(close + 1);
      skip_blanks(text);
    }
  }
}

/// `host sshd[123]: text`, as nearly every line has it, in one go. False: see read_rest().
bool read_usual_rest(std::string_view text, SyslogHeader& header) {
  constexpr std::size_t kDigitsMax = 20;
  const std::size_t host_size = end_of_name(text);
  if (host_size == 0 || host_size == text.size() || text[host_size] != ' ' || text[0] == '<') {
    return false;
  }
  std::string_view rest = text.substr(host_size + 1);
  const std::size_t name_size = end_of_name(rest);
  const std::string_view name = rest.substr(0, name_size);
  rest.remove_prefix(name_size);
  if (name.empty() || !rest.starts_with('[')) return false;
  std::size_t digits = 0;
  while (digits < kDigitsMax && digits + 1 < rest.size() && is_digit(rest[digits + 1])) ++digits;
  const std::string_view pid = rest.substr(1, digits);
  rest.remove_prefix(1 + digits);
  if (pid.empty() || !take_prefix(rest, "]: ")) return false;
  skip_blanks(rest);
  if (rest.starts_with('[')) return false;  // a mark, perhaps
  header.host = text.substr(0, host_size);
  header.program = base_name(name);
  header.pid = pid;
  header.text = rest;
  return true;
}

/// Host, tag and message.
void read_rest(std::string_view text, SyslogHeader& header) {
  skip_blanks(text);
  if (read_usual_rest(text, header)) return;
  if (text.starts_with('<')) {  // syslogd -vv of the BSDs: <auth.info>
    const std::size_t close = text.substr(0, 32).find('>');
    if (close != std::string_view::npos) text.remove_prefix(close + 1);
    skip_blanks(text);
  }
  std::size_t end = end_of_name(text);
  if (take_tag(text, end, header)) {
    skip_marks(text);
    header.text = text;
    return;
  }
  if (text.starts_with('[')) {  // something in brackets that is no tag: neither host nor program
    header.text = text;
    return;
  }
  const std::string_view name = text.substr(0, end);
  while (end < text.size() && !is_blank(text[end])) ++end;
  if (name.size() < end && text[name.size()] == '(' && text[end - 1] == ':') {
    header.program = base_name(name);  // `auth(bob,192.0.2.7)<a/b>: text`, as Dovecot's own file
    header.text = text;
    return;
  }
  header.host = text.substr(0, end);
  text.remove_prefix(end);
  skip_blanks(text);
  std::string_view number;
  std::string_view rest = text;
  if (take_bracketed(rest, number) && is_number(number) && rest.starts_with(':')) {
    header.program = base_name(header.host);  // `name [123]: text`, as Python's logging writes
    header.host = {};
    header.pid = number;
    rest.remove_prefix(1);
    skip_blanks(rest);
    text = rest;
  } else {
    take_tag(text, header);
  }
  skip_marks(text);
  header.text = text;
}

}  // namespace

bool SyslogHeaderReader::read_rfc5424(std::string_view text, SyslogHeader& header) {
  if (!text.starts_with("1 ")) return false;
  text.remove_prefix(2);
  const std::string_view stamp = take_until(text, ' ');
  if (stamp != "-") {
    const auto time = parse_rfc3339(stamp);
    if (!time) return false;
    header.time = *time;
  }
  header.host = take_until(text, ' ');
  header.program = base_name(take_until(text, ' '));
  header.pid = take_until(text, ' ');
  take_until(text, ' ');  // MSGID
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  } else {
    while (!text.empty() && text[0] == '[') {  // structured data: [id name="value"…]
      std::size_t at = 1;
      for (bool quoted = false; at < text.size() && (quoted || text[at] != ']'); ++at) {
        if (quoted && text[at] == '\\') {
          ++at;
        } else if (text[at] == '"') {
          quoted = !quoted;
        }
      }
      text.remove_prefix(at < text.size() ? at + 1 : text.size());
    }
  }
  skip_blanks(text);
  take_prefix(text, "\xEF\xBB\xBF");  // the mark that says UTF-8
  if (header.host == "-") header.host = {};
  if (header.program == "-") header.program = {};
  if (!is_number(header.pid)) header.pid = {};
  header.text = text;
  return true;
}

bool SyslogHeaderReader::read(std::string_view line, Time written_by, SyslogHeader& header) {
  header = SyslogHeader{};
  std::string_view text = line;
  header.priority = take_priority(text);
  if (text.size() > 6 && text[0] == '1' && text[1] == ' ' && read_rfc5424(text, header)) {
    return true;
  }
  if (times_.take(text, written_by, header.time)) {
    read_rest(text, header);
    return true;
  }
  if (header.priority < 0) return false;
  if (!take_tag(text, header)) skip_blanks(text);
  skip_marks(text);
  header.text = text;
  return true;
}

bool SyslogHeaderReader::read_tag_only(std::string_view line, SyslogHeader& header) const {
  header = SyslogHeader{};
  std::string_view text = line;
  if (!take_tag(text, header)) {
    const std::string_view host = take_until(text, ' ');
    // Without a time in front, only a pid tells a tag from any other word with a colon.
    if (host.empty() || !take_tag(text, header) || header.pid.empty()) return false;
    header.host = host;
  }
  skip_marks(text);
  header.text = text;
  return true;
}

bool SyslogHeaderReader::read_bracketed(std::string_view line, Time written_by,
                                        SyslogHeader& header) {
  header = SyslogHeader{};
  std::string_view text = line;
  if (!take_char(text, '[') || !times_.take(text, written_by, header.time) || !take_char(text, ']'))
    return false;
  read_rest(text, header);
  return true;
}

bool SyslogHeaderReader::read_container(std::string_view line, SyslogHeader& header) {
  const std::size_t blank = line.substr(0, 40).find(' ');
  if (blank == std::string_view::npos) return false;
  std::string_view text = line.substr(blank + 1);
  if (!take_prefix(text, "stdout ") && !take_prefix(text, "stderr ")) return false;
  if (!take_prefix(text, "F ") && !take_prefix(text, "P ")) return false;
  const auto time = parse_rfc3339(line.substr(0, blank));
  if (!time) return false;
  header = SyslogHeader{};
  header.time = *time;
  header.text = text;
  return true;
}

bool SyslogHeaderReader::read_tai64n(std::string_view line, SyslogHeader& header) const {
  constexpr std::uint64_t kEpoch = (std::uint64_t{1} << 62) + 10;  // 1970, as daemontools counts
  constexpr std::uint64_t kSecondsMax = 8'000'000'000;
  if (line.size() < 26 || line[0] != '@' || line[25] != ' ') return false;
  std::uint64_t seconds = 0, nanoseconds = 0;
  for (std::size_t i = 1; i < 25; ++i) {
    const int digit = hex_digit(line[i]);
    if (digit < 0) return false;
    std::uint64_t& sum = i <= 16 ? seconds : nanoseconds;
    sum = sum * 16 + static_cast<std::uint64_t>(digit);
  }
  if (seconds < kEpoch || seconds - kEpoch > kSecondsMax || nanoseconds >= 1'000'000'000) {
    return false;
  }
  if (!read_tag_only(line.substr(26), header)) return false;
  header.time = Time{std::chrono::seconds{static_cast<std::int64_t>(seconds - kEpoch)} +
                     std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)}};
  return true;
}

}  // namespace vedette::decode
