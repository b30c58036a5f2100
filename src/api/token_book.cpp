#include "api/token_book.h"

#include "api/encoding.h"
#include "api/secret.h"
#include "base/sha256.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::api {
namespace {

constexpr std::string_view kPrefix = "vdt_";
constexpr std::size_t kIdBytes = 4, kSecretBytes = 32;

std::string hexadecimal(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return out;
}

}  // namespace

NewToken make_token(std::string name, Role role, std::string by, Time now,
                    std::chrono::seconds lifetime) {
  NewToken made;
  Token& token = made.token;
  token.id = hexadecimal(random_bytes(kIdBytes));
  token.name = std::move(name);
  token.role = role;
  token.created = now;
  token.by = std::move(by);
  if (lifetime.count() > 0) token.expires = now + lifetime;
  made.secret = std::string(kPrefix) + token.id + '_' + base64url(random_bytes(kSecretBytes));
  token.secret_hash = as_bytes(sha256(made.secret));
  return made;
}

void TokenBook::replace(std::vector<Token> tokens) {
  auto book = std::make_shared<Tokens>();
  for (Token& token : tokens) {
    std::string id = token.id;
    book->emplace(std::move(id), std::move(token));
  }
  MutexLock guard(mutex_);
  tokens_ = std::move(book);
}

std::optional<Caller> TokenBook::find(std::string_view presented, Time now) const {
  std::string_view rest = presented;
  if (!take_prefix(rest, kPrefix)) return {};
  const std::string_view id = take_until(rest, '_');
  std::shared_ptr<const Tokens> tokens;
  {
    MutexLock guard(mutex_);
    tokens = tokens_;
  }
  const auto found = tokens->find(id);
  if (found == tokens->end()) return {};
  const Token& token = found->second;
  if (!equal_secrets(as_bytes(sha256(presented)), token.secret_hash)) return {};
  if (token.expires != Time{} && token.expires <= now) return {};
  return Caller{.name = token.name, .token_id = token.id, .role = token.role};
}

std::vector<Token> TokenBook::all() const {
  MutexLock guard(mutex_);
  std::vector<Token> all;
  for (const auto& [id, token] : *tokens_) all.push_back(token);
  std::sort(all.begin(), all.end(), [](const Token& a, const Token& b) {
    return a.created != b.created ? a.created < b.created : a.id < b.id;
  });
  return all;
}

}  // namespace vedette::api
