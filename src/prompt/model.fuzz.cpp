#include "prompt/model.h"

#include "base/assert.h"

using namespace vedette;
using namespace vedette::prompt;

/// The bytes are a file of a model, and a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto model = Model::parse(bytes)) VD_ASSERT(model->serialize() == bytes);
  const ModelScore found = builtin_model().score(bytes);
  VD_ASSERT(found.score >= 0 && found.score <= 1);
  VD_ASSERT(found.span.begin <= found.span.end && found.span.end <= size);
  VD_ASSERT(builtin_model().score(bytes).logit == found.logit);
  return 0;
}
