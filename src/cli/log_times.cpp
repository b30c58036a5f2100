#include "cli/log_times.h"

#include "decode/line_decoder.h"

#include <memory>

namespace vedette::cli {

source::SourceOptions with_times(const FieldTable& fields) {
  source::SourceOptions options;
  const auto decoder = std::make_shared<decode::LineDecoder>(fields);
  options.time_of = [decoder](std::string_view line, Time written_by) {
    decode::LineContext context;
    context.written_by = written_by;
    const Event* event = decoder->decode(line, context);
    return event == nullptr ? Time{} : event->time;
  };
  return options;
}

}  // namespace vedette::cli
