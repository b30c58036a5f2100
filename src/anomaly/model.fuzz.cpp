#include "anomaly/model.h"

#include "base/assert.h"
#include "base/hash.h"

#include <array>
#include <limits>

using namespace vedette;
using namespace vedette::anomaly;

/// The bytes are a file of a model; the checksum is made right, or nothing would get past it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)Model::decode(bytes);
  Writer(bytes).fixed64(hash64(bytes));
  const auto model = Model::decode(bytes);
  if (!model) return 0;
  const auto again = Model::decode(model->encode());
  VD_ASSERT(again && again->encode() == model->encode());
  const std::size_t columns = model->columns();
  std::vector<float> rows(3 * columns, 0.5f);
  for (std::size_t c = 0; c < columns; ++c) {
    rows[c] = std::numeric_limits<float>::quiet_NaN();
    rows[columns + c] = -std::numeric_limits<float>::infinity();
  }
  const Matrix matrix{.values = rows, .columns = columns};
  std::array<float, 3> scores{};
  model->score(matrix, scores);
  std::vector<double> driven(columns);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    VD_ASSERT(scores[i] >= 0 && scores[i] <= 1);
    VD_ASSERT(model->rarity(scores[i]) > 0 && model->rarity(scores[i]) <= 1);
    model->attribute(matrix.row(i), driven);
  }
  return 0;
}
