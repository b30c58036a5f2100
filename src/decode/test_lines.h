// For tests of decode/: one line in, what became of it out, every field wanted.
#pragma once

#include "base/corpus.h"
#include "base/text.h"
#include "base/time.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "model/raw_batch.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::decode::testing {

inline FieldSet all_fields() {
  return FieldSet{}.set();
}

/// A decoded line with the memory it points into.
class OneLine {
 public:
  explicit OneLine(std::string_view line, std::string_view written_by = "2026-06-30T12:00:00Z")
      : memory_(line), batch_(all_fields()) {
    memory_.resize(memory_.size() + RawBatch::kPadding);
    Decoder decoder(fields_);
    status = decoder.decode({memory_.data(), line.size()},
                            {.written_by = parse_rfc3339(written_by).value_or(Time{})}, batch_);
  }

  Decoded status = Decoded::Unknown;
  bool has_event() const { return !batch_.events().empty(); }
  const Event& event() const { return batch_.events().front(); }
  Action action() const { return event().action; }
  Outcome outcome() const { return event().outcome; }
  std::string time() const { return format_rfc3339(event().time); }
  std::string text(Field field) const { return std::string(batch_.text(event(), field)); }
  std::int64_t number(Field field) const {
    const Value* value = batch_.find(event(), field);
    return value != nullptr && value->type == ValueType::Integer ? value->integer : -1;
  }
  std::string ip(Field field = Field::SourceIp) const {
    const IpAddress* ip = batch_.ip(event(), field);
    return ip != nullptr ? format_ip(*ip) : std::string{};
  }
  const EventBatch& batch() const { return batch_; }

 private:
  FieldTable fields_;
  std::string memory_;
  EventBatch batch_;
};

/// What a syslog line means whose tag and text are these.
inline OneLine line(std::string_view tag_and_text) {
  return OneLine("Jun  7 03:04:05 web " + std::string(tag_and_text));
}

/// Sets TZ for one test.
class ZoneForTest {
 public:
  explicit ZoneForTest(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~ZoneForTest() {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  ZoneForTest(const ZoneForTest&) = delete;
  ZoneForTest& operator=(const ZoneForTest&) = delete;

 private:
  std::optional<std::string> before_;
};

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(take_until(text, '\n'));
  return lines;
}

}  // namespace vedette::decode::testing
