#include "anomaly/table.h"

#include "base/assert.h"

#include <cmath>

using namespace vedette;
using namespace vedette::anomaly;

/// The bytes are a table; with a label of a name that may be in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view label : {"", "a"}) {
    const auto table = parse_table(text, "fuzz", label);
    if (!table) {
      VD_ASSERT(table.error().code == Errc::TableSyntax);
      continue;
    }
    VD_ASSERT(!table->names.empty() && table->values.size() % table->names.size() == 0);
    VD_ASSERT(table->labels.empty() || table->labels.size() == table->matrix().rows());
    for (const float value : table->values) VD_ASSERT(!std::isinf(value));
  }
  return 0;
}
