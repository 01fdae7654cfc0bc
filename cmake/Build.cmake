# Build rules that every folder shares: language level, warnings, sanitizers, ccache, one
# function for a room's library and one for its tests.

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

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

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

# evenkeel_room(FOLDER [DEPS target...]): the library of a room, all .cc files of FOLDER (`.`: of
# this one) but main.cc, linked as evenkeel::<name of the folder>. Includes are written from the
# project's root: "lib/base/clock.h".
function(evenkeel_room folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  cmake_path(SET directory NORMALIZE ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/.)
  cmake_path(GET directory PARENT_PATH directory)
  cmake_path(GET directory FILENAME name)
  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  add_library(evenkeel_${name} STATIC ${sources})
  add_library(evenkeel::${name} ALIAS evenkeel_${name})
  target_include_directories(evenkeel_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(evenkeel_${name} PUBLIC ${ARG_DEPS})
  evenkeel_warnings(evenkeel_${name})
endfunction()

# evenkeel_test(NAME [FOLDERS folder...] [SOURCES file...] [DEPS target...] [PRECOMPILE header...]):
# one GoogleTest program of all *_test.cc of the FOLDERS (default: this one) and the SOURCES beside
# them; each of its tests is a ctest test of its own. PRECOMPILE: headers beside GoogleTest's that
# most of the files include and sanitizer builds compile once.
function(evenkeel_test name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;SOURCES;DEPS;PRECOMPILE" ${ARGN})
  if(NOT ARG_FOLDERS)
    set(ARG_FOLDERS .)
  endif()
  list(TRANSFORM ARG_FOLDERS APPEND "/*_test.cc" OUTPUT_VARIABLE patterns)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  add_executable(${name} ${sources} ${ARG_SOURCES})
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
