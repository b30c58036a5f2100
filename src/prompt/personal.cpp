#include "prompt/personal.h"

#include "base/ip.h"
#include "base/text.h"
#include "prompt/leak_bytes.h"
#include "prompt/national_ids.h"
#include "prompt/numbers.h"
#include "prompt/personal_numbers.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

using Found = std::optional<LeakHit>;

constexpr std::size_t kWordMax = 64;

/// What looks like a top-level domain in code and prose, and is the end of a file's name.
constexpr std::array<std::string_view, 20> kFileEnds = {
    "png", "jpg", "jpeg", "gif", "svg",  "webp", "js",  "ts", "css", "html",
    "htm", "php", "json", "xml", "yaml", "yml",  "txt", "md", "log", "csv"};
/// Of RFC 2606: nobody's.
constexpr std::array<std::string_view, 6> kExampleDomains = {
    "example.com", "example.org", "example.net", ".example", ".invalid", ".test"};

/// `user:password@host`, which secrets.h reads.
bool is_in_url(std::string_view text, std::size_t begin) {
  if (begin == 0 || (text[begin - 1] != ':' && text[begin - 1] != '/')) return false;
  const std::string_view before = text.substr(0, begin);
  const std::size_t slashes =
      before.substr(before.size() - std::min(before.size(), kWordMax)).rfind("//");
  return slashes != std::string_view::npos;
}

Found match_email(std::string_view text, std::size_t at) {
  std::size_t begin = run_begin(text, at, kUrlSafe | kDot | kPlusSlash | kLocalPart, kWordMax);
  while (begin < at && !in(text[begin], kAlnum)) ++begin;
  if (begin == at || text[at - 1] == '.') return {};
  const std::size_t slash = text.substr(begin, at - begin).rfind('/');
  if (slash != std::string_view::npos) begin += slash + 1;
  if (begin == at || is_in_url(text, begin)) return {};
  std::size_t end = run_end(text, at + 1, kAlnum | kHyphen | kDot, 253);
  while (end > at + 1 && !in(text[end - 1], kAlnum)) --end;
  const std::string_view domain = text.substr(at + 1, end - at - 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || domain[0] == '-' ||
      domain.find("..") != std::string_view::npos) {
    return {};
  }
  const std::string_view top = domain.substr(dot + 1);
  if (top.size() < 2 || top.size() > 24 || run_end(top, 0, kLetter) < top.size()) return {};
  const auto is_top = [&](std::string_view file_end) { return equals_ignore_case(top, file_end); };
  if (std::any_of(kFileEnds.begin(), kFileEnds.end(), is_top)) return {};
  const std::string_view local = text.substr(begin, at - begin);
  if (local == "git") return {};  // git@host:path
  const bool example = std::any_of(kExampleDomains.begin(), kExampleDomains.end(),
                                   [&](auto name) { return domain.ends_with(name); });
  const bool role = local == "noreply" || local == "no-reply";
  return make_hit(LeakKind::Email, begin, end, example || role ? 0.4F : 1);
}

constexpr auto kFirst = [](const IpAddress& ip) { return ip.v4() >> 24; };

bool is_private(const IpAddress& ip) {
  if (!ip.is_v4()) return (ip.bytes[0] & 0xFE) == 0xFC || ip.bytes[0] == 0xFE;
  const std::uint32_t v4 = ip.v4();
  return kFirst(ip) == 10 || v4 >> 20 == 0xAC1 || v4 >> 16 == 0xC0A8 || v4 >> 16 == 0xA9FE ||
         v4 >> 22 == 0x191;
}

/// Nobody's: loopback, this network, multicast, and what follows.
bool is_no_host(const IpAddress& ip) {
  if (ip.is_loopback()) return true;
  return ip.is_v4() ? kFirst(ip) == 0 || kFirst(ip) == 127 || kFirst(ip) >= 224
                    : ip == IpAddress{} || ip.bytes[0] == 0xFF;
}

Found hit_of(const IpAddress& ip, std::size_t begin, std::size_t end, float part = 1) {
  if (is_no_host(ip)) return {};
  return make_hit(is_private(ip) ? LeakKind::PrivateIp : LeakKind::IpAddress, begin, end, part);
}

Found match_ipv4(std::string_view text, const Number& number, Cues cues) {
  if (number.groups < 4 || number.marks[0] != '.' || number.marks[1] != '.' ||
      number.marks[2] != '.' || number.marks[3] == '.' || number.begin + 3 > number.ends[3]) {
    return {};
  }
  const std::string_view address = text.substr(number.begin, number.ends[3] - number.begin);
  if ((cues & kVersionCue) != 0 || in(text, number.ends[3], kWord)) return {};
  for (std::size_t i = 0, at = 0; i < 4; at += number.sizes[i++]) {
    if (number.sizes[i] > 1 && number.digits[at] == '0') return {};
  }
  const auto ip = parse_ip(address);
  if (!ip) return {};
  const bool outline = number.cut(4).count == 4;  // 1.2.3.4 may number a section
  return hit_of(*ip, number.begin, number.ends[3], outline ? 0.5F : 1);
}

/// Six pairs of hexadecimal digits with `mark` between them, from `begin`.
Found match_mac(std::string_view text, std::size_t begin, char mark) {
  constexpr std::size_t kSize = 17;
  if (begin + kSize > text.size()) return {};
  bool zeros = true;
  for (std::size_t i = 0; i < kSize; ++i) {
    const char c = text[begin + i];
    if (i % 3 == 2 ? c != mark : !in(c, kHex)) return {};
    zeros = zeros && (i % 3 == 2 || c == text[begin]);
  }
  const auto touches = [&](std::size_t i) {
    return in(text, i, kWord) || (i < text.size() && text[i] == mark);
  };
  if (zeros || touches(begin + kSize) || (begin > 0 && touches(begin - 1))) return {};
  return make_hit(LeakKind::MacAddress, begin, begin + kSize);
}

/// With hyphens, a pair of digits may be any of the six.
Found match_mac_around(std::string_view text, std::size_t begin) {
  for (int pairs = 0; pairs < 6; ++pairs) {
    if (auto found = match_mac(text, begin, '-')) return found;
    if (begin < 3 || text[begin - 1] != '-') break;
    begin -= 3;
  }
  return {};
}

class PersonalScan {
 public:
  PersonalScan(std::string_view text, LeakHits& hits) : text_(text), hits_(hits), cues_(text) {}

  void run() {
    for (std::size_t at = find_digit_or_mark(text_, 0); at < text_.size();
         at = find_digit_or_mark(text_, at)) {
      const char c = text_[at];
      at = is_digit(c) ? scan_digit(at)
           : c == '@'  ? keep(match_email(text_, at), at + 1)
           : c == ':'  ? scan_colon(at)
                       : at + 1;
    }
  }

 private:
  /// Where to go on: behind what was found, else at `otherwise`.
  std::size_t keep(const Found& found, std::size_t otherwise) {
    if (!found) return otherwise;
    hits_.push_back(*found);
    return std::max<std::size_t>(found->span.end, otherwise);
  }

  std::size_t scan_digit(std::size_t at) {
    const std::size_t begin = run_begin(text_, at, kWord, kWordMax);
    const std::size_t digits_end = run_end(text_, at, kDigit);
    if (begin == at && !in(text_, digits_end, kWord)) return scan_number(at, digits_end);
    if (const Found mac = match_mac_around(text_, begin)) return keep(mac, at);
    const std::size_t end = run_end(text_, digits_end, kWord);
    const std::size_t size = end - begin;
    if (size > kWordMax) return end;
    return keep(match_word(text_, begin, end, size >= 6 ? cues_.before(begin) : 0), end);
  }

  /// Digits that no letter touches.
  std::size_t scan_number(std::size_t at, std::size_t digits_end) {
    if (const Found mac = match_mac_around(text_, at)) return keep(mac, at);
    const auto street = [&] { return keep(match_street(text_, at, digits_end), digits_end); };
    const bool alone = !in(text_, digits_end + 1, kDigit) && !in(text_, digits_end + 2, kDigit);
    if (alone && digits_end - at < 5) return continues(at) ? digits_end : street();  // most are so
    const Number whole = read_number(text_, at);
    if (whole.groups == 0 || continues(whole.begin)) return digits_end;
    if (is_list(whole)) return whole.ends[whole.groups - 2u];
    const bool long_enough = whole.count >= 5 || (whole.groups >= 4 && whole.marks[0] == '.');
    const Cues cues = long_enough ? cues_.before(whole.begin) : 0;
    if (const Found ip = match_ipv4(text_, whole, cues)) return keep(ip, digits_end);
    for (std::uint8_t n = long_enough ? whole.groups : 0; n > 0; --n) {
      const bool all = n == whole.groups;
      if (!all && whole.marks[n - 1u] != ' ') continue;
      if (all && !ends(whole)) continue;
      if (const Found found = match_number(text_, all ? whole : whole.cut(n), cues)) {
        return keep(found, digits_end);
      }
    }
    if (whole.is({6, 3}, '-') && whole.end < text_.size() && !in(text_, whole.end + 1, kWord) &&
        is_hetu(whole, text_[whole.end])) {
      return keep(make_hit(LeakKind::FiHetu, whole.begin, whole.end + 1), digits_end);
    }
    return street();
  }

  /// As many groups as a number can have, all small: they are numbers of their own.
  static bool is_list(const Number& number) {
    return number.groups == number.sizes.size() && !number.plus &&
           std::all_of(number.marks.begin(), number.marks.end() - 1, is_blank) &&
           std::all_of(number.sizes.begin(), number.sizes.end(),
                       [](int size) { return size <= 3; });
  }

  /// Is what begins here the middle of a longer number, or a sum of money?
  bool continues(std::size_t begin) const {
    if (begin == 0) return false;
    const char before = text_[begin - 1];
    if (before == '$' || in(before, kWord)) return true;
    const bool mark =
        before == '.' || before == ',' || before == '-' || before == '/' || before == ':';
    return mark && begin > 1 && is_digit(text_[begin - 2]);
  }

  bool ends(const Number& number) const {
    if (number.end >= text_.size()) return true;
    const char next = text_[number.end];
    if (next == 'x') return in(text_, number.end + 1, kDigit);  // a phone's extension
    if (next == '%' || in(next, kWord)) return false;
    const bool mark = next == '.' || next == ',' || next == ':' || next == '-' || next == '/';
    return !mark || !in(text_, number.end + 1, kDigit);
  }

  /// MAC and IPv6 addresses.
  std::size_t scan_colon(std::size_t at) {
    if (at >= 2) {
      if (const Found mac = match_mac(text_, at - 2, ':')) return keep(mac, at + 1);
    }
    constexpr std::size_t kIpMax = 45;
    const std::size_t begin = run_begin(text_, at, kHex, 4);
    std::size_t end = at;
    while (end < text_.size() && end - begin < kIpMax &&
           (text_[end] == ':' || in(text_[end], kHex))) {
      ++end;
    }
    const std::string_view word = text_.substr(begin, end - begin);
    const bool parted = begin == 0 || (!in(text_[begin - 1], kWord) && text_[begin - 1] != ':');
    if (word.size() < 6 || !parted || in(text_, end, kWord) ||
        std::count(word.begin(), word.end(), ':') < 2 ||
        std::none_of(word.begin(), word.end(), is_digit)) {
      return std::max(end, at + 1);
    }
    const auto ip = parse_ip(
        word.ends_with(':') && !word.ends_with("::") ? word.substr(0, word.size() - 1) : word);
    if (!ip) return std::max(end, at + 1);
    return keep(hit_of(*ip, begin, end), std::max(end, at + 1));
  }

  const std::string_view text_;
  LeakHits& hits_;
  CueReader cues_;
};

/// "my name is Ada Lovelace": the one place where capitals are enough.
void scan_names(std::string_view text, LeakHits& hits) {
  constexpr std::string_view kName = " name", kIs = " is ";
  for (std::size_t at = find_phrase(text, 0, kName); at < text.size();
       at = find_phrase(text, at, kName)) {
    const std::size_t owner = run_begin(text, at, kLetter, 8);
    const std::string_view who = text.substr(owner, at - owner);
    at += kName.size();
    if (!text.substr(at).starts_with(kIs)) continue;
    at += kIs.size();
    const bool person = equals_ignore_case(who, "my") || equals_ignore_case(who, "his") ||
                        equals_ignore_case(who, "her");
    const std::size_t begin = at;
    std::size_t end = begin;
    for (int words = 0; person && words < 3; ++words) {
      const std::size_t next = words == 0 ? end : end + 1;
      if (words > 0 && (end >= text.size() || text[end] != ' ')) break;
      if (!in(text, next, kUp | kHigh)) break;
      const std::size_t word_end = run_end(text, next, kLetter | kHigh, kWordMax);
      if (word_end - next == kWordMax) break;  // no name; and the cut might be inside a character
      end = word_end;
    }
    if (end > begin + 1) hits.push_back(make_hit(LeakKind::PersonName, begin, end));
    at = std::max(at, end);
  }
}

}  // namespace

void scan_personal(std::string_view text, LeakHits& hits) {
  const std::size_t first = hits.size();
  PersonalScan(text, hits).run();
  scan_names(text, hits);
  settle(hits, first);
}

}  // namespace vedette::prompt
