// std::mutex with clang's capability attributes, so that `clang -Wthread-safety` finds a member
// that is touched without its lock. Under other compilers the attributes vanish.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define VD_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define VD_THREAD_ATTRIBUTE(x)
#endif
#define GUARDED_BY(x) VD_THREAD_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) VD_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) VD_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace vedette {

class VD_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() VD_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() VD_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class VD_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) VD_THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() VD_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a Mutex that the caller holds.
class Condition {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) { condition_.wait(mutex); }
  template <typename Period>
  void wait_for(Mutex& mutex, Period period) REQUIRES(mutex) {
    condition_.wait_for(mutex, period);
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace vedette
