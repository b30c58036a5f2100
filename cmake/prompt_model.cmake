# The built-in model of the prompt firewall (src/prompt/model.h) as bytes inside of td_prompt. The
# file is an input of the object, so that a new model is a new binary.
set(prompt_model ${CMAKE_SOURCE_DIR}/models/prompt.model)
set_source_files_properties(src/prompt/builtin_model.cpp PROPERTIES
  COMPILE_DEFINITIONS VD_PROMPT_MODEL="${prompt_model}" OBJECT_DEPENDS ${prompt_model})
