// From the bytes of a text that was made of another to the bytes that they were made of: folding
// and every decoder keep one while they write. Characters that become alike (each byte itself, each
// four bytes three) share a run, so plain text costs a run per change, not a number per byte.
#pragma once

#include "prompt/span.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

class OffsetMap {
 public:
  void clear() { rewind(0); }
  std::size_t size() const { return runs_.size(); }
  /// Forgets the runs after the first `runs`; the last one of those may have become shorter.
  void rewind(std::size_t runs) {
    runs_.resize(runs);
    next_out_ = kNone;
  }

  /// `count` times, one after the other: `out_unit` bytes at `out` come from `in_unit` bytes at
  /// `in`.
  void add(std::size_t out, std::size_t in, std::size_t out_unit, std::size_t in_unit,
           std::size_t count = 1) {
    in_unit = std::min<std::size_t>(in_unit, 255);
    if (out != next_out_ || in != next_in_ || out_unit != out_unit_ || in_unit != in_unit_) {
      begin_run(out, in, out_unit, in_unit);
    }
    next_out_ = out + out_unit * count;
    next_in_ = in + in_unit * count;
  }

  /// Where the bytes `begin` to `end` of the made text come from; if they are none, nothing there.
  Span origin(std::size_t begin, std::size_t end) const {
    if (runs_.empty()) return {};
    if (end > begin) return {unit_at(begin).begin, unit_at(end - 1).end};
    const Span before = unit_at(begin > 0 ? begin - 1 : 0);
    return begin > 0 ? Span{before.end, before.end} : Span{before.begin, before.begin};
  }

  std::size_t capacity_bytes() const { return runs_.capacity() * sizeof(Run); }

 private:
  struct Run {
    std::uint32_t out, in;
    std::uint8_t out_unit, in_unit;
  };
  static constexpr std::size_t kNone = ~std::size_t{0};

  void begin_run(std::size_t out, std::size_t in, std::size_t out_unit, std::size_t in_unit) {
    runs_.push_back({static_cast<std::uint32_t>(out), static_cast<std::uint32_t>(in),
                     static_cast<std::uint8_t>(out_unit), static_cast<std::uint8_t>(in_unit)});
    out_unit_ = out_unit;
    in_unit_ = in_unit;
  }

  Span unit_at(std::size_t out) const {
    auto after = std::upper_bound(runs_.begin(), runs_.end(), out,
                                  [](std::size_t at, const Run& run) { return at < run.out; });
    const Run& run = after == runs_.begin() ? *after : *(after - 1);
    const auto steps = static_cast<std::uint32_t>((out - run.out) / run.out_unit);
    const std::uint32_t begin = run.in + steps * run.in_unit;
    return {begin, begin + run.in_unit};
  }

  std::vector<Run> runs_;
  std::size_t next_out_ = kNone, next_in_ = 0;  // where the last run would go on
  std::size_t out_unit_ = 0, in_unit_ = 0;
};

/// A text in the making, and where its bytes come from.
struct MappedText {
  std::string text;
  OffsetMap map;

  void clear() {
    text.clear();
    map.clear();
  }
  /// The bytes `begin` to `end` of `source`, as they are.
  void copy(std::string_view source, std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    map.add(text.size(), begin, 1, 1, end - begin);
    text.append(source.substr(begin, end - begin));
  }
  /// `bytes`, 1 to 255, which `size` bytes at `in` stand for.
  void put(std::string_view bytes, std::size_t in, std::size_t size) {
    map.add(text.size(), in, bytes.size(), size);
    text.append(bytes);
  }
};

}  // namespace vedette::prompt
