// How each character folds. The table is made by tools/fold_table.py; fold.h says what for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vedette::prompt {

/// What a character is to folding. From Control on it cannot be seen and folds to nothing.
enum class FoldClass : std::uint8_t {
  Other,     // letters of other scripts, emoji, symbols
  Plain,     // digits and punctuation of ASCII, or what folds to them
  Latin,     // letters, or what folds to them
  Alike,     // a letter of another script that looks like a Latin one
  Loose,     // the same, but not so much that one would be fooled by a single one
  Distinct,  // a letter of a script that has look-alikes, and is none
  Mark,      // combining
  Blank,
  Control,
  ZeroWidth,
  Joiner,
  SoftHyphen,
  Variation,
  DirectionMark,
  BidiControl,
  Tag,
  Filler,
};

struct FoldEntry {
  std::uint16_t text;  // where what it folds to begins
  std::uint8_t bytes;  // how long that is; 0: it folds to itself
  FoldClass kind;
  char latin;         // the letter that it looks like, or 0
  bool strips_marks;  // combining marks after it are dropped
};

extern const std::uint16_t kFoldStages[];
extern const std::uint16_t kFoldPages[];
extern const FoldEntry kFoldEntries[];
extern const char kFoldTexts[];

inline const FoldEntry& fold_entry(std::uint32_t code) {
  // The table has the first two planes and the beginning of the fifteenth.
  std::size_t block = code >> 6;
  if (code >= 0x20000) {
    if (code < 0xE0000 || code >= 0xE0200) return kFoldEntries[0];
    block = (0x20000 >> 6) + ((code - 0xE0000) >> 6);
  }
  return kFoldEntries[kFoldPages[std::size_t{kFoldStages[block]} << 6 | (code & 63)]];
}

}  // namespace vedette::prompt
