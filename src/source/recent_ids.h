// The ids of the batches that were accepted last, and where each batch went: how a batch that is
// sent again after a crash or a lost answer is recognised.
//
// Not thread-safe. Ids are chosen by clients, so they stand in a tree: no choice of them makes it
// slow. At most `ids_max` are kept; the oldest go first.
#pragma once

#include "source/ingest_frame.h"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

class RecentIds {
 public:
  explicit RecentIds(std::size_t ids_max) : ids_max_(ids_max) {}

  /// Behind the batch with this id, or nullptr. Lives until the next add().
  const Place* find(std::string_view id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &found->second;
  }
  /// The first batch with an id is the one that counts.
  void add(std::string_view id, const Place& behind) {
    const auto [at, added] = places_.emplace(id, behind);
    if (!added) return;
    order_.push_back(at);
    if (order_.size() <= ids_max_) return;
    places_.erase(order_.front());
    order_.pop_front();
  }
  /// Oldest first.
  std::vector<std::string> list() const {
    std::vector<std::string> out;
    out.reserve(order_.size());
    for (const auto& at : order_) out.push_back(at->first);
    return out;
  }

 private:
  using Places = std::map<std::string, Place, std::less<>>;

  std::size_t ids_max_;
  Places places_;
  std::deque<Places::const_iterator> order_;
};

}  // namespace vedette::source
