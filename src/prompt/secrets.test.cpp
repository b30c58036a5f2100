#include "prompt/secrets.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::prompt {
namespace {

struct Found {
  std::string kind, text;
  bool operator==(const Found&) const = default;
};

/// The only secret of the text; empty if there is none or another.
Found find(const std::string& text) {
  LeakHits hits;
  scan_secrets(text, hits);
  if (hits.size() != 1) return {std::to_string(hits.size()), {}};
  const Span span = hits[0].span;
  return {std::string(describe(hits[0].kind).name), text.substr(span.begin, span.end - span.begin)};
}

Found of(std::string kind, std::string text) {
  return {std::move(kind), std::move(text)};
}

bool none(const std::string& text) {
  return find(text).kind == "0";
}

// In pieces, so that no tool takes this file for a leak.
const std::string kKey = std::string("AK") + "IA" + "Q7ZK2VW4XBT5MNCR";
const std::string kBody = "Zk2Vw9XbT4mNc8Rq7LpYs3Hd";

}  // namespace

TEST_SUITE_BEGIN("prompt/secrets");

TEST_CASE("a key is found whatever stands around it") {
  for (const char* around :
       {"{}", "my key {}.", "\"{}\"", "k={}&x", "(key:{})", "\\n{}", "/{}/", "<b>{}</b>"}) {
    std::string text = around;
    text.replace(text.find("{}"), 2, kKey);
    CHECK_MESSAGE(find(text) == of("aws-access-key", kKey), text);
  }
  CHECK(none("x" + kKey));
  CHECK(none(kKey + "x"));
}

TEST_CASE("keys whose mark is not at the front are found") {
  const std::string azure = "a1b8Q~" + std::string("Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0w_") + "x";
  CHECK(find("secret " + azure) == of("azure-client-secret", azure));
  const std::string bot = "123456789:AA" + std::string("Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0wBv");
  CHECK(find("https://api.telegram.org/bot" + bot).kind == "telegram-bot-token");
  const std::string mail = std::string("0a1b2c3d4e5f60718293a4b5c6d7e8f9") + "-us12";
  CHECK(find(mail) == of("mailchimp-key", mail));
  const std::string discord =
      std::string("MTIzNDU2Nzg5MDEyMzQ1Njc4") + ".Gx1abc." + "Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0";
  CHECK(find(discord) == of("discord-bot-token", discord));
  const std::string terraform = "Zk2Vw9XbT4mNc8.atlasv1." +
                                std::string("Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0wBv") +
                                "Zk2Vw9XbT4mNc8Rq7LpYs3HdGf6J";
  CHECK(find(terraform) == of("terraform-token", terraform));
}

TEST_CASE("a private key is found with its lines, a header or a public key is none") {
  const std::string lines =
      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\nZk2Vw9XbT4mNc8Rq7LpYs3HdGf6Jt0wBv==\n";
  const auto pem = [&](const std::string& what) {
    return "-----BEGIN " + what + "-----\n" + lines + "-----END " + what + "-----";
  };
  for (const char* what : {"PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY",
                           "PGP PRIVATE KEY BLOCK", "ENCRYPTED PRIVATE KEY"}) {
    CHECK(find("see\n" + pem(what) + "\nend") == of("private-key", pem(what)));
  }
  CHECK(find("-----BEGIN PRIVATE KEY-----\n" + lines).kind == "private-key");  // cut off
  CHECK(none(pem("PUBLIC KEY")));
  CHECK(none("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----"));
}

TEST_CASE("passwords in URLs are found, and connection strings called so") {
  CHECK(find("see https://ada:" + kBody + "@host.example/x").kind == "url-password");
  CHECK(find("DB=postgres://ada:hu9ter22@db:5432/x").text == "postgres://ada:hu9ter22@db:5432");
  CHECK(find("redis://:hu9ter22@cache").kind == "connection-string");
  CHECK(find("jdbc:mysql://db/x?user=ada&password=hu9ter22x").kind == "generic-password");
  CHECK(find("AccountName=a;AccountKey=" + std::string(3, 'q') + kBody + kBody + kBody +
             "0123fGh41A2==;")
            .kind == "azure-storage-key");
  CHECK(none("https://user:password@host.example"));
  CHECK(none("https://host.example:8080/@name"));
  CHECK(none("ftp://anonymous@host.example"));
  CHECK(none("https://${USER}:${PASS}@host.example"));
  const std::string hook =
      "https://hooks.slack.com/services/T0" + std::string("2AB3CD4/B0") + "2XY3ZW4/" + kBody;
  CHECK(find("post to " + hook + " now") == of("slack-webhook", hook));
}

TEST_CASE("a password that somebody tells") {
  CHECK(find("my password is hu9ter22.") == of("generic-password", "hu9ter22"));
  CHECK(find("Password is \"hu9ter!22\", ok?") == of("generic-password", "hu9ter!22"));
  CHECK(find("Is the password is hu9ter22?").text == "hu9ter22");
  CHECK(none("my password is too short"));
  CHECK(none("The password is 8 to 16 characters"));
  CHECK(none("password is "));
}

TEST_CASE("hits come in order, do not overlap, and follow those that were there") {
  LeakHits hits = {make_hit(LeakKind::Email, 0, 5)};
  const std::string text = "password: \"" + kBody + "\" and " + kKey + " and token=" + kKey;
  scan_secrets(text, hits);
  REQUIRE(hits.size() == 4);
  CHECK(hits[1].kind == LeakKind::GenericPassword);
  for (std::size_t i = 2; i < hits.size(); ++i) CHECK(hits[i].span.begin >= hits[i - 1].span.end);
  CHECK(hits[3].kind == LeakKind::AwsAccessKey);  // more exact than what is assigned to `token`
}

TEST_CASE("prose, code and hashes hold no secret") {
  for (const char* text :
       {"The password must have eight characters, and the token expires after 30 minutes.",
        "const token = await getToken(request.headers['x-token']);",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit b7d0e52c19a84f6630d1c8e27f5a94b3681fce02", "password = os.environ['PASSWORD1']",
        "if (password == expectedPassword1) {", "api_key: <your api key 123>",
        "https://example.com/a-very-long-path-of-words/and-more-of-them?token=none"}) {
    CHECK_MESSAGE(none(text), text);
  }
}

TEST_SUITE_END();

}  // namespace vedette::prompt
