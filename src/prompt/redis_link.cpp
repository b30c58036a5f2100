#include "prompt/redis_link.h"

#include "base/assert.h"

#include <hiredis/hiredis.h>

#include <array>
#include <fcntl.h>
#include <initializer_list>

namespace vedette::prompt {
namespace {

/// More than any reply to our commands that are under way.
constexpr std::size_t kUnreadBytesMax = 16u << 20;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

Error failed(std::string_view why) {
  return {Errc::RedisFailed, std::string(why)};
}

RedisReply reply_of(const redisReply& reply) {
  using Kind = RedisReply::Kind;
  const auto kind = reply.type == REDIS_REPLY_STRING   ? Kind::Text
                    : reply.type == REDIS_REPLY_STATUS ? Kind::Status
                    : reply.type == REDIS_REPLY_ERROR  ? Kind::Error
                                                       : Kind::Other;
  if (kind == Kind::Other) return {.kind = kind};
  return {.kind = kind, .text = {reply.str, reply.len}};
}

}  // namespace

struct RedisLink::Impl {
  std::unique_ptr<redisContext, FreeContext> context;
  bool unsent = false;

  void append(std::initializer_list<std::string_view> words) {
    std::array<const char*, 8> texts{};
    std::array<std::size_t, 8> sizes{};
    VD_ASSERT(words.size() <= texts.size());
    std::size_t count = 0;
    for (const std::string_view word : words) {
      texts[count] = word.data();
      sizes[count++] = word.size();
    }
    // It fails only for want of memory.
    VD_ASSERT(redisAppendCommandArgv(context.get(), static_cast<int>(count), texts.data(),
                                     sizes.data()) == REDIS_OK);
    unsent = true;
  }

  Result<void> send() {
    int done = 0;
    if (redisBufferWrite(context.get(), &done) != REDIS_OK) return failed(context->errstr);
    unsent = done == 0;
    return {};
  }
};

RedisLink::RedisLink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RedisLink::RedisLink(RedisLink&&) noexcept = default;
RedisLink& RedisLink::operator=(RedisLink&&) noexcept = default;
RedisLink::~RedisLink() = default;

Result<RedisLink> RedisLink::open(const RedisAddress& address) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(address.socket_path.empty()
                          ? redisConnectNonBlock(address.host.c_str(), address.port)
                          : redisConnectUnixNonBlock(address.socket_path.c_str()));
  if (impl->context == nullptr) return failed("out of memory");
  if (impl->context->err != 0) return failed(impl->context->errstr);
  ::fcntl(impl->context->fd, F_SETFD, FD_CLOEXEC);
  return RedisLink(std::move(impl));
}

void RedisLink::authenticate(const std::string& user, const std::string& password) {
  if (user.empty()) return impl_->append({"AUTH", password});
  impl_->append({"AUTH", user, password});
}
void RedisLink::select(std::uint32_t database) {
  impl_->append({"SELECT", std::to_string(database)});
}
void RedisLink::ping() {
  impl_->append({"PING"});
}
void RedisLink::get(std::string_view key, std::size_t bytes_max) {
  impl_->append({"GETRANGE", key, "0", std::to_string(bytes_max - 1)});
}
void RedisLink::set(std::string_view key, std::string_view value, std::chrono::seconds lifetime) {
  impl_->append({"SET", key, value, "EX", std::to_string(lifetime.count())});
}

Result<void> RedisLink::exchange(const std::function<void(const RedisReply&)>& on_reply) {
  redisContext& context = *impl_->context;
  if (impl_->unsent) VD_CHECK(impl_->send());
  if (redisBufferRead(&context) != REDIS_OK) return failed(context.errstr);
  if (context.reader->len - context.reader->pos > kUnreadBytesMax) return failed("endless reply");
  for (;;) {
    void* raw = nullptr;
    if (redisReaderGetReply(context.reader, &raw) != REDIS_OK) {
      return failed(context.reader->errstr);
    }
    if (raw == nullptr) return {};
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
    on_reply(reply_of(*reply));
  }
}

int RedisLink::fd() const {
  return impl_->context->fd;
}
bool RedisLink::wants_to_send() const {
  return impl_->unsent;
}

}  // namespace vedette::prompt
