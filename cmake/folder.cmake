# vedette_folder(decode DEPENDS base model LIBS simdjson::simdjson): one static library per folder of
# src/, its
# tests (*.test.cpp) as one binary, its fuzzers (*.fuzz.cpp) and benches (*.bench.cpp) one binary each.
# Sources are found by suffix: a new file needs no edit here.
function(vedette_folder name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS src/${name}/*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "\\.test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "\\.fuzz\\.cpp$")
  list(FILTER benches INCLUDE REGEX "\\.bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(\\.(test|bench|fuzz)|/main)\\.cpp$")
  list(TRANSFORM ARG_DEPENDS PREPEND td_ OUTPUT_VARIABLE depends)

  add_library(td_${name} STATIC ${sources})
  set_target_properties(td_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(td_${name} PUBLIC td_flags ${depends} PRIVATE ${ARG_LIBS})
  if(TARGET td_standard)
    target_precompile_headers(td_${name} REUSE_FROM td_standard)
  endif()

  if(tests)
    add_executable(${name}_tests ${tests})
    target_link_libraries(${name}_tests PRIVATE td_${name} td_test_main)
    if(TARGET td_standard)
      target_precompile_headers(${name}_tests REUSE_FROM td_standard)
    endif()
    add_test(NAME ${name} COMMAND ${name}_tests WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()

  foreach(file ${fuzzers})
    get_filename_component(unit ${file} NAME_WLE)  # sshd.fuzz
    string(REPLACE "." "_" target "${name}_${unit}")
    add_executable(${target} ${file})
    target_link_libraries(${target} PRIVATE td_${name})
    set(corpus ${CMAKE_SOURCE_DIR}/fuzz/${target})
    if(VD_FUZZ)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/fuzz/replay.cpp)
      add_test(NAME ${target} COMMAND ${target} ${corpus})  # an old crash never returns
    endif()
  endforeach()

  if(benches AND VD_BENCH)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE td_${name} benchmark::benchmark_main)
  endif()
endfunction()
