// Writes JSON (RFC 8259) straight into a string: no tree in between. Commas and quotes are its
// business, nesting is the caller's. Bytes that are not UTF-8 become U+FFFD, so the output is
// always valid whatever stood in a log.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  /// At most `decimals` digits after the point; not-a-number and infinities become null.
  JsonWriter& real(double value, int decimals = 6);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& time(Time value);  ///< RFC 3339 as a string

  JsonWriter& field(std::string_view name, std::string_view value) {
    return key(name).string(value);
  }
  JsonWriter& field(std::string_view name, std::uint64_t value) {
    return key(name).unsigned_integer(value);
  }
  /// A time that nobody told (the epoch) is null, not 1970.
  JsonWriter& field(std::string_view name, Time value) {
    return value == Time{} ? key(name).null() : key(name).time(value);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool comma_ = false;  // something stands before the next value on this level
};

/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

}  // namespace vedette
