// A text and everything that can be read out of it: its folded form, what it encodes, what it
// disguises, and the same of those. Scanners read views; origin() leads what they find back to the
// bytes that came. A Views is reused from text to text and then allocates nothing; not thread-safe.
//
// Linear: each view is read once by each decoder, and all that is decoded has a limit.
#pragma once

#include "prompt/carriers.h"
#include "prompt/fold.h"
#include "prompt/offset_map.h"
#include "prompt/span.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

enum class ViewKind : std::uint8_t {
  Raw,
  Folded,
  // Read out of bytes as they are; each has a folded view of its own right behind it.
  Percent,
  Entities,
  Escapes,
  Base64,
  Hex,
  Numbers,
  Spaced,
  Markup,
  Compounds,
  Tags,
  Variations,
  // Read out of a folded view, and folded already.
  Leet,
  Rot13,
  Backwards,
};
inline constexpr std::size_t kViewKinds = 16;
std::string_view name_of(ViewKind kind);

struct View {
  ViewKind kind = ViewKind::Raw;
  std::uint8_t depth = 0;    // how many times something was decoded
  std::uint16_t index = 0;   // its place in Views::all()
  std::uint16_t parent = 0;  // that of what it was made of
  std::string_view text;

  /// Whether it is in the one spelling that fold.h describes.
  bool is_folded() const { return kind == ViewKind::Folded || kind >= ViewKind::Leet; }
};

struct ViewLimits {
  std::uint8_t depth_max = 3;
  std::size_t views_max = 48;
  /// Of all views but the first two together: so many times the text, and so many bytes more.
  std::size_t decoded_factor_max = 2;
  std::size_t decoded_bytes_max = 64 * 1024;
  std::size_t carriers_max = 256;
};

class Views {
 public:
  /// Makes the views of `text`, of less than 1 GiB, which must outlive them.
  void build(std::string_view text, const ViewLimits& limits = {});

  /// Of the text first the raw, then the folded view.
  const std::vector<View>& all() const { return views_; }
  /// The bytes of the text as it came that the bytes `begin` to `end`, not none, of a view are of.
  Span origin(const View& view, std::size_t begin, std::size_t end) const;
  /// "base64 > folded": how one comes to a view; "raw" for the text itself.
  std::string how(const View& view) const;

  /// What the text as it came has of invisible characters, and of places that carry hidden text.
  const HiddenCount& hidden(Hidden kind) const { return slots_[1].fold.hidden(kind); }
  const std::vector<Carrier>& carriers() const { return carriers_; }
  /// A limit stopped the decoding: there may be more in the text than the views show.
  bool cut_short() const { return cut_short_; }
  /// Bytes that were read, in all passes together.
  std::uint64_t work() const { return work_; }
  std::size_t capacity_bytes() const;

 private:
  struct Slot {
    Fold fold;        // of views made by folding
    MappedText made;  // of the others, but the first
    Span backwards;   // the part of the parent that a view read backwards is of
    std::uint64_t hash = 0;
  };

  Slot& slot();
  bool add(ViewKind kind, std::size_t parent);
  void fold_last();
  void decode(std::size_t index);
  void undo(std::size_t index);
  bool seen(std::uint64_t hash) const;

  ViewLimits limits_;
  std::vector<View> views_;
  std::deque<Slot> slots_;  // one for each view, in the same order, and more from texts before
  std::vector<Carrier> carriers_;
  std::size_t decoded_ = 0, decoded_max_ = 0;
  std::uint64_t work_ = 0;
  bool cut_short_ = false;
};

}  // namespace vedette::prompt
