// TokenBook: who may come in. Tokens as the store has them, in memory, found by their public part;
// a secret is only ever compared with a hash, in constant time. Any thread.
#pragma once

#include "base/mutex.h"
#include "model/token.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::api {

/// Who asks: the holder of a token, or a user of this machine at the Unix socket.
struct Caller {
  std::string name;
  std::string token_id;  ///< empty: none
  Role role = Role::Viewer;
};

struct NewToken {
  Token token;
  std::string secret;  ///< "vdt_ID_…": shown once, kept by nobody here
};
/// `lifetime` 0: for ever.
NewToken make_token(std::string name, Role role, std::string by, Time now,
                    std::chrono::seconds lifetime);

class TokenBook {
 public:
  void replace(std::vector<Token> tokens);
  /// Whose it is; nothing for what is none, or expired.
  std::optional<Caller> find(std::string_view presented, Time now) const;
  std::vector<Token> all() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Tokens = std::unordered_map<std::string, Token, Hash, std::equal_to<>>;
  mutable Mutex mutex_;
  std::shared_ptr<const Tokens> tokens_ GUARDED_BY(mutex_) = std::make_shared<const Tokens>();
};

}  // namespace vedette::api
