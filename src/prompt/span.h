// Span: bytes of a text as it came, half-open. Code points are counted only where somebody asks.
#pragma once

#include <cstdint>

namespace vedette::prompt {

struct Span {
  std::uint32_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

}  // namespace vedette::prompt
