#include "prompt/masking.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::size_t kPlaceholderMax = 40;

/// payment-card: PAYMENT_CARD
std::string word_of(LeakKind kind) {
  std::string word(describe(kind).name);
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  });
  return word;
}

}  // namespace

const std::string& Masker::placeholder(LeakKind kind, std::string_view value) {
  std::string key(1, static_cast<char>(kind));
  key += value;
  const auto known = placeholders_.find(key);
  if (known != placeholders_.end()) return known->second;
  if (placeholders_.size() >= values_max_) return unnumbered_ = "[" + word_of(kind) + "]";
  const std::uint32_t number = ++counts_[static_cast<std::size_t>(kind)];
  const auto added =
      placeholders_.emplace(std::move(key), fmt::format("[{}_{}]", word_of(kind), number));
  values_.emplace(added.first->second, value);
  return added.first->second;
}

std::string Masker::mask(std::string_view text, const LeakHits& hits) {
  std::string masked;
  masked.reserve(text.size());
  std::size_t at = 0;
  for (const LeakHit& hit : hits) {
    VD_ASSERT(hit.span.begin >= at && hit.span.end <= text.size() && hit.span.begin < hit.span.end);
    masked += text.substr(at, hit.span.begin - at);
    masked += placeholder(hit.kind, text.substr(hit.span.begin, hit.span.end - hit.span.begin));
    at = hit.span.end;
  }
  masked += text.substr(at);
  return masked;
}

std::string Masker::unmask(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  for (std::size_t open = text.find('['); open != std::string_view::npos;
       open = text.find('[', open + 1)) {
    const std::size_t close = text.substr(open, kPlaceholderMax).find(']');
    if (close == std::string_view::npos) continue;
    const auto value = values_.find(std::string(text.substr(open, close + 1)));
    if (value == values_.end()) continue;
    out += text.substr(at, open - at);
    out += value->second;
    at = open + close + 1;
  }
  out += text.substr(at);
  return out;
}

}  // namespace vedette::prompt
