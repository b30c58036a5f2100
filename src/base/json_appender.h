// JsonAppender: JSON for what is asked for often. Keys and brackets are literals that the caller
// writes as they stand, so that a value costs little more than its own bytes; JsonWriter is the one
// to use where that does not matter.
#pragma once

#include "base/json_plain.h"
#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vedette {

class JsonAppender {
 public:
  /// Nobody else touches `out` until this is gone.
  explicit JsonAppender(std::string& out) : out_(out) { open(kRoomAtFirst); }
  ~JsonAppender() { close(); }
  JsonAppender(const JsonAppender&) = delete;
  JsonAppender& operator=(const JsonAppender&) = delete;

  /// JSON as it stands: `json.raw(R"(,"score":)")`.
  template <std::size_t N>
  JsonAppender& raw(const char (&literal)[N]) {
    need(N - 1);
    std::memcpy(at_, literal, N - 1);
    at_ += N - 1;
    return *this;
  }

  // One value each, as JsonWriter would write it.
  JsonAppender& string(std::string_view value) {
    if (!all_plain_json(value)) return escaped(value);
    need(value.size() + 2);
    *at_++ = '"';
    at_ += value.copy(at_, value.size());
    *at_++ = '"';
    return *this;
  }
  JsonAppender& number(std::uint64_t value);
  /// With at most one digit after the point. Finite.
  JsonAppender& tenths(double value);
  /// At most six digits after the point; null for what is no number.
  JsonAppender& real(double value);
  /// null for a time that nobody told.
  JsonAppender& time(Time value);

  /// An array; `write` adds one element.
  template <typename Things, typename Write>
  JsonAppender& array(const Things& things, Write write) {
    raw("[");
    bool first = true;
    for (const auto& thing : things) {
      if (!first) raw(",");
      first = false;
      write(thing);
    }
    return raw("]");
  }
  template <typename Texts>
  JsonAppender& strings(const Texts& texts) {
    return array(texts, [this](std::string_view text) { string(text); });
  }

 private:
  static constexpr std::size_t kRoomAtFirst = 1024;

  void need(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) more(bytes);
  }
  void more(std::size_t bytes);
  void open(std::size_t room);
  void close() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  JsonAppender& escaped(std::string_view value);

  std::string& out_;  // longer than what was written, by what is between at_ and end_
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace vedette
