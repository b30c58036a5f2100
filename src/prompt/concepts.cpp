#include "prompt/concepts.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::uint64_t kStemSalt = 0x8BB84B93962EACC9u, kWideSalt = 0x2D358DCCAA6C78A5u;

/// Open addressing, twice as many slots as words; a slot remembers 32 bits of the hash.
class ConceptTable {
 public:
  ConceptTable() {
#define VD_CONCEPT(name, words) add_all(Concept::name, words);
#include "prompt/concepts.def"
#undef VD_CONCEPT
  }

  Concept find(std::uint64_t hash) const {
    const std::uint64_t mixed = hash * 0xBF58476D1CE4E5B9u;
    for (std::size_t slot = mixed >> 52;; slot = (slot + 1) % kSlots) {
      if (slots_[slot].kind == Concept::None) return Concept::None;
      if (slots_[slot].tag == static_cast<std::uint32_t>(mixed)) return slots_[slot].kind;
    }
  }
  /// False when no stem begins with these four symbols.
  bool may_be_stem(std::uint64_t prefix) const {
    const std::uint64_t bit = prefix * 0x94D049BB133111EBu >> 52;
    return (stems_[bit / 64] >> bit % 64 & 1) != 0;
  }

 private:
  static constexpr std::size_t kSlots = 4096;
  struct Slot {
    std::uint32_t tag = 0;
    Concept kind = Concept::None;
  };

  void add_all(Concept kind, std::string_view words) {
    while (!words.empty()) {
      const auto end = words.find(' ');
      if (end != 0) add_word(kind, words.substr(0, end));
      words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
  }

  void add_word(Concept kind, std::string_view word) {
    std::uint64_t hash = kWordStart, key = 0, prefix = 0;
    std::size_t length = 0;
    bool wide = false;
    const bool stem = take_suffix(word, "*");
    while (!word.empty()) {
      const std::size_t bytes = utf8_length(word);
      const std::uint32_t code = code_point(word.substr(0, bytes), bytes);
      const std::uint16_t symbol = symbol_of(code);
      wide = wide || is_wide(code);
      key = key << kSymbolBits | symbol;
      if (++length <= kStemMax || !stem) hash = word_step(hash, symbol);
      if (length == kStemMin) prefix = hash;
      word.remove_prefix(bytes);
    }
    if (wide) {
      add(key * kWideSalt + length, kind);
    } else if (stem) {
      const std::uint64_t bit = prefix * 0x94D049BB133111EBu >> 52;
      stems_[bit / 64] |= std::uint64_t{1} << bit % 64;
      add(hash * kStemSalt, kind);
    } else {
      add(hash, kind);
    }
  }

  /// The first concept that claims a word keeps it.
  void add(std::uint64_t hash, Concept kind) {
    if (find(hash) != Concept::None) return;
    const std::uint64_t mixed = hash * 0xBF58476D1CE4E5B9u;
    std::size_t slot = mixed >> 52;
    while (slots_[slot].kind != Concept::None) slot = (slot + 1) % kSlots;
    slots_[slot] = {static_cast<std::uint32_t>(mixed), kind};
  }

  std::array<Slot, kSlots> slots_{};
  std::array<std::uint64_t, kSlots / 64> stems_{};
};

const ConceptTable kConcepts;

}  // namespace

Concept word_concept(std::uint64_t hash, std::size_t length,
                     std::span<const std::uint64_t, kStemMax + 1> prefixes) {
  const Concept exact = kConcepts.find(hash);
  if (exact != Concept::None || length < kStemMin) return exact;
  if (!kConcepts.may_be_stem(prefixes[kStemMin])) return Concept::None;
  for (std::size_t n = std::min(length, kStemMax); n >= kStemMin; --n) {
    const Concept stem = kConcepts.find(prefixes[n] * kStemSalt);
    if (stem != Concept::None) return stem;
  }
  return Concept::None;
}

Concept wide_concept(std::uint64_t key, unsigned length) {
  return kConcepts.find(key * kWideSalt + length);
}

}  // namespace vedette::prompt
