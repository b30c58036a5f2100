// For tests: files of the corpora, which lie beside the repository or where VEDETTE_CORPORA says.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace vedette {

/// The whole text of a file; empty when it is absent, which is said once.
inline std::string read_corpus(const std::string& path) {
  const char* set = std::getenv("VEDETTE_CORPORA");
  const std::string full = std::string(set != nullptr ? set : "../shared/corpora") + "/" + path;
  std::ifstream file(full, std::ios::binary);
  if (file) return {std::istreambuf_iterator<char>(file), {}};
  static bool said = false;
  if (!said) MESSAGE("skipped: no " << full << " (set VEDETTE_CORPORA)");
  said = true;
  return {};
}

}  // namespace vedette
