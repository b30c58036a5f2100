#include "engine/thread.h"

#include "base/log.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <pthread.h>
#include <sched.h>

namespace vedette::engine {

std::thread start_thread(const std::string& name, std::function<void()> body) {
  return std::thread([name, body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    try {
      body();
    } catch (const std::exception& exception) {
      log::error(
          "A thread failed; the process ends, and resumes where it was when it is started again.",
          {{"thread", name}, {"reason", exception.what()}});
      std::abort();
    } catch (...) {
      log::error(
          "A thread failed; the process ends, and resumes where it was when it is started again.",
          {{"thread", name}});
      std::abort();
    }
  });
}

std::size_t usable_cores() {
  // std::thread::hardware_concurrency() counts those of the machine.
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) {
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&cores)));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace vedette::engine
