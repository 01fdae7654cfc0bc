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
  # Paths count from the project's root, so that a clone elsewhere finds what this one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${EVENKEEL_CCACHE})
endif()

# It links in a fraction of the time; what is built is the same.
find_program(EVENKEEL_MOLD mold)
if(EVENKEEL_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# What a bug could be used for is made small in what is shipped, as Debian's hardening=+all does: no
# writable GOT, guards behind what a frame lets others write to, checked copies into arrays of known
# size, returns and indirect calls that a CPU with CET holds against its shadow stack and landing
# places. With -fno-plt calls into libraries go straight through the GOT, all of which the loader has
# filled in at the start. tests/deploy/hardening_test.py reads it out of a program.
if(NOT EVENKEEL_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fno-plt)
  add_link_options(-Wl,-z,relro,-z,now)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    add_compile_options(-fcf-protection=full)
    add_link_options(-Wl,-z,shstk)
  endif()
endif()

if(EVENKEEL_SANITIZE)
  # -Og keeps instrumented tests quick on two cores and is built in half of -O1's time; frame
  # pointers keep their stacks readable.
  add_compile_options(-fsanitize=${EVENKEEL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -Og)
  add_link_options(-fsanitize=${EVENKEEL_SANITIZE})
  # clang has no macro of its own for all of them.
  add_compile_definitions(EVENKEEL_SANITIZED)
endif()

# evenkeel_own(TARGET): what all targets of our own code share. Warnings; and in sanitizer builds, in
# which most of the time goes into reading headers again, files that can do so are compiled as one.
# The other builds compile each by itself, so they see which includes are missing.
function(evenkeel_own target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror)
  if(EVENKEEL_SANITIZE)
    _evenkeel_compile_in_groups(${target})
  endif()
endfunction()

if(EVENKEEL_SANITIZE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
function(_evenkeel_compile_in_groups target)
  get_target_property(sources ${target} SOURCES)
  list(TRANSFORM sources REPLACE "^([^/].*)" "${CMAKE_CURRENT_SOURCE_DIR}/\\1")
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/unity_groups.py 3000 ${sources}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE numbers COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[0-9]+" numbers ${numbers})
  foreach(source number IN ZIP_LISTS sources numbers)
    get_source_file_property(alone ${source} SKIP_UNITY_BUILD_INCLUSION)
    if(alone)
      list(APPEND files ${source})
      continue()
    endif()
    # Not an absolute path: ccache would not know it again in another clone.
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(APPEND text_${number} "#include \"${source}\"\n")
    set(file_${number} ${PROJECT_BINARY_DIR}/groups/${target}_${number}.cc)
    list(APPEND files ${file_${number}})
  endforeach()
  list(REMOVE_DUPLICATES numbers)
  foreach(number ${numbers})
    if(NOT DEFINED text_${number})
      continue()
    endif()
    file(CONFIGURE OUTPUT ${file_${number}} CONTENT "${text_${number}}" @ONLY)
  endforeach()
  list(REMOVE_DUPLICATES files)
  set_target_properties(${target} PROPERTIES SOURCES "${files}")
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
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
  evenkeel_own(evenkeel_${name})
endfunction()

# evenkeel_test(NAME [FOLDERS folder...] [SOURCES file...] [DEPS target...] [DEFINITIONS text...]
# [THREADS regex]): one GoogleTest program of all *_test.cc of the FOLDERS (default: this one) and the
# SOURCES beside them; each of its tests is a ctest test of its own. The thread sanitizer's build has
# only the *_test.cc that start threads: they say std::thread or std::jthread, or what THREADS finds.
function(evenkeel_test name)
  cmake_parse_arguments(ARG "" "THREADS" "FOLDERS;SOURCES;DEPS;DEFINITIONS" ${ARGN})
  if(NOT ARG_FOLDERS)
    set(ARG_FOLDERS .)
  endif()
  list(TRANSFORM ARG_FOLDERS APPEND "/*_test.cc" OUTPUT_VARIABLE patterns)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  if(EVENKEEL_SANITIZE STREQUAL "thread")
    list(PREPEND ARG_THREADS "std::j?thread")
    list(JOIN ARG_THREADS "|" threads)
    foreach(source ${sources})
      file(STRINGS ${source} found REGEX "${threads}" LIMIT_COUNT 1)
      if(NOT found)
        list(REMOVE_ITEM sources ${source})
      endif()
    endforeach()
    if(NOT sources)
      return()
    endif()
  endif()
  add_executable(${name} ${sources} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ${ARG_DEFINITIONS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  evenkeel_own(${name})
  if(EVENKEEL_SANITIZE)
    # What is tested is checked in full; checking undefined behaviour in the tests' own code, and
    # optimising it, would triple the time to build them.
    target_compile_options(${name} PRIVATE -O0 -fno-sanitize=undefined)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120)
endfunction()
