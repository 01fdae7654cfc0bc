// The fields of the calls that replay and micro benchmarks send: what a gRPC client and server say.
#pragma once

#include <string_view>

#include "lib/http/header_list.h"

namespace evenkeel::bench {

inline http2::HeaderList UsualRequest(std::string_view timeout) {
  http2::HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", "http");
  headers.Add(":path", "/user.v1.UserService/GetUser");
  headers.Add(":authority", "users.example:50051");
  headers.Add("te", "trailers");
  headers.Add("content-type", "application/grpc");
  headers.Add("user-agent", "grpc-c++/1.51.1 grpc-c/29.0.0 (linux; chttp2)");
  headers.Add("grpc-accept-encoding", "identity, deflate, gzip");
  headers.Add("grpc-timeout", timeout);
  return headers;
}

inline http2::HeaderList UsualResponse() {
  http2::HeaderList headers;
  headers.Add(":status", "200");
  headers.Add("content-type", "application/grpc");
  headers.Add("grpc-accept-encoding", "identity, deflate, gzip");
  return headers;
}

inline http2::HeaderList UsualTrailers() {
  http2::HeaderList trailers;
  trailers.Add("grpc-status", "0");
  return trailers;
}

}  // namespace evenkeel::bench
