// The features of a folded text, in one pass: hashed character n-grams within blanks, word n-grams,
// n-grams of shapes around odd marks ("word { word ]": the junk that searches append to a request),
// and pairs and triples of concepts ("ignore" … "previous" … "instructions", in many languages).
// Whoever learns and whoever scores walk the same way, so the order, the hashes and the places
// where pieces end are part of the model's file: change kFeatureListId with them. Linear, no
// allocation.
#pragma once

#include "base/utf8.h"
#include "prompt/concepts.h"
#include "prompt/symbols.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace vedette::prompt {

inline constexpr std::uint32_t kFeatureListId = 3;

/// What a feature is made of; each kind has a gain of its own, as there are many n-grams of
/// characters for one of words.
enum class FeatureKind : std::uint8_t { Chars, Words, Concepts, Shapes };

/// Walks over a text. `Sink` has
///   void feature(FeatureKind kind, std::uint32_t hash);
///   void piece(std::size_t end);    after each word, mark or ideograph, at most kWordBytesMax
///   apart
template <typename Sink>
class FeatureWalk {
 public:
  explicit FeatureWalk(Sink& sink) : sink_(sink) {}

  void walk(std::string_view text) {
    push_blank();
    std::size_t at = 0;
    while (at < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte < 0x80) {
        ascii(byte, at);
        ++at;
        continue;
      }
      const std::size_t length = utf8_length(text.substr(at, 4));
      const std::size_t taken = length == 0 ? 1 : length;
      at += taken;
      other(code_point(text.substr(at - taken, taken), length), at);
    }
    end_word(text.size());
    push_blank();
    sink_.piece(text.size());
  }

 private:
  static constexpr std::size_t kWordBytesMax = 64;

  void ascii(unsigned char byte, std::size_t at) {
    const std::uint16_t symbol = kAsciiSymbols[byte];
    if (kAsciiInWords[byte]) {
      push(symbol);
      grow_word(symbol, at + 1);
      return;
    }
    end_word(at);
    if (symbol == kBlank) {
      push_blank();
    } else {
      push(symbol);
    }
    shape(symbol == kBlank ? ' ' : byte);
  }

  void other(std::uint32_t code, std::size_t end) {
    const std::uint16_t symbol = symbol_of(code);
    if (!is_wide(code)) {
      push(symbol);
      grow_word(symbol, end);
      return;
    }
    end_word(end);
    push_wide(symbol);
    word(word_step(kWordStart, symbol));
    for (unsigned length = 2; length <= 4 && length <= run_; ++length) {
      note(wide_concept(key_ & key_mask(length), length));
    }
    sink_.piece(end);
  }

  void grow_word(std::uint16_t symbol, std::size_t end) {
    if (length_ == 0) number_ = symbol == '0';
    word_ = word_step(word_, symbol);
    ++length_;
    if (length_ <= kStemMax) prefixes_[length_] = word_;
    if (length_ >= kWordBytesMax) end_word(end);
  }

  void end_word(std::size_t end) {
    if (length_ == 0) return;
    word(word_);
    shape(number_ ? '0' : 'a');
    note(word_concept(word_, length_, prefixes_));
    word_ = kWordStart;
    length_ = 0;
    sink_.piece(end);
  }

  /// A word, a number, a blank or a mark; n-grams count if they hold an odd mark, or two in a row.
  void shape(unsigned char now) {
    const auto last = static_cast<unsigned char>(shapes_);
    if (now == ' ' && last == ' ') return;
    const Mark mark = kAsciiMarks[now];
    const bool odd = mark == Mark::Odd || (mark == Mark::Plain && kAsciiMarks[last] != Mark::None);
    odd_ = odd_ << 1 | (odd ? 1u : 0u);
    shapes_ = shapes_ << 8 | now;
    if ((odd_ & 7) != 0) emit(FeatureKind::Shapes, (shapes_ & 0xFFFFFF) * 0xD1B54A32D192ED03u);
    if ((odd_ & 15) != 0) emit(FeatureKind::Shapes, (shapes_ & 0xFFFFFFFF) * 0xABC98388FB8FAC03u);
  }

  void push_blank() {
    if (run_ == 1 && key_ == kBlank) return;
    if (run_ > 0) push(kBlank);
    key_ = kBlank;
    run_ = 1;
  }

  void push(std::uint16_t symbol) {
    key_ = key_ << kSymbolBits | symbol;
    if (++run_ < 3) return;
    emit(FeatureKind::Chars, (key_ & key_mask(3)) * 0x9E3779B97F4A7C15u);
    if (run_ < 4) return;
    emit(FeatureKind::Chars, (key_ & key_mask(4)) * 0xC2B2AE3D27D4EB4Fu);
    if (run_ < 5) return;
    emit(FeatureKind::Chars, (key_ & key_mask(5)) * 0x165667B19E3779F9u);
  }

  /// An ideograph or syllable says as much as a few letters.
  void push_wide(std::uint16_t symbol) {
    key_ = key_ << kSymbolBits | symbol;
    ++run_;
    if (run_ >= 2) emit(FeatureKind::Chars, (key_ & key_mask(2)) * 0xD6E8FEB86659FD93u);
    if (run_ >= 3) emit(FeatureKind::Chars, (key_ & key_mask(3)) * 0x9E3779B97F4A7C15u);
  }

  void word(std::uint64_t hash) {
    emit(FeatureKind::Words, hash * 0xA0761D6478BD642Fu);
    const std::uint64_t pair = before_ * 0xE7037ED1A0B428DBu ^ hash;
    emit(FeatureKind::Words, pair * 0x8EBC6AF09C88C6E3u);
    emit(FeatureKind::Words, (before_two_ * 0x589965CC75374CC3u ^ hash) * 0x1D8E4E27C47D124Fu);
    emit(FeatureKind::Words, (before_two_ * 0xEB44ACCAB455D165u ^ pair) * 0x9C6E6877736C46E3u);
    before_two_ = before_;
    before_ = hash;
    ++words_;
  }

  void note(Concept found) {
    if (found == Concept::None) return;
    const std::uint64_t now = static_cast<std::uint64_t>(found);
    for (const Noted& noted : noted_) {
      if (noted.concept_id == 0 || words_ - noted.word > kPairWords) continue;
      emit(FeatureKind::Concepts, (noted.concept_id << 8 | now) * 0x2545F4914F6CDD1Du);
    }
    const Noted& last = noted_[0];
    const Noted& second = noted_[1];
    if (second.concept_id != 0 && words_ - second.word <= kTripleWords) {
      emit(FeatureKind::Concepts,
           (second.concept_id << 16 | last.concept_id << 8 | now | 1u << 24) * 0x2545F4914F6CDD1Du);
    }
    noted_ = {Noted{now, words_}, noted_[0], noted_[1]};
  }

  void emit(FeatureKind kind, std::uint64_t hash) {
    sink_.feature(kind, static_cast<std::uint32_t>(hash >> 32));
  }

  struct Noted {
    std::uint64_t concept_id = 0, word = 0;
  };
  static constexpr std::uint64_t kPairWords = 7, kTripleWords = 12;

  Sink& sink_;
  std::uint64_t key_ = 0;  // the last five symbols
  std::uint64_t run_ = 0;  // symbols since the last blank
  std::uint64_t word_ = kWordStart, before_ = 0, before_two_ = 0;
  std::uint64_t words_ = 0;
  std::size_t length_ = 0;  // of the word, in symbols
  std::array<std::uint64_t, kStemMax + 1> prefixes_{};
  std::array<Noted, 3> noted_{};  // the last one first
  std::uint64_t shapes_ = ' ';    // the last eight, a byte each
  unsigned odd_ = 0;              // which of them are odd
  bool number_ = false;           // the word begins with a digit
};

}  // namespace vedette::prompt
