#include "prompt/assignments.h"

#include "base/text.h"
#include "prompt/leak_bytes.h"
#include "prompt/randomness.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

constexpr std::size_t kNameMax = 64, kValueMax = 256, kBlanksMax = 16;
constexpr ByteSet kNameBytes = kUrlSafe | kDot;

/// Ends of names, without separators and in lower case.
constexpr std::array<std::string_view, 5> kPasswordNames = {"password", "passwd", "passphrase",
                                                            "pwd", "passcode"};
constexpr std::array<std::string_view, 31> kSecretNames = {
    "secret",        "token",        "apikey",     "accesskey",     "secretkey",   "privatekey",
    "authkey",       "accountkey",   "signingkey", "encryptionkey", "masterkey",   "sharedkey",
    "storagekey",    "appkey",       "servicekey", "clientkey",     "sessionkey",  "licensekey",
    "credential",    "credentials",  "userauth",   "accessid",      "apisecret",   "authtoken",
    "webhookurl",    "clientsecret", "sonarlogin", "bearer",        "jfrogartapi", "appsecret",
    "applicationkey"};
constexpr std::array<std::string_view, 8> kNoSecretNames = {
    "csrftoken",         "xsrftoken", "pagetoken", "nexttoken",
    "continuationtoken", "synctoken", "publickey", "canceltoken"};
/// Whose keys are of no shape and named `<provider>_KEY`.
constexpr std::array<std::string_view, 14> kProviders = {
    "heroku", "snyk", "datadog", "cloudflare", "fastly", "newrelic", "azure",
    "sumo",   "okta", "sonar",   "meraki",     "cohere", "mistral",  "messagebird"};
constexpr std::array<std::string_view, 7> kSchemes = {
    "bearer ", "basic ", "token ", "api-token ", "apikey ", "api-key ", "apitoken "};

enum class Name : std::uint8_t { Other, Password, Secret, Authorization };

bool ends_with_any(std::string_view name, const auto& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return name.ends_with(word); });
}

/// "pass" is a word of its own: not in "bypass" or "compass".
bool ends_with_pass(std::string_view raw) {
  if (raw.size() < 4 || !equals_ignore_case(raw.substr(raw.size() - 4), "pass")) return false;
  if (raw.size() == 4) return true;
  const char before = raw[raw.size() - 5], p = raw[raw.size() - 4];
  return !in(before, kLetter) || (p == 'P' && in(before, kLow));
}

Name classify(std::string_view raw) {
  while (!raw.empty() && in(raw.back(), kDigit | kUnderscore | kHyphen | kDot)) {
    raw.remove_suffix(1);
  }
  char normal[kNameMax];
  std::size_t size = 0;
  for (const char c : raw) {
    if (in(c, kAlnum)) normal[size++] = lower(c);
  }
  const std::string_view name(normal, size);
  if (name.size() < 3) return Name::Other;
  if (ends_with_any(name, kPasswordNames) || ends_with_pass(raw)) return Name::Password;
  if (name.ends_with("authorization")) return Name::Authorization;
  if (ends_with_any(name, kNoSecretNames)) return Name::Other;
  if (ends_with_any(name, kSecretNames)) return Name::Secret;
  const bool of_provider = std::any_of(kProviders.begin(), kProviders.end(), [&](auto provider) {
    return name.find(provider) != std::string_view::npos;
  });
  const bool is_key = name.ends_with("key") || name.ends_with("clientid");
  return of_provider && is_key ? Name::Secret : Name::Other;
}

/// The bytes of the name that end before the sign at `at`.
Span name_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  const bool equals = text[at] == '=';
  if (equals && end > 0 && (text[end - 1] == ':' || text[end - 1] == '?')) --end;  // := and ?=
  for (std::size_t n = 0; n < kBlanksMax && end > 0 && is_blank(text[end - 1]); ++n) --end;
  for (int n = 0; n < 3 && end > 0; ++n) {  // "name": and ["name"] and \"name\":
    const char c = text[end - 1];
    if (c != '"' && c != '\'' && c != '\\' && c != ']' && c != '`') break;
    --end;
  }
  const std::size_t begin = run_begin(text, end, kNameBytes, kNameMax);
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

/// For XML that says <add key="password" value="…"/>: the name that stands in quotes before.
std::string_view name_of_value(std::string_view text, Span value_word) {
  std::size_t end = value_word.begin;
  while (end > 0 && value_word.begin - end < kBlanksMax && is_blank(text[end - 1])) --end;
  if (end == 0 || text[end - 1] != '"' || end == value_word.begin) return {};
  const std::size_t begin = run_begin(text, --end, kNameBytes, kNameMax);
  const std::string_view before = text.substr(0, begin);
  const bool named = before.ends_with("key=\"") || before.ends_with("name=\"");
  return named ? text.substr(begin, end - begin) : std::string_view{};
}

struct Value {
  std::size_t begin = 0;
  std::string_view bytes;
  bool quoted = false;
};

/// Empty where none stands there, or code does: a call, an index.
Value read_value(std::string_view text, std::size_t at) {
  const std::size_t first = at;
  while (at < text.size() && at - first < kBlanksMax && is_blank(text[at])) ++at;
  if (at < text.size() && text[at] == '\\') ++at;
  Value value;
  value.quoted = at < text.size() && (text[at] == '"' || text[at] == '\'' || text[at] == '`');
  const char quote = value.quoted ? text[at++] : '\0';
  value.begin = at;
  const std::string_view rest = text.substr(at, kValueMax);
  std::size_t size = 0;
  if (value.quoted) {
    size = std::min(rest.find(quote), rest.find_first_of("\r\n \t"));
    size = std::min(size, rest.size());
    if (size > 0 && rest[size - 1] == '\\') --size;
  } else {
    while (size < rest.size() && !in(rest[size], kEndsValue)) ++size;
    if (size < rest.size() && (rest[size] == '(' || rest[size] == '[')) return {};
    if (size > 0 && rest[size - 1] == '.') --size;
  }
  if (size == kValueMax) return {};
  value.bytes = rest.substr(0, size);
  return value;
}

/// What stands behind the = or : at `at`.
Value value_behind(std::string_view text, std::size_t at) {
  ++at;
  if (at < text.size() && text[at] == '>') return read_value(text, at + 1);  // =>
  if (at < text.size() && (text[at] == '=' || text[at] == ':')) {
    return {};  // == compares, := has its turn at the =
  }
  return read_value(text, at);
}

/// `Bearer abc`: the scheme is no part of the secret.
void skip_scheme(std::string_view text, Value& value) {
  for (const std::string_view scheme : kSchemes) {
    const std::string_view rest = text.substr(value.begin);
    if (rest.size() <= scheme.size() ||
        !equals_ignore_case(rest.substr(0, scheme.size()), scheme)) {
      continue;
    }
    value.begin += scheme.size();
    std::size_t size = 0;
    const std::string_view token = text.substr(value.begin, kValueMax);
    while (size < token.size() && !in(token[size], kEndsValue)) ++size;
    value.bytes = token.substr(0, size);
    return;
  }
}

struct Makeup {
  int lower = 0, upper = 0, digits = 0, others = 0;
  int classes() const { return (lower > 0) + (upper > 0) + (digits > 0) + (others > 0); }
};
Makeup makeup_of(std::string_view value) {
  Makeup sum;
  for (const char c : value) {
    ++(in(c, kLow) ? sum.lower : in(c, kUp) ? sum.upper : in(c, kDigit) ? sum.digits : sum.others);
  }
  return sum;
}

bool is_address(std::string_view value) {
  return value[0] == '/' || value.find("://") != std::string_view::npos;
}

bool looks_like_password(const Value& value) {
  const std::string_view bytes = value.bytes;
  if (bytes.size() < 6 || bytes.size() > 128 || is_placeholder(bytes) || is_address(bytes)) {
    return false;
  }
  const Makeup makeup = makeup_of(bytes);
  if (makeup.lower + makeup.upper == 0 || makeup.classes() < 2) return false;
  if (entropy_bits(bytes) < 2.0F) return false;
  if (makeup.digits > 0) return true;
  // Without a digit a word could be code. A sign that no name has speaks for a password.
  return value.quoted && bytes.find_first_of("!@#$%^&*?+") != std::string_view::npos;
}

bool is_uuid(std::string_view value) {
  return value.size() == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-' &&
         value[23] == '-' && run_end(value, 0, kHex | kHyphen) == value.size();
}

bool looks_like_key(std::string_view name, const Value& value) {
  const std::string_view bytes = value.bytes;
  if (bytes.size() < 10 || is_placeholder(bytes) || is_address(bytes)) return false;
  const Makeup makeup = makeup_of(bytes);
  if (makeup.digits == 0 || makeup.lower + makeup.upper < 2) return false;
  if (makeup.digits == 1 && (makeup.lower < 2 || makeup.upper < 2)) return false;
  if (is_uuid(bytes) && (name.ends_with("id") || name.ends_with("ID"))) return false;
  return looks_random(bytes, bytes.size() < 16 || bytes.size() >= 32 ? 3.0F : 2.8F);
}

/// The kind that the name and the size of a value tell.
LeakKind kind_of(Name name, std::string_view raw, std::string_view value) {
  if (name == Name::Authorization) return LeakKind::AuthorizationHeader;
  if (value.size() == 88 && value.ends_with("==")) return LeakKind::AzureStorageKey;
  const bool aws = raw.starts_with("aws") || raw.starts_with("AWS");
  if (aws && value.size() == 40) return LeakKind::AwsSecretKey;
  return name == Name::Password ? LeakKind::GenericPassword : LeakKind::GenericSecret;
}

}  // namespace

std::optional<LeakHit> match_assignment(std::string_view text, std::size_t at) {
  const Span word = name_before(text, at);
  std::string_view raw = text.substr(word.begin, word.end - word.begin);
  if (raw.size() < 3) return {};
  if (raw == "value") raw = name_of_value(text, word);
  const Name name = classify(raw);
  if (name == Name::Other) return {};
  Value value = value_behind(text, at);
  if (name == Name::Authorization || name == Name::Secret) skip_scheme(text, value);
  if (value.bytes.empty()) return {};
  const bool found =
      name == Name::Password ? looks_like_password(value) : looks_like_key(raw, value);
  if (!found) return {};
  return make_hit(kind_of(name, raw, value.bytes), value.begin, value.begin + value.bytes.size());
}

std::optional<LeakHit> match_said_password(std::string_view text, std::size_t at) {
  Value value = read_value(text, at);
  while (!value.quoted && !value.bytes.empty() && value.bytes.back() == '?') {
    value.bytes.remove_suffix(1);
  }
  if (!looks_like_password(value)) return {};
  return make_hit(LeakKind::GenericPassword, value.begin, value.begin + value.bytes.size());
}

std::optional<LeakHit> match_command_user(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kNameMax && !in(text[begin - 1], kEndsValue) &&
         text[begin - 1] != ':')
    --begin;
  std::size_t before = begin;
  if (before > 0 && (text[before - 1] == '"' || text[before - 1] == '\'')) --before;
  const std::size_t blanks = before;
  while (before > 0 && blanks - before < kBlanksMax && is_blank(text[before - 1])) --before;
  const std::string_view head = text.substr(0, before);
  if (!head.ends_with(" -u") && !head.ends_with(" --user") && !head.ends_with(" --user=")) {
    return {};
  }
  const bool quote = at + 1 < text.size() && (text[at + 1] == '\'' || text[at + 1] == '"');
  const std::size_t first = at + 1 + quote;
  std::size_t end = first;
  while (end < text.size() && end - first < kNameMax && !in(text[end], kEndsValue)) ++end;
  const std::string_view password = text.substr(first, end - first);
  if (password.size() < 6 || is_placeholder(password)) return {};
  const Makeup makeup = makeup_of(password);
  const bool mixed = makeup.lower > 0 && makeup.upper > 0 && password.size() >= 12;
  if (makeup.digits == 0 && !mixed) return {};
  return make_hit(LeakKind::CommandPassword, begin, end);
}

}  // namespace vedette::prompt
