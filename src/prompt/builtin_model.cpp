#include "base/assert.h"
#include "prompt/model.h"

// The assembler copies the file; as an array in C++ it would cost seconds of every build.
asm(".section .rodata\n"
    ".global vedette_prompt_model_begin\n.global vedette_prompt_model_end\n"
    ".balign 64\nvedette_prompt_model_begin:\n"
    ".incbin \"" VD_PROMPT_MODEL
    "\"\n"
    "vedette_prompt_model_end:\n.byte 0\n.previous\n");

extern "C" {
extern const char vedette_prompt_model_begin[];
extern const char vedette_prompt_model_end[];
}

namespace vedette::prompt {

const Model& builtin_model() {
  static const Model model = [] {
    const std::string_view file(
        vedette_prompt_model_begin,
        static_cast<std::size_t>(vedette_prompt_model_end - vedette_prompt_model_begin));
    auto parsed = Model::parse(file);
    VD_ASSERT(parsed);
    return std::move(*parsed);
  }();
  return model;
}

}  // namespace vedette::prompt
