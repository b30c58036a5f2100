// Which bytes stand in a JSON string as they are. Most texts have no others, so that is asked of
// many of them at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace vedette {

inline bool is_plain_json(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

template <std::size_t Bytes>
std::uint64_t load_json(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, Bytes);
  return word;
}

/// The same of eight bytes. Every term sets the top bit of a byte that is not plain; a borrow goes
/// only from such a byte to the next, so that no other can be the first marked.
inline bool are_plain_json(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  const std::uint64_t marks = word | (word - kOnes * 0x20) | ((word ^ kOnes * '"') - kOnes) |
                              ((word ^ kOnes * '\\') - kOnes);
  return (marks & kOnes * 0x80) == 0;
}

/// The same of sixteen bytes.
inline bool are_plain_json(const char* bytes) {
#if defined(__SSE2__)
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  // Signed: what is not ASCII is below the blank, too.
  const __m128i marks = _mm_or_si128(_mm_cmplt_epi8(text, _mm_set1_epi8(0x20)),
                                     _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')),
                                                  _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'))));
  return _mm_movemask_epi8(marks) == 0;
#else
  return are_plain_json(load_json<8>(bytes)) && are_plain_json(load_json<8>(bytes + 8));
#endif
}

/// Whether a text can be copied as it is. The last step of each size looks at some bytes again.
inline bool all_plain_json(std::string_view text) {
  const char* at = text.data();
  const std::size_t size = text.size();
  if (size >= 16) {
    for (const char* last = at + size - 16; at < last; at += 16) {
      if (!are_plain_json(at)) return false;
    }
    return are_plain_json(text.data() + size - 16);
  }
  if (size >= 8)
    return are_plain_json(load_json<8>(at)) && are_plain_json(load_json<8>(at + size - 8));
  if (size >= 4) return are_plain_json(load_json<4>(at) | load_json<4>(at + size - 4) << 32);
  for (const char c : text) {
    if (!is_plain_json(c)) return false;
  }
  return true;
}

/// The first byte at or after `at` that cannot be copied as it is, or the size.
inline std::size_t end_of_plain_json(std::string_view text, std::size_t at) {
  const auto plain = [&](std::size_t from) {
    return are_plain_json(load_json<8>(text.data() + from));
  };
  const std::size_t size = text.size();
  while (at + 8 <= size && plain(at)) at += 8;
  if (size >= 8 && at + 8 > size && plain(size - 8)) return size;
  while (at < size && is_plain_json(text[at])) ++at;
  return at;
}

}  // namespace vedette
