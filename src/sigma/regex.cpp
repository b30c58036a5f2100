#include "sigma/regex.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>

namespace vedette::sigma {
namespace {
constexpr std::size_t kExpressionBytesMax = 4096;
// Program and lazily built automaton of one expression. SigmaHQ's largest needs below 100 KiB.
constexpr std::int64_t kMemoryBytesMax = 1 << 20;
}  // namespace

struct Regex::Impl {
  Impl(const std::string& expression, const re2::RE2::Options& options)
      : compiled(expression, options) {}
  re2::RE2 compiled;
};

Regex::Regex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view expression, const RegexOptions& options) {
  if (expression.size() > kExpressionBytesMax) {
    return Error{Errc::RuleRegex, fmt::format("the expression has {} bytes, at most {} are allowed",
                                              expression.size(), kExpressionBytesMax)};
  }
  std::string flags;
  if (options.multi_line) flags += 'm';
  if (options.dot_all) flags += 's';
  const std::string whole =
      flags.empty() ? std::string(expression) : fmt::format("(?{}:{})", flags, expression);
  re2::RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_case_sensitive(!options.ignore_case);
  re2_options.set_max_mem(kMemoryBytesMax);
  // Log lines need not be UTF-8: as Latin-1 every byte is a character. Only an expression that
  // itself has characters beyond ASCII must be read as UTF-8.
  const bool ascii = std::ranges::all_of(expression, [](char c) { return (c & 0x80) == 0; });
  if (ascii) re2_options.set_encoding(re2::RE2::Options::EncodingLatin1);
  auto impl = std::make_unique<Impl>(whole, re2_options);
  if (!impl->compiled.ok()) return Error{Errc::RuleRegex, impl->compiled.error()};
  return Regex(std::move(impl));
}

bool Regex::search(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->compiled);
}

}  // namespace vedette::sigma
