# Build rules that every folder shares: language level, warnings, sanitizers, ccache, and one
# function for a layer's library and one for its tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# Line tables only (-g1): readable stacks at a fraction of the link time.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

find_program(EVENKEEL_CCACHE ccache)
if(EVENKEEL_CCACHE)
  # Without these it passes over every file that is compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${EVENKEEL_CCACHE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

if(EVENKEEL_SANITIZE)
  # -Og keeps instrumented tests quick on two cores and is built in half of -O1's time; frame
  # pointers keep their stacks readable.
  add_compile_options(-fsanitize=${EVENKEEL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -Og)
  add_link_options(-fsanitize=${EVENKEEL_SANITIZE})
  # clang has no macro of its own for all of them.
  add_compile_definitions(EVENKEEL_SANITIZED)
endif()

# Warnings are ours to heed, so they are set on our own targets only.
function(evenkeel_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
endfunction()

# evenkeel_layer(NAME SOURCES file... [DEPS target...]): the library of the folder src/NAME,
# linked as evenkeel::NAME. Includes are written from src/: "base/clock.h".
function(evenkeel_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(evenkeel_${name} STATIC ${ARG_SOURCES})
  add_library(evenkeel::${name} ALIAS evenkeel_${name})
  target_include_directories(evenkeel_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(evenkeel_${name} PUBLIC ${ARG_DEPS})
  evenkeel_warnings(evenkeel_${name})
endfunction()

# evenkeel_test(NAME SOURCES file... [DEPS target...] [PRECOMPILE header...]): one GoogleTest
# program for a folder of tests; each of its tests is a ctest test of its own. PRECOMPILE: headers
# beside GoogleTest's that most of the files include and sanitizer builds compile once.
function(evenkeel_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRECOMPILE" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  evenkeel_warnings(${name})
  if(EVENKEEL_SANITIZE)
    # What is tested is checked in full; checking undefined behaviour in the tests' own code, and
    # optimising it, would triple the time to build them.
    target_compile_options(${name} PRIVATE -O0 -fno-sanitize=undefined)
    # Here only: the other builds see which includes are missing, and -O2 warns of what was
    # precompiled.
    target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${ARG_PRECOMPILE})
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # for ccache
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()
