// Lines that are JSON objects: Cowrie's events, and any other, nested or dotted, whose names are ECS (or a
// field some rule names). simdjson stays behind this header. One per thread.
#pragma once

#include <memory>
#include <string_view>

#include "model/event.h"

namespace vedette::decode {

class JsonDecoder {
 public:
  explicit JsonDecoder(const FieldTable& fields);
  ~JsonDecoder();
  /// RawBatch::kPadding bytes after `line` must be readable. As in lines.h: fills the open event or
  /// returns false.
  bool decode(std::string_view line, EventBatch& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::decode
