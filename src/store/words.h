// The words of a text and a small filter over them: which blocks of lines a search may pass over.
//
// A word is a maximal run of letters, digits, '_' and bytes from 0x80 on; upper and lower case
// (ASCII) are one; the mark of UTF-8 (EF BB BF) before a word is no part of it. Left out are single
// characters, and numbers of up to six or of exactly nine digits with or without a 'T' or 'Z' among
// them: times of the day, fractions of a second, ports, most process ids. They are in every block,
// or in every line another one.
//
// An address is a word of its own, by its value, wherever it stands (`rhost=203.0.113.7`,
// `[2001:db8::7]:22`, in quotes): each four numbers up to 255 with dots between them, each run of
// hexadecimal digits, colons and dots that reads as IPv6, and of the latter the /64, too.
//
// Fields may differ from what stands in the line: `\n` and its like are one character, `\u00e9` is
// another one, bytes that are not UTF-8 are shown as U+FFFD. Behind a backslash both readings are
// words; what cannot be foreseen gives the word kEscaped, with which no field can be excluded.
//
// The filter is a Bloom filter of ten bits a word: one word in a hundred seems to be there and is
// not, never the reverse. Pure functions of bytes; a WordSet belongs to one thread.
// About 0.2 µs for a line of 100 bytes.
#pragma once

#include "base/ip.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::store {

/// What must be in a line, or a block, that a search wants. An empty test passes everything.
struct WordTest {
  std::vector<std::uint64_t> all;  ///< hashes of words
  bool or_escaped = false;         ///< or kEscaped alone: for values of fields
};

/// A phrase that stands in the line as it is and touches no longer word (see find_phrase).
WordTest words_of_phrase(std::string_view phrase);
/// A value that a decoder cut out of the line. At most kTestWordsMax words are looked at.
WordTest words_of_value(std::string_view value);
inline constexpr std::size_t kTestWordsMax = 64;
WordTest words_of_address(const IpAddress& ip);
/// Any address of this one's source: the address for IPv4, its /64 for IPv6.
WordTest words_of_source(const IpAddress& ip);

/// Where `phrase` stands in `text` from `from` on, neither its first nor its last word being part
/// of a longer one; npos when it does not. Both are lower-case; linear but for phrases that almost
/// repeat.
std::size_t find_phrase(std::string_view text, std::string_view phrase, std::size_t from);

/// Whether a line has the words.
bool passes(std::string_view line, const WordTest& test);
/// Whether one of the lines that `filter` was made of may have all of them. Any bytes are a filter.
bool filter_passes(std::string_view filter, const WordTest& test);

/// Collects the words of many lines, each once. Keeps its memory.
class WordSet {
 public:
  /// Begins anew, with room for the words of about so many bytes.
  void clear(std::size_t bytes);
  void add(std::string_view lines);
  std::size_t size() const { return size_; }
  bool has(std::uint64_t word) const;
  std::string filter() const;

 private:
  void insert(std::uint64_t word);
  void grow();

  std::vector<std::uint64_t> slots_;  // open addressing, a power of two, at most half full; 0: free
  std::size_t size_ = 0;
};

}  // namespace vedette::store
