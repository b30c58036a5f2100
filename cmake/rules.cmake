# The built-in rules as a C++ file of td_sigma (src/sigma/builtin.h). The list of files is an input of
# its own, so that a deleted rule leaves the binary too.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
file(GLOB_RECURSE rules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rules/*.yml)
list(FILTER rules EXCLUDE REGEX "\\.test\\.yml$")
string(REPLACE ";" "\n" rules_lines "${rules}")
set(rules_list ${CMAKE_BINARY_DIR}/builtin_rules.txt)
set(rules_before "")
if(EXISTS ${rules_list})
  file(READ ${rules_list} rules_before)
endif()
if(NOT EXISTS ${rules_list} OR NOT rules_before STREQUAL rules_lines)
  file(WRITE ${rules_list} "${rules_lines}")
endif()

set(rules_source ${CMAKE_BINARY_DIR}/builtin_rules.cpp)
add_custom_command(OUTPUT ${rules_source}
  COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/tools/embed_rules.py
    ${CMAKE_SOURCE_DIR}/rules ${rules_source}
  DEPENDS ${rules} ${rules_list} ${CMAKE_SOURCE_DIR}/tools/embed_rules.py
  COMMENT "Embedding rules/" VERBATIM)
set_source_files_properties(${rules_source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
target_sources(td_sigma PRIVATE ${rules_source})
