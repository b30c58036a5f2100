// The one binary form of what we store: little-endian base-128 integers, length-prefixed bytes.
// Readers never trust their input: they stop at the end and say so once, in ok().
#pragma once

#include "base/time.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vedette {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void u64(std::uint64_t value) {
    char raw[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) raw[size++] = static_cast<char>(value | 0x80);
    raw[size++] = static_cast<char>(value);
    out_.append(raw, size);
  }
  /// Zigzag, so that small negative numbers stay short.
  void i64(std::int64_t value) {
    u64(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void time(Time value) { i64(value.time_since_epoch().count()); }
  void bytes(std::string_view value) {
    u64(value.size());
    out_ += value;
  }
  void fixed64(std::uint64_t value) {
    char raw[8];
    for (int i = 0; i < 8; ++i) raw[i] = static_cast<char>(value >> (8 * i));
    out_.append(raw, 8);
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  /// Everything was read and nothing was missing.
  bool done() const { return ok_ && in_.empty(); }

  std::uint64_t u64() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(in_[0]);
      in_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t i64() {
    const std::uint64_t value = u64();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  Time time() { return Time{Duration{i64()}}; }
  std::string_view bytes() {
    const std::uint64_t size = u64();
    if (!ok_ || size > in_.size()) {
      ok_ = false;
      return {};
    }
    const auto value = in_.substr(0, size);
    in_.remove_prefix(size);
    return value;
  }
  std::uint64_t fixed64() {
    if (in_.size() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(in_[static_cast<std::size_t>(i)])}
               << (8 * i);
    }
    in_.remove_prefix(8);
    return value;
  }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace vedette
