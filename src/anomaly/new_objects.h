// NewObjects: how often an entity asks for what it has not asked for lately, and how often it
// usually does, in 64 bytes. Who takes one record after the other sees each once, while programs
// and people come back to few. By objects paths and queries with their numbers are meant.
#pragma once

#include "anomaly/recent.h"
#include "anomaly/running_mean.h"

#include <cstdint>

namespace vedette::anomaly {

class NewObjects {
 public:
  /// All bits of `object`, a hash, are random; `before`: how many requests came before it.
  void ask(std::uint64_t object, std::uint32_t before) {
    share_.move(asked_for_.add(object) ? 1.0f : 0.0f, weight_of_next<kShareSpan>(before));
    asked_ = 1;
  }

  /// A window of five minutes ended.
  void end_window() {
    if (asked_ == 0) return;
    usual_.take<kUsualSpan>(share_.value(), windows_);
    if (windows_ < kUsualSpan) ++windows_;
    asked_ = 0;
  }

  /// How far the share of what was new, of about 16 requests, is above its mean over about 128
  /// windows with requests, by 1 + its mean deviation: -1 to 1. 0 before the third of them ended.
  float over_usual() const { return windows_ < kUsualMin ? 0 : usual_.over(share_.value()); }

  /// Whether ask() and end_window() could have led here, as far as anything depends on it.
  bool sane() const { return asked_ <= 1 && share_.value() <= 1 && usual_.mean.value() <= 1; }

 private:
  static constexpr std::uint8_t kShareSpan = 16;
  static constexpr std::uint8_t kUsualSpan = 128;  // so that a slow attack is not soon usual
  static constexpr std::uint8_t kUsualMin = 3;

  Recent asked_for_;
  RunningMean share_;
  RunningSpread usual_;
  std::uint8_t asked_ = 0;    // whether anything was in this window
  std::uint8_t windows_ = 0;  // with requests that ended, at most kUsualSpan
};
static_assert(sizeof(NewObjects) == 64);

}  // namespace vedette::anomaly
