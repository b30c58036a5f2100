// EntrySeal: under which name an entry is kept where others may read and write, and how one knows
// that it is ours. Names tell nothing of the text to who lacks the key, not even whether it is one
// that he guesses; and only what was sealed with the key, under this name, is opened. Frozen; any
// thread. Each call costs some microseconds.
#pragma once

#include "prompt/firewall.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::prompt {

class EntrySeal {
 public:
  static constexpr std::size_t kBytes = 32;  ///< that sealing adds

  /// `key`: a secret of at least 32 bytes. `program`: tells one build of this program from another,
  /// which may judge otherwise; see program_hash().
  EntrySeal(std::string key, std::uint64_t program) : key_(std::move(key)), program_(program) {}

  /// 64 hexadecimal digits.
  std::string name(const Receipt& receipt) const;
  std::string seal(std::string_view name, std::string_view entry) const;
  /// What was sealed under this name, a part of `sealed`; nothing if it was not.
  std::optional<std::string_view> open(std::string_view name, std::string_view sealed) const;

 private:
  Digest tag(std::string_view name, std::string_view entry) const;

  std::string key_;
  std::uint64_t program_;
};

/// The hash of the running program's build id, which the linker makes of all that is in it.
std::uint64_t program_hash();

}  // namespace vedette::prompt
