#include "prompt/entry_seal.h"

#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"

#include <cerrno>
#include <unistd.h>

namespace vedette::prompt {
namespace {

// What is hashed begins with its purpose, so that a name is never a seal.
constexpr std::uint64_t kName = 1, kSeal = 2;
constexpr std::size_t kReadAtOnce = 64 * 1024;

}  // namespace

std::string EntrySeal::name(const Receipt& receipt) const {
  std::string bytes;
  Writer out(bytes);
  out.u64(kName);
  out.bytes(as_bytes(receipt.text));
  out.u64(static_cast<std::uint64_t>(receipt.direction));
  out.fixed64(receipt.policy);
  out.fixed64(receipt.model);
  out.fixed64(program_);
  return hex(hmac_sha256(key_, bytes));
}

Digest EntrySeal::tag(std::string_view name, std::string_view entry) const {
  std::string bytes;
  Writer out(bytes);
  out.u64(kSeal);
  out.bytes(name);
  out.bytes(entry);
  return hmac_sha256(key_, bytes);
}

std::string EntrySeal::seal(std::string_view name, std::string_view entry) const {
  std::string sealed(as_bytes(tag(name, entry)));
  sealed += entry;
  return sealed;
}

std::optional<std::string_view> EntrySeal::open(std::string_view name,
                                                std::string_view sealed) const {
  if (sealed.size() < kBytes) return {};
  const std::string_view entry = sealed.substr(kBytes);
  if (!equal_secrets(as_bytes(tag(name, entry)), sealed.substr(0, kBytes))) return {};
  return entry;
}

Result<std::uint64_t> program_hash() {
  VD_TRY(const UniqueFd file, open_for_reading("/proc/self/exe"));
  std::string bytes(kReadAtOnce, '\0');
  for (std::uint64_t hash = 0;;) {
    const ssize_t count = ::read(file.get(), bytes.data(), bytes.size());
    if (count < 0) return Error{Errc::FileRead, "/proc/self/exe: " + errno_text(errno)};
    if (count == 0) return hash;
    hash = hash64({bytes.data(), static_cast<std::size_t>(count)}, hash);
  }
}

}  // namespace vedette::prompt
