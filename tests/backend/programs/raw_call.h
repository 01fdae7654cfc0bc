// RawCall: one unary call on our own HTTP/2 session, for what grpc++ hides from applications: the
// ORCA trailer, and whether a response was Trailers-Only.
#pragma once

#include <string>

#include "lib/http2/session.h"

namespace evenkeel::backend {

class RawCall final : private http2::SessionHandler, private http2::StreamHandler {
 public:
  /// Calls `path` at `address` (127.0.0.1:port) with one serialized message; blocks until the call
  /// has ended.
  RawCall(const std::string& address, const std::string& path, const std::string& message);

  const http2::HeaderList& headers() const { return headers_; }
  /// Empty for a Trailers-Only response.
  const http2::HeaderList& trailers() const { return trailers_; }

 private:
  void Run(int socket);

  void OnRequest(http2::StreamHandle, http2::HeaderList, http2::EndStream) override {}
  void OnSettings() override {}
  void OnGoAway(const http2::GoAway&) override {}
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t) override {}
  void OnOutput() override {}
  void OnHeaders(http2::HeaderList headers, http2::EndStream end) override;
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnTrailers(http2::HeaderList trailers) override;
  void OnSent(size_t) override {}
  void OnClosed(const http2::StreamEnd&) override { closed_ = true; }

  http2::HeaderList headers_;
  http2::HeaderList trailers_;
  bool closed_ = false;
  base::ManualClock clock_;
  http2::Session session_;
  http2::StreamHandle stream_;
};

/// Decodes the value of a `-bin` field: base64, padding optional (grpc/grpc doc/PROTOCOL-HTTP2.md).
std::string DecodeBinary(std::string_view base64);

}  // namespace evenkeel::backend
