// For tests: one line through one decoder, and what became of it as texts.
#pragma once

#include "decode/json.h"
#include "decode/lines.h"
#include "model/raw_batch.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::decode::testing {

class Sample {
 public:
  explicit Sample(std::string_view line)
      : text_(line), size_(line.size()), batch_(FieldSet{}.set()) {
    text_.append(RawBatch::kPadding, '\0');
    batch_.begin(this->line());
  }
  std::string_view line() const { return {text_.data(), size_}; }

  bool access() { return close(decode_web_access(line(), zone_, batch_)); }
  bool error() { return close(decode_web_error(line(), zone_, batch_)); }
  bool netfilter() { return close(decode_netfilter(line(), batch_)); }
  bool json(JsonDecoder& decoder) { return close(decoder.decode(line(), batch_)); }

  const Event& event() const { return batch_.events().back(); }
  std::string action() const { return std::string(describe(event().action).text); }
  std::string time() const { return event().time == Time{} ? "" : format_rfc3339(event().time); }
  /// The value as a text; "(none)" if there is none.
  std::string operator[](Field field) const {
    const Value* const value = batch_.find(event(), field);
    std::string scratch;
    return value == nullptr ? "(none)" : std::string(as_text(*value, scratch));
  }

 private:
  bool close(bool understood) {
    if (!understood) batch_.rollback(0);
    batch_.end();
    return understood;
  }

  std::string text_;
  std::size_t size_;
  LocalZone zone_;
  EventBatch batch_;
};

/// Where the corpora are; a file of them as lines, empty when they are absent.
inline std::string corpora() {
  const char* const path = std::getenv("VEDETTE_CORPORA");
  return path != nullptr ? path : "../shared/corpora";
}

inline std::vector<std::string> corpus_lines(const std::string& name) {
  std::ifstream file(corpora() + "/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return lines;
}

}  // namespace vedette::decode::testing
