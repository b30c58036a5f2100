// Named threads whose top catches what should not exist: an exception that nobody handled ends the
// process with a word about it, instead of leaving a stage silently dead.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace vedette::engine {

/// `name`: at most 15 characters, as the kernel shows them.
std::thread start_thread(const std::string& name, std::function<void()> body);

/// How many cores this process may run on, at least 1.
std::size_t usable_cores();

}  // namespace vedette::engine
