// One regular expression, in linear time whatever the text (RE2). Sigma's dialect has no
// look-around and no back-references, so nothing is missed. Frozen after compile(); any thread may
// match.
#pragma once

#include "base/result.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vedette::sigma {

struct RegexOptions {
  bool ignore_case = false;
  bool multi_line = false;  ///< ^ and $ at every line
  bool dot_all = false;     ///< . matches a newline
};

class Regex {
 public:
  /// The error says what is wrong with the expression; the caller knows where it stands.
  static Result<Regex> compile(std::string_view expression, const RegexOptions& options);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether the expression matches anywhere in the text.
  bool search(std::string_view text) const;
  /// Lower-case ASCII texts of at least kWitnessBytesMin bytes: whatever text matches has one of
  /// them, in upper or lower case. None: nothing of the kind is known.
  std::span<const std::string> witnesses() const;
  static constexpr std::size_t kWitnessBytesMin = 3;

 private:
  struct Impl;
  explicit Regex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::sigma
