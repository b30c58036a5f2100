#include "decode/syslog.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace vedette::decode {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// Up to `digits_max` digits; false when there is none.
bool take_number(std::string_view& text, std::size_t digits_max, unsigned& value) {
  std::size_t count = 0;
  value = 0;
  while (count < digits_max && count < text.size() && is_digit(text[count])) {
    value = value * 10 + static_cast<unsigned>(text[count] - '0');
    ++count;
  }
  text.remove_prefix(count);
  return count > 0;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

constexpr unsigned pack(char a, char b, char c) {
  return static_cast<unsigned>(static_cast<unsigned char>(a)) << 16 |
         static_cast<unsigned>(static_cast<unsigned char>(b)) << 8 |
         static_cast<unsigned>(static_cast<unsigned char>(c));
}

/// 1 to 12, or 0.
unsigned month_of(std::string_view text) {
  if (text.size() < 4) return 0;
  switch (pack(text[0], text[1], text[2])) {
    case pack('J', 'a', 'n'):
      return 1;
    case pack('F', 'e', 'b'):
      return 2;
    case pack('M', 'a', 'r'):
      return 3;
    case pack('A', 'p', 'r'):
      return 4;
    case pack('M', 'a', 'y'):
      return 5;
    case pack('J', 'u', 'n'):
      return 6;
    case pack('J', 'u', 'l'):
      return 7;
    case pack('A', 'u', 'g'):
      return 8;
    case pack('S', 'e', 'p'):
      return 9;
    case pack('O', 'c', 't'):
      return 10;
    case pack('N', 'o', 'v'):
      return 11;
    case pack('D', 'e', 'c'):
      return 12;
    default:
      return 0;
  }
}

bool is_weekday(std::string_view text) {
  if (text.size() < 4 || (text[3] != ' ' && text[3] != ',')) return false;
  switch (pack(text[0], text[1], text[2])) {
    case pack('M', 'o', 'n'):
    case pack('T', 'u', 'e'):
    case pack('W', 'e', 'd'):
    case pack('T', 'h', 'u'):
    case pack('F', 'r', 'i'):
    case pack('S', 'a', 't'):
    case pack('S', 'u', 'n'):
      return true;
    default:
      return false;
  }
}

/// `HH:MM:SS`, the hour perhaps of one digit, and a fraction. Second 60 counts as 59.
bool take_clock(std::string_view& text, Duration& time_of_day) {
  unsigned hour = 0, minute = 0, second = 0;
  if (!take_number(text, 2, hour) || !take_char(text, ':') || !take_number(text, 2, minute) ||
      !take_char(text, ':') || !take_number(text, 2, second)) {
    return false;
  }
  if (hour > 23 || minute > 59 || second > 60) return false;
  std::int64_t nanosecond = 0;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1])) {
    std::int64_t scale = 100'000'000;
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text[0])) {
      nanosecond += scale * (text[0] - '0');
      scale /= 10;  // digits past the ninth weigh nothing
      text.remove_prefix(1);
    }
  }
  time_of_day =
      hours{hour} + minutes{minute} + seconds{second > 59 ? 59 : second} + Duration{nanosecond};
  return true;
}

/// `Z`, ` UTC`, ` GMT`, `+01:00`, ` -0700`, `+01`. False when no zone stands there.
bool take_zone(std::string_view& text, Duration& east) {
  std::string_view rest = text;
  if (take_char(rest, 'Z') || take_char(rest, 'z')) {
    east = Duration{0};
    text = rest;
    return true;
  }
  take_char(rest, ' ');
  if (rest.starts_with("UTC ") || rest.starts_with("GMT ")) {
    east = Duration{0};
    text = rest.substr(3);
    return true;
  }
  if (rest.size() < 3 || (rest[0] != '+' && rest[0] != '-')) return false;
  const bool west = rest[0] == '-';
  rest.remove_prefix(1);
  unsigned hour = 0, minute = 0;
  const std::size_t before = rest.size();
  if (!take_number(rest, 2, hour) || before - rest.size() != 2 || hour > 23) return false;
  const std::string_view after_hour = rest;
  take_char(rest, ':');
  if (!take_number(rest, 2, minute) || minute > 59) {
    rest = after_hour;
    minute = 0;
  }
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ':') return false;
  east = hours{hour} + minutes{minute};
  if (west) east = -east;
  text = rest;
  return true;
}

/// `<34>`: 0 to 191, or -1 when there is none.
int take_priority(std::string_view& text) {
  const std::size_t close = text.substr(0, 5).find('>');
  if (text.empty() || text[0] != '<' || close == std::string_view::npos) return -1;
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
  std::string_view rest = text;
  std::string_view name, pid;
  bool certain = false;
  if (end == rest.size() || is_blank(rest[end])) return false;
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

/// Host, tag and message.
void read_rest(std::string_view text, SyslogHeader& header) {
  skip_blanks(text);
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
  while (end < text.size() && !is_blank(text[end])) ++end;
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

/// The local time that a date without a year means: in the latest year in which it is not after
/// limit_.
Time SyslogHeaderReader::in_latest_year(unsigned month, unsigned day, Duration time_of_day) {
  using namespace std::chrono;
  if (month == month_ && day == day_ && remembered_limit_ == limit_) {
    return midnight_ + time_of_day;
  }
  const int latest = static_cast<int>(year_month_day{floor<days>(limit_ + days{1})}.year());
  for (int back = 0; back <= 8; ++back) {  // 29 February comes at least every eighth year
    const year_month_day date{year{latest - back}, std::chrono::month{month},
                              std::chrono::day{day}};
    if (!date.ok()) continue;
    const Time midnight{sys_days{date}};
    const Time time = zone_.to_utc(midnight + time_of_day);
    if (time > limit_) continue;
    // The year holds for every time of that day, unless the limit falls near it.
    if (limit_ - time > days{2} && limit_ - time < days{363}) {
      month_ = month;
      day_ = day;
      midnight_ = midnight;
      remembered_limit_ = limit_;
    }
    return midnight + time_of_day;
  }
  return Time{};
}

bool SyslogHeaderReader::take_bsd_time(std::string_view& text, Time& time) {
  std::string_view rest = text;
  if (is_weekday(rest)) {
    rest.remove_prefix(4);
    skip_blanks(rest);
  }
  unsigned year = 0, day = 0;
  if (rest.size() > 5 && is_digit(rest[0])) {  // 2024 Jun  7 03:04:05
    if (!take_number(rest, 4, year) || !take_char(rest, ' ')) return false;
    skip_blanks(rest);
  }
  const unsigned month = month_of(rest);
  if (month == 0 || rest[3] != ' ') return false;
  rest.remove_prefix(3);
  skip_blanks(rest);
  if (!take_number(rest, 2, day) || day < 1 || day > 31 || rest.empty() || rest[0] != ' ') {
    return false;
  }
  skip_blanks(rest);
  if (rest.size() > 5 && rest[4] == ' ' && is_digit(rest[2])) {  // Jun  7 2024 03:04:05
    if (!take_number(rest, 4, year)) return false;
    skip_blanks(rest);
  }
  Duration time_of_day{}, east{};
  if (!take_clock(rest, time_of_day)) return false;
  const bool zoned = take_zone(rest, east);
  take_char(rest, ':');
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ']') return false;
  if (year == 0 && rest.size() > 5 && rest[5] == ' ' &&
      (rest.starts_with(" 20") || rest.starts_with(" 19")) && is_number(rest.substr(1, 4))) {
    year = parse_int<unsigned>(rest.substr(1, 4)).value_or(0);  // Jun  7 03:04:05 2024
    rest.remove_prefix(5);
  }
  Time local = Time{};
  if (year == 0) {
    local = in_latest_year(month, day, time_of_day);
    if (local == Time{}) return false;
  } else {
    const Civil civil{.year = static_cast<int>(year), .month = month, .day = day};
    if (!is_valid(civil)) return false;
    local = from_civil_utc(civil) + time_of_day;
  }
  time = zoned ? local - east : zone_.to_utc(local);
  text = rest;
  return true;
}

bool SyslogHeaderReader::take_iso_time(std::string_view& text, Time& time) {
  std::string_view rest = text;
  Civil civil;
  unsigned year = 0;
  const bool date = take_number(rest, 4, year) && take_char(rest, '-') &&
                    take_number(rest, 2, civil.month) && take_char(rest, '-') &&
                    take_number(rest, 2, civil.day) &&
                    (take_char(rest, 'T') || take_char(rest, 't') || take_char(rest, ' '));
  if (!date) return false;
  civil.year = static_cast<int>(year);
  Duration time_of_day{}, east{};
  if (!take_clock(rest, time_of_day) || !is_valid(civil)) return false;
  const bool zoned = take_zone(rest, east);
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ':' && rest[0] != ']') return false;
  take_char(rest, ':');
  const Time local = from_civil_utc(civil) + time_of_day;
  time = zoned ? local - east : zone_.to_utc(local);
  text = rest;
  return true;
}

bool SyslogHeaderReader::take_time(std::string_view& text, Time& time) {
  if (text.size() < 12) return false;
  if (!is_digit(text[0])) return take_bsd_time(text, time);
  return text[4] == ' ' ? take_bsd_time(text, time) : take_iso_time(text, time);
}

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
  limit_ = written_by + days{1};
  std::string_view text = line;
  header.priority = take_priority(text);
  if (text.size() > 6 && text[0] == '1' && text[1] == ' ' && read_rfc5424(text, header)) {
    return true;
  }
  if (take_time(text, header.time)) {
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
  limit_ = written_by + days{1};
  std::string_view text = line;
  if (!take_char(text, '[') || !take_time(text, header.time) || !take_char(text, ']')) return false;
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

}  // namespace vedette::decode
