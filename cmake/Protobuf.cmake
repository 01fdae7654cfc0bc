# C++ from .proto files: one function for messages, one for grpc++ stubs. Whoever needs only the
# messages (the proxy, which speaks gRPC on its own HTTP/2) never sees the gRPC plugin.
#
#   evenkeel_proto_messages(NAME ROOT dir PROTOS file... [DEPS target...])
#     The library NAME from ROOT/file...; #include "<file without .proto>.pb.h". Calling it again
#     with the same NAME is fine: the first call wins, so two folders can ask for the same messages
#     and still link into one program.
#   evenkeel_proto_stubs(NAME MESSAGES target ROOT dir PROTOS file...)
#     The library NAME with grpc++ stubs for services in those files, on top of MESSAGES.
#
# EVENKEEL_GRPC_PROTO_DIR is the root of the gRPC project's own .proto files (package grpc-proto).

find_package(Protobuf REQUIRED)
find_path(EVENKEEL_GRPC_PROTO_DIR grpc/health/v1/health.proto
  PATHS /usr/share/grpc-proto /usr/local/share/grpc-proto
  DOC "Where grpc/health/v1/health.proto is (Debian package grpc-proto)" REQUIRED)

# Runs protoc with ARGN on one file; sets `output` to what it writes.
function(_evenkeel_protoc output root proto suffix directory)
  string(REGEX REPLACE "\\.proto$" "" stem ${proto})
  set(source ${directory}/${stem}${suffix}.cc)
  set(header ${directory}/${stem}${suffix}.h)
  add_custom_command(
    OUTPUT ${source} ${header}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${directory}
    COMMAND protobuf::protoc --proto_path=${root} ${ARGN} ${proto}
    DEPENDS ${root}/${proto}
    COMMENT "protoc ${stem}${suffix}.cc"
    VERBATIM)
  set(${output} ${source} ${header} PARENT_SCOPE)
endfunction()

# Generated code is not ours to mend, so it has no warnings, and its speed is not what we measure. It has
# the sanitizers of all else: with the thread sanitizer protobuf's headers lay out maps in another way.
function(_evenkeel_generated_library name directory)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} SYSTEM PUBLIC ${directory})
  target_compile_options(${name} PRIVATE -w -O1)
endfunction()

function(evenkeel_proto_messages name)
  if(TARGET ${name})
    return()
  endif()
  cmake_parse_arguments(ARG "" "ROOT" "PROTOS;DEPS" ${ARGN})
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/generated/${name})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    _evenkeel_protoc(files ${ARG_ROOT} ${proto} .pb ${directory} --cpp_out=${directory})
    list(APPEND sources ${files})
  endforeach()
  _evenkeel_generated_library(${name} ${directory} ${sources})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
endfunction()

function(evenkeel_proto_stubs name)
  cmake_parse_arguments(ARG "" "MESSAGES;ROOT" "PROTOS" ${ARGN})
  find_program(EVENKEEL_GRPC_CPP_PLUGIN grpc_cpp_plugin
    DOC "protoc's plugin for grpc++ (Debian package protobuf-compiler-grpc)" REQUIRED)
  if(NOT TARGET PkgConfig::GRPCPP)
    pkg_check_modules(GRPCPP REQUIRED IMPORTED_TARGET GLOBAL grpc++)
  endif()
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/generated/${name})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    _evenkeel_protoc(files ${ARG_ROOT} ${proto} .grpc.pb ${directory}
      --grpc_out=${directory} --plugin=protoc-gen-grpc=${EVENKEEL_GRPC_CPP_PLUGIN})
    list(APPEND sources ${files})
  endforeach()
  _evenkeel_generated_library(${name} ${directory} ${sources})
  target_link_libraries(${name} PUBLIC ${ARG_MESSAGES} PkgConfig::GRPCPP)
endfunction()
