// A queue between threads with a fixed capacity. A full queue makes its producer wait: that is the
// backpressure of the whole program. Carries batches, so a lock per element costs nothing.
#pragma once

#include "base/mutex.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace vedette {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False (and `value` is dropped) only after close().
  bool push(T value) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.size() >= capacity_ && !closed_) room_.wait(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(value));
    filled_.notify_one();
    return true;
  }

  /// Waits for an element. Nothing only when the queue is closed and empty.
  std::optional<T> pop() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) filled_.wait(mutex_);
    return take();
  }

  /// Never waits: false, and `value` as it was, when the queue is full or closed.
  bool try_push(T& value) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (items_.size() >= capacity_ || closed_) return false;
    items_.push_back(std::move(value));
    filled_.notify_one();
    return true;
  }

  /// Waits for an element for that long.
  template <typename Period>
  std::optional<T> pop_for(Period period) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (items_.empty() && !closed_) filled_.wait_for(mutex_, period);
    return take();
  }
  bool closed() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return closed_;
  }

  std::optional<T> try_pop() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return take();
  }

  /// No more pushes; what is inside can still be popped.
  void close() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  std::size_t size() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }
  std::size_t capacity() const { return capacity_; }

 private:
  std::optional<T> take() REQUIRES(mutex_) {
    if (items_.empty()) return {};
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    room_.notify_one();
    return value;
  }

  mutable Mutex mutex_;
  Condition room_, filled_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  const std::size_t capacity_;
};

}  // namespace vedette
