// The machine's time, handed in so that tests can hold it.
#pragma once

#include "base/time.h"

namespace vedette {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;  ///< wall clock: may jump
};

/// The real one. Stateless; any thread.
class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// For tests and replays: stands still until moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void advance(Duration step) { now_ += step; }
  void set(Time time) { now_ = time; }

 private:
  Time now_;
};

/// Seconds since some fixed point, never backwards: for rates and time-outs.
double monotonic_seconds();

}  // namespace vedette
