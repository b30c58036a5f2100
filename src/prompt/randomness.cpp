#include "prompt/randomness.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::prompt {
namespace {

constexpr std::size_t kMeasured = 256;

/// n * log2(n), which is all that entropy asks of a count.
const std::array<float, kMeasured + 1> kNLogN = [] {
  std::array<float, kMeasured + 1> values{};
  for (std::size_t n = 2; n <= kMeasured; ++n) {
    values[n] = static_cast<float>(n) * std::log2(static_cast<float>(n));
  }
  return values;
}();

/// In any case, anywhere in the value.
constexpr std::array<std::string_view, 33> kPlaceholderWords = {
    "example", "xxx",     "your",    "placeholder", "changeme", "change_me", "change-me",
    "replace", "redact",  "removed", "dummy",       "sample",   "insert",    "****",
    "....",    "todo",    "secret",  "password",    "passwd",   "username",  "undefined",
    "default", "api_key", "apikey",  "api-key",     "fake",     "notreal",   "mytoken",
    "my_key",  "mykey",   "foobar",  "my-secret",   "hidden"};

/// The whole value.
constexpr std::array<std::string_view, 24> kPlaceholders = {
    "test",   "test123",  "testing", "null",   "none",  "true",  "false",    "string",
    "number", "optional", "token",   "pass",   "value", "empty", "required", "config",
    "admin",  "root",     "guest",   "prompt", "input", "key",   "pwd",      "yes"};

char lower_at(std::string_view text, std::size_t i) {
  return lower(text[i]);
}

bool contains_lower(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

}  // namespace

float entropy_bits(std::string_view text) {
  text = text.substr(0, kMeasured);
  if (text.empty()) return 0;
  std::array<std::uint16_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  float sum = 0;
  for (const std::uint16_t n : counts) sum += kNLogN[n];
  const auto size = static_cast<float>(text.size());
  return std::log2(size) - sum / size;
}

bool looks_random(std::string_view text, float entropy_min) {
  text = text.substr(0, kMeasured);
  if (entropy_bits(text) < entropy_min) return false;
  std::size_t steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = lower_at(text, i) - lower_at(text, i - 1);
    steps += step >= -1 && step <= 1;
  }
  return steps * 3 < text.size() * 2 && !contains_lower(text, "example") &&
         !contains_lower(text, "xxxx");
}

bool is_placeholder(std::string_view value) {
  if (value.empty()) return true;
  const char first = value.front();
  if (first == '<' || first == '$' || first == '{' || first == '[' || first == '%' ||
      first == '(') {
    return true;  // a slot, a variable, a template
  }
  if (value.ends_with("..") || value.find("${") != std::string_view::npos ||
      value.find("{{") != std::string_view::npos || value.find("$(") != std::string_view::npos) {
    return true;
  }
  for (const std::string_view word : kPlaceholders) {
    if (equals_ignore_case(value, word)) return true;
  }
  value = value.substr(0, kMeasured);
  return std::any_of(kPlaceholderWords.begin(), kPlaceholderWords.end(),
                     [&](std::string_view word) { return contains_lower(value, word); });
}

}  // namespace vedette::prompt
