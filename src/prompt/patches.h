// Writes those parts of a text in which something is to be replaced: each replacement with what
// stands around it, so that a view of a long text with one escape in it is short.
#pragma once

#include "prompt/offset_map.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace vedette::prompt {

class Patches {
 public:
  static constexpr std::size_t kAround = 96;

  /// `source` and `out`, which is cleared, must outlive this.
  Patches(std::string_view source, MappedText& out) : source_(source), out_(out) { out_.clear(); }

  /// `bytes` (up to 255, or none) instead of the bytes `begin` to `end`, which are behind those of
  /// every call before.
  void replace(std::size_t begin, std::size_t end, std::string_view bytes) {
    if (!any_) {
      done_ = forward(begin > kAround ? begin - kAround : 0, begin);
    } else if (begin - done_ > 2 * kAround) {
      const std::size_t tail = forward(done_ + kAround, begin);
      out_.copy(source_, done_, tail);
      out_.put("\n", tail, 0);
      done_ = forward(begin - kAround, begin);
    }
    any_ = true;
    out_.copy(source_, done_, begin);
    if (!bytes.empty()) out_.put(bytes, begin, end - begin);
    done_ = end;
  }

  void finish() {
    const std::size_t size = source_.size();
    if (any_) out_.copy(source_, done_, forward(std::min(size, done_ + kAround), size));
  }

 private:
  /// The next place from `at`, at most `end`, that is not within a character.
  std::size_t forward(std::size_t at, std::size_t end) const {
    while (at < end && (static_cast<unsigned char>(source_[at]) & 0xC0) == 0x80) ++at;
    return at;
  }

  std::string_view source_;
  MappedText& out_;
  std::size_t done_ = 0;  // the source is dealt with up to here
  bool any_ = false;
};

}  // namespace vedette::prompt
