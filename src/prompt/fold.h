// The folded form of a text: what a reader sees, spelled in one way, so that patterns and n-grams
// need no other spelling. Small letters; compatibility forms (fullwidth, mathematical, circled, …)
// as plain ones; Latin letters without accents; every run of blanks one space; characters that
// cannot be seen are gone and counted; look-alikes of Latin letters are Latin in words that have
// Latin letters, and in words made of nothing else that stand among Latin ones. So Russian or Greek
// prose stays itself. Bytes that are no UTF-8 are gone and counted. Folding twice is folding once.
//
// One pass, linear in the text (a word may be written twice). A Fold is reused: once warm it does
// not allocate. Not thread-safe.
#pragma once

#include "prompt/fold_table.h"
#include "prompt/offset_map.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace vedette::prompt {

/// What cannot be seen, and is not needed where it stands: joiners and variation selectors in
/// emoji, in Arabic and in Indic scripts are no attack and not counted, neither is a mark at the
/// front that tells of UTF-8, nor the tags of a flag.
enum class Hidden : std::uint8_t {
  Control,
  ZeroWidth,
  Joiner,
  SoftHyphen,
  Variation,
  DirectionMark,
  BidiControl,
  Tag,
  Filler,
  StackedMark,  // the third and later combining marks on one Latin letter
  Invalid,      // bytes that are no UTF-8
};
inline constexpr std::size_t kHiddenKinds = 11;
std::string_view name_of(Hidden kind);

struct HiddenCount {
  std::uint32_t count = 0;
  std::uint32_t longest = 0;  // the most that stand next to each other
  Span first;                 // the first run of them
};

class Fold {
 public:
  /// Folds `text`, of less than 1 GiB, in place of the text before. `text` is not kept.
  void run(std::string_view text);

  std::string_view text() const { return {text_.data(), out_}; }
  Span origin(std::size_t begin, std::size_t end) const { return map_.origin(begin, end); }
  const HiddenCount& hidden(Hidden kind) const { return hidden_[static_cast<std::size_t>(kind)]; }
  /// ASCII that tag characters spell, and bytes that runs of variation selectors do.
  const MappedText& tags() const { return tags_; }
  const MappedText& variations() const { return variations_; }
  std::size_t capacity_bytes() const { return text_.capacity() + map_.capacity_bytes(); }

 private:
  enum class Words : std::uint8_t { None, Latin, Distinct };
  enum class Letters : std::uint8_t { AsTheyAre, Latin };
  struct Place {
    std::size_t in, out, runs;
    bool strips;
  };
  struct Char {
    std::uint32_t code;
    std::size_t bytes;
  };

  void start(std::string_view text);
  void ascii();
  void word();
  FoldClass step(Letters letters);
  Char next() const;
  void write(std::string_view bytes, std::size_t in_bytes);
  void make_room();
  void blank(std::size_t bytes);
  void hide(FoldClass kind, Char c);
  void count(Hidden kind, std::size_t begin, std::size_t bytes);
  void collect_tags();
  bool needed(FoldClass kind, Char c) const;
  Place here() const { return {in_, out_, map_.size(), strips_}; }
  void again(const Place& from, std::size_t to, Letters letters);
  void settle(Words right);
  void settle_at_letter();
  bool look_back();

  std::string_view source_;
  std::string text_;  // longer than what is written; never shrinks while in use
  std::size_t in_ = 0, out_ = 0, segment_ = 0;  // segment_: where the plain ASCII before out_ began
  OffsetMap map_;
  bool strips_ = true;    // combining marks would be dropped here
  bool counting_ = true;  // not when something is written for the second time
  std::size_t marks_ = 0;
  FoldClass before_ = FoldClass::Blank;  // the last character that can be seen
  std::uint32_t before_code_ = 0;
  // A run of words made of nothing but look-alikes waits for the next word that is not.
  bool waiting_ = false;
  Place wait_{};
  Words wait_left_ = Words::None;
  Words left_ = Words::None;
  std::array<HiddenCount, kHiddenKinds> hidden_{};
  std::size_t run_end_ = 0;  // where the last hidden character ended
  std::uint32_t run_ = 0;    // how many stand there in a row
  Hidden run_kind_{};
  MappedText tags_, variations_;
};

/// The folded form alone, for what has time.
std::string fold(std::string_view text);

}  // namespace vedette::prompt
