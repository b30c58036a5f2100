#include "base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace vedette {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{Errc::UsageError, "odd: " + std::to_string(value)};
  return value / 2;
}

Result<void> check_even(int value) {
  VD_CHECK(half(value));
  return {};
}

Result<std::string> quarter(int value) {
  VD_TRY(const int first, half(value));
  VD_TRY(auto second, half(first));
  VD_CHECK(check_even(value));
  return std::to_string(second);
}

TEST_SUITE("base/result") {
  TEST_CASE("a result is a value or an error") {
    const auto good = half(8);
    REQUIRE(good);
    CHECK(*good == 4);
    const auto bad = half(7);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Errc::UsageError);
    CHECK(bad.error().detail == "odd: 7");
  }

  TEST_CASE("the macros hand the value on or return the error") {
    CHECK(*quarter(8) == "2");
    CHECK(quarter(7).error().detail == "odd: 7");
    CHECK(quarter(6).error().detail == "odd: 3");
    CHECK(check_even(2));
    CHECK(check_even(3).error().code == Errc::UsageError);
  }

  TEST_CASE("values that can only be moved are moved out") {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
    const std::unique_ptr<int> value = *std::move(result);
    CHECK(*value == 5);
  }

  TEST_CASE("a result of nothing succeeds unless it holds an error") {
    const Result<void> fine;
    CHECK(fine);
    const Result<void> failed(Error{Errc::FileOpen, "x"});
    CHECK_FALSE(failed);
    CHECK(failed.error().detail == "x");
  }
}

}  // namespace
}  // namespace vedette
