#include "prompt/links.h"

#include "base/ip.h"
#include "base/text.h"
#include "prompt/leak_bytes.h"
#include "prompt/randomness.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

constexpr std::size_t kUrlMax = 4096, kHostMax = 256, kLabelMax = 200;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t kSize>
bool one_of(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Much used for abuse and little else (the lists of Spamhaus and Interisle name them every year).
constexpr std::array<std::string_view, 24> kAbusedTops = {
    "tk",    "ml",  "ga",   "cf",   "gq",   "top",     "xyz",     "click",
    "zip",   "mov", "icu",  "cyou", "cfd",  "sbs",     "rest",    "buzz",
    "quest", "gdn", "work", "loan", "bond", "monster", "country", "stream"};
constexpr std::array<std::string_view, 16> kShorteners = {
    "bit.ly",  "tinyurl.com", "t.co", "goo.gl",  "is.gd",  "ow.ly", "buff.ly",     "rebrand.ly",
    "cutt.ly", "rb.gy",       "t.ly", "tiny.cc", "bit.do", "v.gd",  "shorturl.at", "s.id"};
constexpr std::array<std::string_view, 14> kUsualPorts = {"80",   "443",  "3000", "4200", "5000",
                                                          "5173", "8000", "8001", "8080", "8081",
                                                          "8443", "8888", "9000", "9200"};
/// Of what one talks about with a model. In a URL's slot they say what is to be carried away.
constexpr std::array<std::string_view, 13> kTalk = {
    "secret", "password", "history", "conversation", "prompt",    "context", "messages",
    "chat",   "summary",  "private", "personal",     "user_data", "email"};
/// Parameters of signed URLs, which are long and random by right.
constexpr std::array<std::string_view, 10> kSignatures = {"sig",
                                                          "sign",
                                                          "signature",
                                                          "token",
                                                          "policy",
                                                          "expires",
                                                          "x-amz-signature",
                                                          "x-amz-security-token",
                                                          "x-amz-credential",
                                                          "x-goog-signature"};

struct Url {
  std::size_t begin = 0, end = 0;
  std::string_view userinfo, host, port, rest;  ///< rest: path, query and fragment
};

/// The URL with the colon of its scheme at `at`, if the scheme is of the web.
std::optional<Url> read_url(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 5> kSchemes = {"http", "https", "ftp", "ws", "wss"};
  Url url;
  url.begin = run_begin(text, at, kLetter, 8);
  char scheme[8];
  std::transform(text.begin() + static_cast<std::ptrdiff_t>(url.begin),
                 text.begin() + static_cast<std::ptrdiff_t>(at), scheme, lower);
  if (!one_of(kSchemes, {scheme, at - url.begin})) return {};
  std::size_t end = at + 3;
  while (end < text.size() && end - at < kUrlMax && !in(text[end], kEndsUrl)) ++end;
  url.end = end;
  std::string_view authority = text.substr(at + 3, end - at - 3);
  const std::size_t path = std::min(authority.find_first_of("/?#"), authority.size());
  url.rest = authority.substr(path);
  authority = authority.substr(0, path);
  const std::size_t sign = authority.rfind('@');
  if (sign != std::string_view::npos) {
    url.userinfo = authority.substr(0, sign);
    authority.remove_prefix(sign + 1);
  }
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  url.host = authority.substr(0, kHostMax);
  return url.host.empty() ? std::nullopt : std::optional(url);
}

/// Letters of the alphabets that look like ours, beside ours, in one label.
bool mixes_scripts(std::string_view host) {
  bool latin = false, like_latin = false;
  for (const char c : host) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '.') latin = like_latin = false;
    latin = latin || in(c, kLetter);
    like_latin = like_latin || (byte >= 0xCE && byte <= 0xD5);  // Greek, Cyrillic, Armenian
    if (latin && like_latin) return true;
  }
  return false;
}

/// 3232235777, 0xC0A80101, 0300.0250.1.1, %65xample.com, a host with invisible letters or
/// full-width dots in it.
bool is_hidden(std::string_view host) {
  if (contains(host, "%") || contains(host, "\xE3\x80\x82") || contains(host, "\xEF\xBC") ||
      contains(host, "\xEF\xBD") || contains(host, "\xE2\x80") || contains(host, "\xC2\xAD")) {
    return host.find('{') == std::string_view::npos;
  }
  if (host.starts_with("0x") || host.starts_with("0X")) {
    return run_end(host, 2, kHex | kDot) == host.size();
  }
  if (run_end(host, 0, kDigit | kDot) != host.size()) return false;
  const bool one_number = host.size() >= 8 && !contains(host, ".");
  return one_number || (host[0] == '0' && host.size() > 1 && is_digit(host[1]));
}

bool looks_like_host(std::string_view name) {
  name = name.substr(0, name.find(':'));
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && dot > 0 && name.size() - dot > 2 &&
         run_end(name, dot + 1, kLetter) == name.size();
}

enum class Place : std::uint8_t { Plain, Link, Image };

/// How the URL stands in the text: Markdown and HTML.
Place place_of(std::string_view text, std::size_t begin) {
  const std::string_view before = text.substr(0, begin);
  if (before.ends_with("](") || before.ends_with("](<")) {
    const std::string_view label =
        before.substr(before.size() - std::min(before.size(), kLabelMax));
    const std::size_t open = label.rfind('[', label.rfind(']'));
    const bool image = open != std::string_view::npos && open > 0 && label[open - 1] == '!';
    return image ? Place::Image : Place::Link;
  }
  if (before.ends_with("src=\"") || before.ends_with("src='") || before.ends_with("src=") ||
      before.ends_with("url(")) {
    return Place::Image;
  }
  const bool link =
      before.ends_with("href=\"") || before.ends_with("href='") || before.ends_with("]: ");
  return link ? Place::Link : Place::Plain;
}

bool names_talk(std::string_view slot) {
  char lowered[64];
  slot = slot.substr(0, sizeof lowered);
  std::transform(slot.begin(), slot.end(), lowered, lower);
  return std::any_of(kTalk.begin(), kTalk.end(), [&](std::string_view word) {
    return contains({lowered, slot.size()}, word);
  });
}

/// A slot that somebody is to fill: {…}, [...], <…>, $…, %7B…, or a parameter without its value.
bool is_slot(std::string_view value, bool filled_behind) {
  if (value.empty()) return filled_behind;
  return value[0] == '{' || value[0] == '[' || value[0] == '$' || value.starts_with("%7B") ||
         value.starts_with("%5B") || value.starts_with("%3C");
}

bool is_payload(std::string_view name, std::string_view value) {
  char lowered[24];
  const std::size_t size = std::min(name.size(), sizeof lowered);
  std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size), lowered, lower);
  if (one_of(kSignatures, {lowered, size})) return false;
  return value.size() >= 48 && run_end(value, 0, kBase64 | kUrlSafe) == value.size() &&
         looks_random(value, 3.2F);
}

/// Does the URL carry, or wait for, what the conversation holds? The part of the score, or 0.
float carried(std::string_view text, const Url& url, Place place) {
  const std::size_t question = url.rest.find('?');
  if (place == Place::Image && question == std::string_view::npos) {
    const std::size_t slot = url.rest.find('{');
    return slot != std::string_view::npos ? 0.8F : 0;
  }
  if (question == std::string_view::npos) return 0;
  std::string_view query = url.rest.substr(question + 1);
  const bool open_end = url.end < text.size() && text[url.end] == '<';
  float most = 0;
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view name = take_until(value, '=');
    if (is_slot(value, query.empty() && open_end)) {
      const bool talk = names_talk(value) || names_talk(name);
      most = std::max(most, place == Place::Plain ? (talk ? 0.5F : 0) : 1.0F);
    } else if (place == Place::Image && is_payload(name, value)) {
      most = std::max(most, 0.7F);
    }
  }
  return most;
}

void judge_host(const Url& url, LeakHits& hits) {
  const auto add = [&](LeakKind kind, float part = 1) {
    hits.push_back(make_hit(kind, url.begin, url.end, part));
  };
  std::string_view host = url.host;
  if (is_hidden(host)) return add(LeakKind::LinkHiddenHost);
  if (mixes_scripts(host)) return add(LeakKind::LinkMixedScript);
  if (const auto ip = parse_ip(host)) {
    if (!ip->is_loopback() && *ip != IpAddress::from_v4(0)) {
      const bool inside = ip->is_v4() && (ip->v4() >> 24 == 10 || ip->v4() >> 16 == 0xC0A8 ||
                                          ip->v4() >> 20 == 0xAC1);
      add(LeakKind::LinkIpHost, inside ? 0.5F : 1);
    }
    return;
  }
  if (host == "localhost") return;
  char lowered[kHostMax];
  std::transform(host.begin(), host.end(), lowered, lower);
  host = {lowered, host.size()};
  if (host.starts_with("xn--") || contains(host, ".xn--")) add(LeakKind::LinkPunycode);
  const bool odd_port = !url.port.empty() && run_end(url.port, 0, kDigit) == url.port.size() &&
                        !one_of(kUsualPorts, url.port);
  if (odd_port) add(LeakKind::LinkPort);
  if (one_of(kShorteners, host)) add(LeakKind::LinkShortener);
  const std::size_t dot = host.rfind('.');
  if (dot != std::string_view::npos && one_of(kAbusedTops, host.substr(dot + 1))) {
    add(LeakKind::LinkTopLevelDomain);
  }
}

std::size_t scan_url(std::string_view text, std::size_t at, LeakHits& hits) {
  const auto url = read_url(text, at);
  if (!url) return at + 3;
  judge_host(*url, hits);
  if (looks_like_host(url->userinfo)) {
    hits.push_back(make_hit(LeakKind::LinkUserinfo, url->begin, url->end));
  }
  const Place place = place_of(text, url->begin);
  if (const float part = carried(text, *url, place); part > 0) {
    const auto kind =
        place == Place::Image ? LeakKind::ImageExfiltration : LeakKind::LinkExfiltration;
    hits.push_back(make_hit(kind, url->begin, url->end, part));
  }
  return url->end;
}

/// javascript:…(…) and data: of a kind that a browser runs.
std::size_t scan_scheme(std::string_view text, std::size_t at, LeakHits& hits) {
  const std::size_t begin = run_begin(text, at, kLetter, 12);
  const std::string_view scheme = text.substr(begin, at - begin);
  const bool script =
      equals_ignore_case(scheme, "javascript") || equals_ignore_case(scheme, "vbscript");
  if (!script && !equals_ignore_case(scheme, "data")) return at + 1;
  if (begin > 0 && in(text[begin - 1], kUrlSafe)) return at + 1;
  std::size_t end = at + 1;
  while (end < text.size() && end - at < kUrlMax &&
         (!in(text[end], kEndsUrl) || (script && text[end] == '\''))) {
    ++end;
  }
  const std::string_view rest = text.substr(at + 1, end - at - 1);
  if (script) {
    if (contains(rest, "(")) hits.push_back(make_hit(LeakKind::LinkScript, begin, end));
  } else if (rest.starts_with("text/html") || rest.starts_with("image/svg+xml") ||
             rest.starts_with("application/xhtml") || rest.starts_with("text/javascript") ||
             rest.starts_with("application/javascript")) {
    hits.push_back(make_hit(LeakKind::LinkData, begin, end));
  }
  return end;
}

}  // namespace

void scan_links(std::string_view text, LeakHits& hits) {
  const std::size_t first = hits.size();
  for (std::size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at)) {
    const bool url = text.substr(at + 1).starts_with("//");
    at = url ? scan_url(text, at, hits) : scan_scheme(text, at, hits);
  }
  settle(hits, first);
}

}  // namespace vedette::prompt
