#include "sigma/regex.h"

#include <fmt/core.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {
constexpr std::size_t kExpressionBytesMax = 4096;
// Program and lazily built automaton of one expression. SigmaHQ's largest needs below 100 KiB.
constexpr std::int64_t kMemoryBytesMax = 1 << 20;
constexpr std::size_t kWitnessesMax = 64;
}  // namespace

struct Regex::Impl {
  re2::FilteredRE2 filtered{static_cast<int>(kWitnessBytesMin)};  // of one expression
  std::vector<std::string> witnesses;

  void find_witnesses() {
    std::vector<std::string> atoms;
    filtered.Compile(&atoms);
    // Without any atom the expression must be out of the question.
    std::vector<int> still_possible;
    filtered.AllPotentials({}, &still_possible);
    const bool plain = std::ranges::all_of(atoms, [](const std::string& atom) {
      return std::ranges::all_of(atom, [](char c) { return c > 0; });
    });
    if (still_possible.empty() && plain && atoms.size() <= kWitnessesMax) {
      witnesses = std::move(atoms);
    }
  }
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
  auto impl = std::make_unique<Impl>();
  int number = 0;
  if (impl->filtered.Add(whole, re2_options, &number) != re2::RE2::NoError) {
    return Error{Errc::RuleRegex, re2::RE2(whole, re2_options).error()};
  }
  // With characters beyond ASCII, letters have more than two cases.
  if (ascii) impl->find_witnesses();
  return Regex(std::move(impl));
}

bool Regex::search(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()),
                                impl_->filtered.GetRE2(0));
}

std::span<const std::string> Regex::witnesses() const {
  return impl_->witnesses;
}

}  // namespace vedette::sigma
