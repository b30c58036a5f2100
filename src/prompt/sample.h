// A text whose label is known: what models are trained, calibrated and measured with.
#pragma once

#include <string>
#include <vector>

namespace vedette::prompt {

struct Sample {
  std::string text;    ///< folded
  std::string source;  ///< where it is from: what is held back together
  std::string kind;
  bool attack = false;
  std::vector<std::string> decoded{};  ///< what else can be read in it (views.h), folded
};

}  // namespace vedette::prompt
