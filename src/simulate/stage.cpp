#include "simulate/stage.h"

#include "base/assert.h"

#include <algorithm>

namespace vedette::simulate {

Stage::Stage(const Options& options) : options_(options) {}

std::string& Stage::open(Stream stream, Time at, const Fact& fact, std::string_view host) {
  VD_ASSERT(wants(stream));
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.push_back(std::make_unique<Line>());
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  Line& line = *slots_[slot];
  line.text.clear();
  line.time = at;
  line.fact = fact;
  line.host = host;
  line.campaign = campaign_;
  line.stream = stream;
  queue_.push_back({at, order_++, slot});
  std::push_heap(queue_.begin(), queue_.end(), later);
  return line.text;
}

const Line& Stage::pop() {
  VD_ASSERT(!queue_.empty());
  std::pop_heap(queue_.begin(), queue_.end(), later);
  const std::uint32_t slot = queue_.back().slot;
  queue_.pop_back();
  free_.push_back(slot);
  return *slots_[slot];
}

std::uint32_t Stage::next_pid(std::uint32_t step) {
  constexpr std::uint32_t kFirst = 600, kLast = 4'194'303;  // pid_max on 64-bit Linux
  pids_ = pids_ + step > kLast ? kFirst : pids_ + step;
  return pids_;
}

}  // namespace vedette::simulate
