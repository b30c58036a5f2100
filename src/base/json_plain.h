// Which bytes stand in a JSON string as they are. Most texts have no others, so that is asked of
// eight of them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vedette {

inline bool is_plain_json(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// The same of eight bytes. Every term sets the top bit of a byte that is not plain; a borrow goes
/// only from such a byte to the next, so that no other can be the first marked.
inline bool are_plain_json(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  const std::uint64_t marks = word | (word - kOnes * 0x20) | ((word ^ kOnes * '"') - kOnes) |
                              ((word ^ kOnes * '\\') - kOnes);
  return (marks & kOnes * 0x80) == 0;
}

/// The first byte at or after `at` that cannot be copied as it is, or the size.
inline std::size_t end_of_plain_json(std::string_view text, std::size_t at) {
  const auto plain = [&](std::size_t from) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + from, sizeof word);
    return are_plain_json(word);
  };
  const std::size_t size = text.size();
  while (at + 8 <= size && plain(at)) at += 8;
  if (size >= 8 && at + 8 > size && plain(size - 8)) return size;
  while (at < size && is_plain_json(text[at])) ++at;
  return at;
}

}  // namespace vedette
