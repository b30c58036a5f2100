#include "prompt/verdict_json.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::prompt {
namespace {

/// Code points before each of the bytes asked for, in one walk: they are asked for in order.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {}
  std::size_t before(std::size_t byte) {
    if (byte < byte_) byte_ = count_ = 0;
    count_ += code_points_before(text_.substr(byte_), byte - byte_);
    byte_ = byte;
    return count_;
  }

 private:
  std::string_view text_;
  std::size_t byte_ = 0, count_ = 0;
};

void write_hit(JsonWriter& json, const Hit& hit, CodePoints* points) {
  json.begin_object().field("scanner", to_string(hit.scanner)).field("kind", hit.kind);
  json.key("score").real(hit.score, 4);
  json.field("begin", std::uint64_t{hit.span.begin}).field("end", std::uint64_t{hit.span.end});
  if (points != nullptr) {
    json.field("char_begin", std::uint64_t{points->before(hit.span.begin)});
    json.field("char_end", std::uint64_t{points->before(hit.span.end)});
  }
  if (!hit.how.empty()) json.field("view", hit.how);
  json.field("reason", hit.why).end_object();
}

}  // namespace

void write_verdict(JsonWriter& json, std::optional<std::string_view> text, const Verdict& verdict) {
  json.field("verdict", to_string(verdict.decision)).key("score").real(verdict.score, 6);
  json.key("scanners").begin_object();
  for (std::size_t i = 0; i < kScanners; ++i) {
    if (verdict.ran[i]) json.key(to_string(static_cast<ScannerId>(i))).real(verdict.scores[i], 6);
  }
  json.end_object().key("spans").begin_array();
  CodePoints points(text.value_or(""));
  for (const Hit& hit : verdict.hits) write_hit(json, hit, text ? &points : nullptr);
  json.end_array();
  if (verdict.skipped.any()) {
    json.key("skipped").begin_array();
    for (std::size_t i = 0; i < kScanners; ++i) {
      if (verdict.skipped[i]) json.string(to_string(static_cast<ScannerId>(i)));
    }
    json.end_array();
  }
  if (verdict.sanitized) json.field("sanitized", *verdict.sanitized);
}

void write_receipt(JsonWriter& json, const Receipt& receipt) {
  json.key("receipt").begin_object().field("text", hex(receipt.text));
  json.field("direction", to_string(receipt.direction));
  json.field("policy", fmt::format("{:016x}", receipt.policy));
  json.field("model", fmt::format("{:016x}", receipt.model)).end_object();
}

}  // namespace vedette::prompt
