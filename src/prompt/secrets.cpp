#include "prompt/secrets.h"

#include "base/text.h"
#include "prompt/assignments.h"
#include "prompt/leak_bytes.h"
#include "prompt/randomness.h"
#include "prompt/secret_shapes.h"

#include <algorithm>
#include <array>

namespace vedette::prompt {
namespace {

using Found = std::optional<LeakHit>;

/// `1234567890:AA…` (Telegram) and `1234567890123|…` (Facebook): the number says whose it is.
Found match_numbered(std::string_view text, std::size_t at, std::size_t end) {
  if (at == 0) return {};
  const std::size_t digits = run_begin(text, at - 1, kDigit, 18);
  const std::size_t count = at - 1 - digits;
  const std::string_view body = text.substr(at, end - at);
  if (text[at - 1] == ':' && count >= 8 && count <= 10 && body.size() == 35 &&
      body.starts_with("AA") && looks_random(body, 3)) {
    return make_hit(LeakKind::Telegram, digits, end);
  }
  if (text[at - 1] == '|' && count >= 13 && count <= 17 && body.size() == 27 &&
      looks_random(body, 3)) {
    return make_hit(LeakKind::Facebook, digits, end);
  }
  return {};
}

/// `<id in base 64>.<time>.<signature>`
Found match_discord(std::string_view text, std::size_t at, std::size_t end) {
  const std::size_t size = end - at;
  if (size < 24 || size > 26 || std::string_view("MNO").find(text[at]) == std::string_view::npos ||
      !in(text, end, kDot)) {
    return {};
  }
  const std::size_t time_end = run_end(text, end + 1, kUrlSafe, 7);
  if (time_end - end != 7 || !in(text, time_end, kDot)) return {};
  const std::size_t last = run_end(text, time_end + 1, kUrlSafe, 40);
  const std::string_view signature = text.substr(time_end + 1, last - time_end - 1);
  if (signature.size() < 27 || signature.size() > 38 || !looks_random(signature, 3)) return {};
  return make_hit(LeakKind::Discord, at, last);
}

/// `<14>.atlasv1.<60 to 70>`
Found match_terraform(std::string_view text, std::size_t at, std::size_t end) {
  constexpr std::string_view kMiddle = ".atlasv1.";
  if (end - at != 14 || !text.substr(end).starts_with(kMiddle)) return {};
  const std::size_t begin = end + kMiddle.size();
  const std::size_t last = run_end(text, begin, kUrlSafe | kEquals, 80);
  if (last - begin < 60 || last - begin > 70) return {};
  if (!looks_random(text.substr(begin, last - begin), 3)) return {};
  return make_hit(LeakKind::Terraform, at, last);
}

/// 32 hexadecimal digits and the data centre: -us12
Found match_mailchimp(std::string_view text, std::size_t at, std::size_t end) {
  const std::string_view key = text.substr(at, end - at);
  if (key.size() < 36 || key.size() > 37 || run_end(key, 0, kLowHex) != 32) return {};
  if (key.substr(32, 3) != "-us" || run_end(key, 35, kDigit) != key.size()) return {};
  if (!looks_random(key.substr(0, 32), 2.9F)) return {};
  return make_hit(LeakKind::Mailchimp, at, end);
}

/// Three bytes, a digit, Q~ and 31 to 34 more: alone among keys in having its mark in the middle.
Found match_azure_secret(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view run = text.substr(begin, end - begin);
  const std::size_t mark = run.find("Q~");
  if (mark == std::string_view::npos || mark < 4 || !in(run[mark - 1], kDigit)) return {};
  std::string_view tail = run.substr(mark + 2);
  if (tail.ends_with('.')) tail.remove_suffix(1);
  if (tail.size() < 31 || tail.size() > 34 || !looks_random(tail, 3)) return {};
  const std::size_t first = begin + mark - 4;
  return make_hit(LeakKind::AzureClientSecret, first, first + 6 + tail.size());
}

/// A run of letters, digits and - . _ ~ that is long enough for a key, which begins where the run
/// does. Returns where to go on.
std::size_t scan_run(std::string_view text, std::size_t begin, LeakHits& hits) {
  const std::size_t end = run_end(text, begin, kUnreserved);
  // "\nkey" in a text that was written as a string of some language
  const bool escape = begin > 0 && text[begin - 1] == '\\' && in(text[begin], kLetter);
  const std::size_t at = run_end(text, begin + escape, kUnreserved & ~kAlnum, end - begin - escape);
  if (at == end) return end;
  const std::size_t part_end = run_end(text, at, kUrlSafe | kTilde);
  Found found = match_azure_secret(text, begin, end);
  if (!found) found = match_shape(text, at);
  if (!found) found = match_numbered(text, at, part_end);
  if (!found) found = match_discord(text, at, part_end);
  if (!found) found = match_terraform(text, at, part_end);
  if (!found) found = match_mailchimp(text, at, part_end);
  if (!found) return end;
  hits.push_back(*found);
  return std::max<std::size_t>(end, found->span.end);
}

void scan_runs(std::string_view text, LeakHits& hits) {
  for (std::size_t at = find_long_run(text, 0); at < text.size(); at = find_long_run(text, at)) {
    at = scan_run(text, at, hits);
  }
}

constexpr std::array<std::string_view, 15> kDatabaseSchemes = {
    "postgres", "postgresql", "mysql", "mariadb",   "mongodb", "mongodb+srv", "redis", "rediss",
    "amqp",     "amqps",      "mssql", "sqlserver", "oracle",  "clickhouse",  "ldap"};

/// A URL of a service that believes whoever knows it.
Found match_webhook(std::string_view text, std::size_t begin, std::size_t host,
                    std::size_t host_end) {
  const std::string_view name = text.substr(host, host_end - host);
  const std::size_t end = run_end(text, host_end, kUnreserved | kPlusSlash, 512);
  const std::string_view path = text.substr(host_end, end - host_end);
  const auto is = [&](std::string_view host_name, std::string_view prefix, std::size_t size_min) {
    return name == host_name && path.starts_with(prefix) && path.size() >= size_min &&
           looks_random(path.substr(prefix.size()), 3);
  };
  if (is("hooks.slack.com", "/services/T", 40) || is("hooks.slack.com", "/workflows/T", 40) ||
      is("hooks.slack.com", "/triggers/", 40)) {
    return make_hit(LeakKind::SlackWebhook, begin, end);
  }
  if (is("discord.com", "/api/webhooks/", 80) || is("discordapp.com", "/api/webhooks/", 80)) {
    return make_hit(LeakKind::DiscordWebhook, begin, end);
  }
  if (name.ends_with(".webhook.office.com") && path.starts_with("/webhookb2/")) {
    return make_hit(LeakKind::TeamsWebhook, begin, end);
  }
  return {};
}

/// The URL whose colon stands at `at`.
Found match_url(std::string_view text, std::size_t at) {
  const std::size_t begin = run_begin(text, at, kAlnum | kPlusSlash | kDot | kHyphen, 24);
  const std::string_view scheme = text.substr(begin, at - begin);
  const std::size_t first = at + 3;
  std::size_t end = first;
  std::size_t sign = 0, colon = 0;
  for (; end < text.size() && end - first < 512 && !in(text[end], kEndsAuthority); ++end) {
    if (text[end] == '@') sign = end;
    if (text[end] == ':' && colon == 0) colon = end;
  }
  if (sign == 0) return match_webhook(text, begin, first, end);
  if (colon == 0 || colon > sign) {  // https://<32 hexadecimal digits>@o1.ingest.sentry.io/1
    const bool sentry = text.substr(sign, end - sign).find(".sentry.io") != std::string_view::npos;
    return sentry ? std::optional(make_hit(LeakKind::Sentry, begin, end, 0.4F)) : std::nullopt;
  }
  const std::string_view user = text.substr(first, colon - first);
  const std::string_view password = text.substr(colon + 1, sign - colon - 1);
  if (password.size() < 4 || password == user || is_placeholder(password)) return {};
  const bool database =
      std::find(kDatabaseSchemes.begin(), kDatabaseSchemes.end(), scheme) != kDatabaseSchemes.end();
  return make_hit(database ? LeakKind::ConnectionString : LeakKind::UrlPassword, begin, end);
}

void scan_assignments(std::string_view text, LeakHits& hits) {
  for (std::size_t at = find_assignment(text, 0); at < text.size();
       at = find_assignment(text, at + 1)) {
    Found found;
    if (text[at] == ':' && text.substr(at + 1).starts_with("//")) {
      found = match_url(text, at);
    } else {
      found = match_assignment(text, at);
      if (!found && text[at] == ':') found = match_command_user(text, at);
    }
    if (found) hits.push_back(*found);
  }
}

/// "my password is …", in prose.
void scan_said_passwords(std::string_view text, LeakHits& hits) {
  constexpr std::string_view kPassword = "assword", kIs = " is ";  // with a capital or without
  for (std::size_t at = find_phrase(text, 0, kPassword); at < text.size();
       at = find_phrase(text, at, kPassword)) {
    at += kPassword.size();
    if (!text.substr(at).starts_with(kIs)) continue;
    if (const auto found = match_said_password(text, at + kIs.size())) hits.push_back(*found);
  }
}

/// PEM and OpenSSH and PGP. The key is what stands between the lines; a header alone is none.
void scan_private_keys(std::string_view text, LeakHits& hits) {
  constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
  constexpr std::size_t kTitleMax = 64;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
       at = text.find(kBegin, at)) {
    const std::size_t begin = at;
    const std::size_t title_end =
        text.substr(0, begin + kTitleMax).find(kDashes, begin + kBegin.size());
    at += kBegin.size();
    if (title_end == std::string_view::npos) continue;
    const std::string_view title = text.substr(begin, title_end - begin);
    at = title_end + kDashes.size();
    if (title.find("PRIVATE KEY") == std::string_view::npos) continue;
    const std::size_t body_end = std::min(text.find(kDashes, at), text.size());
    const std::string_view body = text.substr(at, std::min<std::size_t>(body_end - at, 256));
    const auto letters =
        std::count_if(body.begin(), body.end(), [](char c) { return in(c, kBase64); });
    at = body_end;
    if (letters < 32 || !looks_random(body, 3)) continue;
    const std::string_view tail = text.substr(body_end, kTitleMax);
    const std::size_t last = tail.substr(0, tail.find('\n')).rfind(kDashes);
    const std::size_t end =
        last == std::string_view::npos || last == 0 ? body_end : body_end + last + kDashes.size();
    hits.push_back(make_hit(LeakKind::PrivateKey, begin, end));
    at = end;
  }
}

}  // namespace

void scan_secrets(std::string_view text, LeakHits& hits) {
  const std::size_t first = hits.size();
  scan_runs(text, hits);
  scan_assignments(text, hits);
  scan_said_passwords(text, hits);
  scan_private_keys(text, hits);
  settle(hits, first);
}

}  // namespace vedette::prompt
