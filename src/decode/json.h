// Lines that are JSON objects: Cowrie's events, access logs that web servers write as JSON, and any
// other, nested or dotted, whose names are ECS (or a field some rule names). simdjson stays behind
// this header. One per thread. A line costs one pass over it; nothing is allocated once the largest
// line was seen.
#pragma once

#include "decode/lines.h"
#include "model/event.h"

#include <memory>
#include <string_view>

namespace vedette::decode {

class JsonDecoder {
 public:
  explicit JsonDecoder(const FieldTable& fields);
  ~JsonDecoder();
  /// RawBatch::kPadding bytes after `line` must be readable. As in lines.h: fills the open event or
  /// returns false.
  bool decode(std::string_view line, EventBatch& out);

  /// What the last decoded object wraps, when it is a log shipper's envelope around a line of text
  /// (Docker's json-file, the journal's export, CRI or Fluent Bit): `text` is that line, without
  /// its end, padded like a line of a RawBatch and as long-lived as the batch's content; `program`
  /// is who wrote it, when the envelope says so. Both empty otherwise. The open event has by then
  /// what the envelope knows (time, host, process); a decoder of the text may set its action and
  /// add fields.
  SyslogMessage inner() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::decode
