#include "base/error.h"

#include <fmt/core.h>

#include <array>

namespace vedette {
namespace {

constexpr auto kTexts = std::to_array<ErrorText>({
#define VD_ERROR(name, id, what, hint) {#name, id, what, hint},
#include "base/errors.def"
#undef VD_ERROR
});

}  // namespace

const ErrorText& describe(Errc code) {
  return kTexts[static_cast<std::size_t>(code)];
}

ErrorRange all_errors() {
  return {kTexts.data(), kTexts.data() + kTexts.size()};
}

std::string to_message(const Error& error) {
  const ErrorText& text = describe(error.code);
  return fmt::format("error {}: {}\n  {}.\n  hint: {}.", text.id, error.detail, text.what,
                     text.hint);
}

}  // namespace vedette
