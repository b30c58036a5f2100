#include "prompt/views.h"

#include "base/hash.h"
#include "base/text.h"
#include "prompt/disguises.h"
#include "prompt/encodings.h"
#include "prompt/markup.h"

#include <algorithm>
#include <cstring>

namespace vedette::prompt {
namespace {

constexpr std::size_t kKeepBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kNumberDigitsMin = 6;

using Decode = void (*)(std::string_view, MappedText&);
struct Decoder {
  ViewKind kind;
  Decode decode;
  std::string_view needs;  // any of these characters, or nothing is there to decode
};
constexpr Decoder kDecoders[] = {
    {ViewKind::Percent, decode_percent, "%"},   {ViewKind::Entities, decode_entities, "&"},
    {ViewKind::Escapes, decode_escapes, "\\"},  {ViewKind::Base64, decode_base64, ""},
    {ViewKind::Hex, decode_hex, "0"},           {ViewKind::Numbers, decode_numbers, "0"},
    {ViewKind::Spaced, undo_spacing, ""},       {ViewKind::Markup, strip_markup, "<"},
    {ViewKind::Compounds, split_compounds, ""},
};

/// Whether there may be enough digits for numbers that stand for characters.
bool has_digits(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  std::size_t digits = 0, at = 0;
  for (; at + 8 <= text.size() && digits < kNumberDigitsMin; at += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data() + at, 8);
    x &= ~kHighs;  // some bytes above ASCII count as digits, which is a false alarm and no miss
    const std::uint64_t found = (x + kOnes * (0x80 - '0')) & ~(x + kOnes * (0x7F - '9')) & kHighs;
    digits += (found >> 7) * kOnes >> 56;
  }
  for (; at < text.size(); ++at) digits += is_digit(text[at]) ? 1 : 0;
  return digits >= kNumberDigitsMin;
}

}  // namespace

std::string_view name_of(ViewKind kind) {
  constexpr std::array<std::string_view, kViewKinds> kNames = {
      "raw",    "folded", "percent",   "entities", "escapes",    "base64", "hex",   "numbers",
      "spaced", "markup", "compounds", "tags",     "variations", "leet",   "rot13", "backwards"};
  return kNames[static_cast<std::size_t>(kind)];
}

void Views::build(std::string_view text, const ViewLimits& limits) {
  if (capacity_bytes() > kKeepBytesMax) slots_.clear();  // one huge text does not cost for ever
  limits_ = limits;
  views_.clear();
  carriers_.clear();
  decoded_ = work_ = 0;
  decoded_max_ = text.size() * limits.decoded_factor_max + limits.decoded_bytes_max;
  cut_short_ = false;
  slot().hash = 0;
  views_.push_back({.kind = ViewKind::Raw, .text = text});
  fold_last();
  work_ += text.size();
  find_carriers(text, limits.carriers_max, carriers_);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (views_[i].depth >= limits.depth_max) continue;
    if (views_[i].kind == ViewKind::Folded) {
      undo(i);
    } else if (!views_[i].is_folded()) {
      decode(i);
    }
  }
}

/// The slot of the view that is made next.
Views::Slot& Views::slot() {
  if (slots_.size() == views_.size()) slots_.emplace_back();
  return slots_[views_.size()];
}

/// Makes what was written into the next slot a view, unless it is nothing, or known, or too much.
bool Views::add(ViewKind kind, std::size_t parent) {
  Slot& made = slot();
  const std::string_view text = made.made.text;
  if (text.empty()) return false;
  made.hash = hash64(text);
  if (seen(made.hash)) return false;
  const bool folded = kind >= ViewKind::Leet;
  const std::size_t need = folded ? text.size() : 2 * text.size();
  if (decoded_ + need > decoded_max_ || views_.size() + (folded ? 1 : 2) > limits_.views_max) {
    cut_short_ = true;
    return false;
  }
  decoded_ += need;
  views_.push_back({.kind = kind,
                    .depth = static_cast<std::uint8_t>(views_[parent].depth + 1),
                    .index = static_cast<std::uint16_t>(views_.size()),
                    .parent = static_cast<std::uint16_t>(parent),
                    .text = text});
  if (!folded) fold_last();
  return true;
}

void Views::fold_last() {
  const std::size_t parent = views_.size() - 1;
  const View& from = views_[parent];
  Slot& made = slot();
  made.hash = 0;
  made.fold.run(from.text);
  work_ += from.text.size();
  views_.push_back({.kind = ViewKind::Folded,
                    .depth = from.depth,
                    .index = static_cast<std::uint16_t>(views_.size()),
                    .parent = static_cast<std::uint16_t>(parent),
                    .text = made.fold.text()});
}

/// Reads everything out of a raw or decoded view that is written as other bytes.
void Views::decode(std::size_t index) {
  const std::string_view text = views_[index].text;
  bool digits = false, asked = false;
  for (const Decoder& decoder : kDecoders) {
    if (decoder.needs == "0") {
      if (!asked) digits = has_digits(text);
      asked = true;
      if (!digits) continue;
    } else if (!decoder.needs.empty() && text.find(decoder.needs[0]) == text.npos) {
      continue;
    }
    Slot& made = slot();
    made.made.clear();
    decoder.decode(text, made.made);
    work_ += text.size();
    add(decoder.kind, index);
  }
  const Fold& fold = slots_[index + 1].fold;
  for (const auto& [kind, hidden] : {std::pair(ViewKind::Tags, &fold.tags()),
                                     std::pair(ViewKind::Variations, &fold.variations())}) {
    if (hidden->text.empty()) continue;
    slot().made = *hidden;
    add(kind, index);
  }
}

/// Reads everything out of a folded view that is letters in disguise.
void Views::undo(std::size_t index) {
  const std::string_view text = views_[index].text;
  work_ += 2 * text.size();
  undo_leet(text, slot().made);
  add(ViewKind::Leet, index);
  const Disguised found = find_disguised(text);
  if (found.rot13.end > 0) {
    undo_rot13(text, found.rot13, slot().made);
    add(ViewKind::Rot13, index);
  }
  if (found.backwards.end > 0) {
    Slot& made = slot();
    made.backwards = found.backwards;
    undo_backwards(text, found.backwards, made.made);
    add(ViewKind::Backwards, index);
  }
}

bool Views::seen(std::uint64_t hash) const {
  return std::any_of(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(views_.size()),
                     [&](const Slot& slot) { return slot.hash == hash; });
}

Span Views::origin(const View& view, std::size_t begin, std::size_t end) const {
  Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  for (const View* at = &view; at->kind != ViewKind::Raw; at = &views_[at->parent]) {
    const Slot& slot = slots_[at->index];
    if (at->kind == ViewKind::Backwards) {
      span = {slot.backwards.end - span.end, slot.backwards.end - span.begin};
    } else if (at->kind == ViewKind::Folded) {
      span = slot.fold.origin(span.begin, span.end);
    } else {
      span = slot.made.map.origin(span.begin, span.end);
    }
  }
  return span;
}

std::string Views::how(const View& view) const {
  std::string chain(name_of(view.kind));
  for (const View* at = &views_[view.parent]; at->kind != ViewKind::Raw; at = &views_[at->parent]) {
    chain.insert(0, " > ").insert(0, name_of(at->kind));
  }
  return chain;
}

std::size_t Views::capacity_bytes() const {
  std::size_t sum = 0;
  for (const Slot& slot : slots_) {
    sum += slot.fold.capacity_bytes() + slot.made.text.capacity() + slot.made.map.capacity_bytes();
  }
  return sum;
}

}  // namespace vedette::prompt
