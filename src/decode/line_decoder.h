// LineDecoder: one line at a time, with every field that there is, and its event as JSON. For what
// shows events to people; the engine decodes whole batches. One thread. Allocates nothing once it
// has seen the longest line.
#pragma once

#include "decode/decoder.h"

namespace vedette::decode {

class LineDecoder {
 public:
  /// The fields must live as long.
  explicit LineDecoder(const FieldTable& fields)
      : fields_(fields), decoder_(fields), batch_(FieldSet().set()) {}

  /// The event of the line, or nullptr when it is blank: until the next call. The line must live as
  /// long as it, and as Decoder wants it.
  const Event* decode(std::string_view line, const LineContext& context) {
    batch_.clear();
    decoder_.decode(line, context, batch_);
    return batch_.events().empty() ? nullptr : &batch_.events().front();
  }
  /// The values of that event.
  const EventBatch& batch() const { return batch_; }
  /// Appends that event as one JSON object, without a newline.
  void append_json(std::string& out) const {
    vedette::append_json(out, batch_, batch_.events().front(), fields_);
  }

 private:
  const FieldTable& fields_;
  Decoder decoder_;
  EventBatch batch_;
};

}  // namespace vedette::decode
