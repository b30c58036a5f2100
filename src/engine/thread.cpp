#include "engine/thread.h"

#include "base/log.h"

#include <cstdlib>
#include <exception>
#include <pthread.h>

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

}  // namespace vedette::engine
