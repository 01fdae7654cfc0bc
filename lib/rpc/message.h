// What makes an HTTP/2 exchange a gRPC one: the request's headers, and answers made by a proxy
// (grpc/grpc doc/PROTOCOL-HTTP2.md).
#pragma once

#include <optional>
#include <string_view>

#include "lib/http/header_list.h"
#include "lib/rpc/status.h"

namespace evenkeel::rpc {

/// "/package.Service/Method" in its parts.
struct MethodPath {
  std::string_view service;
  std::string_view method;
};

/// Nothing when `path` is not "/service/method" with both parts present.
std::optional<MethodPath> ParsePath(std::string_view path);

/// `application/grpc`, alone or followed by '+' or ';'. Without case, as media types are.
bool IsGrpcContentType(std::string_view content_type);
/// Whether an answer with these headers is one of gRPC: HTTP 200 with its content-type.
bool IsGrpcAnswer(const http2::HeaderList& headers);

/// The beginning of a response of our own that has messages; they are not compressed.
http2::HeaderList AnswerHeaders();
/// A response of headers alone, with END_STREAM: HTTP 200, the status, the message.
http2::HeaderList TrailersOnly(const Status& status);
/// The fields after a response's messages: the status, the message.
http2::HeaderList Trailers(const Status& status);
/// A plain HTTP answer for what is no gRPC. Its body follows as DATA.
http2::HeaderList HttpAnswer(std::string_view http_status);

}  // namespace evenkeel::rpc
