#include "base/bounded_queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace vedette {
namespace {

TEST_SUITE("base/bounded_queue") {
  TEST_CASE("who does not want to wait is told, and keeps what it had") {
    BoundedQueue<std::string> queue(1);
    std::string first = "first", second = "second";
    CHECK(queue.try_push(first));
    CHECK_FALSE(queue.try_push(second));
    CHECK(second == "second");
    CHECK(queue.pop_for(std::chrono::seconds(10)) == "first");
    CHECK_FALSE(queue.pop_for(std::chrono::milliseconds(1)));
    queue.close();
    CHECK_FALSE(queue.try_push(second));
    CHECK(queue.closed());
    CHECK_FALSE(queue.pop_for(std::chrono::seconds(10)));
  }

  TEST_CASE("what goes in first comes out first") {
    BoundedQueue<int> queue(3);
    CHECK(queue.push(1));
    CHECK(queue.push(2));
    CHECK(queue.size() == 2);
    CHECK(queue.pop() == 1);
    CHECK(queue.try_pop() == 2);
    CHECK_FALSE(queue.try_pop().has_value());
  }

  TEST_CASE("things that can only be moved pass through") {
    BoundedQueue<std::unique_ptr<int>> queue(1);
    CHECK(queue.push(std::make_unique<int>(7)));
    CHECK(**queue.pop() == 7);
  }

  TEST_CASE("a full queue makes its producer wait") {
    BoundedQueue<int> queue(2);
    std::atomic<int> pushed{0};
    std::thread producer([&] {
      for (int i = 0; i < 1000; ++i) {
        queue.push(i);
        ++pushed;
      }
    });
    for (int i = 0; i < 1000; ++i) {
      // The producer is never further than the queue is long, whichever thread runs.
      CHECK(pushed <= i + 2);
      CHECK(queue.pop() == i);
    }
    producer.join();
    CHECK(pushed == 1000);
  }

  TEST_CASE("a closed queue gives what it holds and takes nothing more") {
    BoundedQueue<int> queue(2);
    queue.push(1);
    queue.close();
    CHECK_FALSE(queue.push(2));
    CHECK(queue.pop() == 1);
    CHECK_FALSE(queue.pop().has_value());
  }

  TEST_CASE("closing wakes whoever waits") {
    BoundedQueue<int> full(1), empty(1);
    full.push(1);
    bool pushed = true, popped = true;
    std::thread producer([&] { pushed = full.push(2); });
    std::thread consumer([&] { popped = empty.pop().has_value(); });
    full.close();
    empty.close();
    producer.join();
    consumer.join();
    CHECK_FALSE(pushed);
    CHECK_FALSE(popped);
  }

  TEST_CASE("many producers and consumers lose and double nothing") {
    BoundedQueue<int> queue(4);
    constexpr int kEach = 2000;
    std::atomic<long> sum{0};
    std::atomic<int> count{0};
    std::vector<std::thread> threads;
    for (int p = 0; p < 3; ++p) {
      threads.emplace_back([&] {
        for (int i = 1; i <= kEach; ++i) queue.push(i);
      });
    }
    std::vector<std::thread> consumers;
    for (int c = 0; c < 3; ++c) {
      consumers.emplace_back([&] {
        while (const auto value = queue.pop()) {
          sum += *value;
          ++count;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    queue.close();
    for (auto& thread : consumers) thread.join();
    CHECK(count == 3 * kEach);
    CHECK(sum == 3L * kEach * (kEach + 1) / 2);
  }
}

}  // namespace
}  // namespace vedette
