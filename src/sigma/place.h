// Where something is wrong in a rule file: the path, and the line of a node or else of the
// document.
#pragma once

#include "base/error.h"

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace vedette::sigma {

/// `path` points to the name of the file being read.
struct Place {
  std::string_view path;
  std::uint32_t line = 0;

  Error error(Errc code, std::uint32_t at, std::string_view what) const {
    return Error{code, fmt::format("{}:{}: {}", path, at != 0 ? at : line, what)};
  }
};

}  // namespace vedette::sigma
