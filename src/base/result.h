// Result<T>: a value or an Error, with the part of std::expected's interface that we use.
//   VD_TRY(auto rule, parse_rule(text));   // returns the error to the caller, else there is a
//   `rule` VD_CHECK(store.commit());              // the same for Result<void>
#pragma once

#include "base/assert.h"
#include "base/error.h"

#include <utility>
#include <variant>

namespace vedette {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool has_value() const { return state_.index() == 0; }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& value() {
    VD_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    VD_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  Error& error() & {
    VD_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    VD_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && { return std::move(error()); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  explicit operator bool() const { return ok_; }
  bool has_value() const { return ok_; }
  Error& error() & {
    VD_ASSERT(!ok_);
    return error_;
  }
  const Error& error() const& {
    VD_ASSERT(!ok_);
    return error_;
  }
  Error&& error() && { return std::move(error()); }

 private:
  Error error_{};
  bool ok_ = true;
};

}  // namespace vedette

#define VD_CONCAT_(a, b) a##b
#define VD_CONCAT(a, b) VD_CONCAT_(a, b)
#define VD_TRY_(decl, expr, tmp)   \
  auto tmp = (expr);               \
  if (!tmp) {                      \
    return std::move(tmp).error(); \
  }                                \
  decl = *std::move(tmp)
#define VD_TRY(decl, expr) VD_TRY_(decl, expr, VD_CONCAT(vd_result_, __LINE__))
#define VD_CHECK(expr)                           \
  do {                                           \
    if (auto vd_checked = (expr); !vd_checked) { \
      return std::move(vd_checked).error();      \
    }                                            \
  } while (false)
