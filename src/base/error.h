// Failures that will happen: what went wrong, as something code can compare and a person can act
// on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette {

enum class Errc : std::uint16_t {
#define VD_ERROR(name, id, what, hint) name,
#include "base/errors.def"
#undef VD_ERROR
};

/// One failure. `detail` names the place (file:line, option, address), the value and the limit.
struct Error {
  Errc code;
  std::string detail;
};

struct ErrorText {
  std::string_view name, id, what, hint;
};

/// The words for a code, from base/errors.def. They live as long as the program.
const ErrorText& describe(Errc code);

/// Every code, in the order of its id.
struct ErrorRange {
  const ErrorText* first;
  const ErrorText* last;
  const ErrorText* begin() const { return first; }
  const ErrorText* end() const { return last; }
};
ErrorRange all_errors();

/// "error VD2003: rules/a.yml:14: … \n  hint: …", as a person sees it on a terminal.
std::string to_message(const Error& error);

}  // namespace vedette
