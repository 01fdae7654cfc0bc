#include "lib/connection/client_call.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "lib/base/version.h"
#include "lib/rpc/message.h"

namespace evenkeel::rpc {
namespace {

std::string Value(const http2::HeaderList& headers, std::string_view name) {
  return std::string(headers.Find(name).value_or(""));
}

Status StatusOf(const http2::HeaderList& headers) {
  if (const auto code = ParseStatus(Value(headers, "grpc-status"))) {
    return {*code, Value(headers, "grpc-message")};
  }
  const std::string http_status = Value(headers, ":status");
  if (http_status.empty()) return {StatusCode::kUnknown, "no grpc-status"};
  return {StatusFromHttp(std::atoi(http_status.c_str())), "HTTP " + http_status};
}

}  // namespace

http2::HeaderList CallHeaders(const http2::Session& session, std::string_view path,
                              std::string_view authority) {
  http2::HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", session.scheme());
  headers.Add(":path", path);
  headers.Add(":authority", authority);
  headers.Add("content-type", "application/grpc");
  headers.Add("te", "trailers");
  headers.Add("user-agent", std::string("evenkeel/") + std::string(base::kVersion));
  return headers;
}

ClientCall::ClientCall(http2::Session& session, const http2::HeaderList& headers,
                       std::string_view message, size_t max_answer, Handler& handler)
    : handler_(handler), reader_(max_answer) {
  http2::StreamHandler& stream_handler = *this;
  stream_ = session.OpenStream(headers, http2::EndStream::kNo, stream_handler);
  stream_->SubmitData(FrameMessage(message), http2::EndStream::kYes);
}

void ClientCall::OnHeaders(http2::HeaderList headers, http2::EndStream end) {
  if (!IsGrpcAnswer(headers) || end == http2::EndStream::kYes) End(StatusOf(headers));
}

void ClientCall::OnData(std::span<const uint8_t> bytes, http2::EndStream end) {
  if (ended_) return;
  stream_->ReturnCredit(bytes.size());
  const auto read = reader_.Receive(bytes, [this](std::string_view message) {
    if (!ended_) handler_.OnMessage(message);
  });
  if (!read) return End({StatusCode::kInternal, "the answer has " + read.error().message});
  if (end == http2::EndStream::kYes && !ended_) End({StatusCode::kUnknown, "no grpc-status"});
}

void ClientCall::OnTrailers(http2::HeaderList trailers) { End(StatusOf(trailers)); }

void ClientCall::OnClosed(const http2::StreamEnd& end) {
  if (end.by == http2::StreamEnd::By::kConnection ||
      end.processed != http2::StreamEnd::Processed::kPerhaps) {
    if (std::exchange(ended_, true)) return;
    stream_.reset();
    return handler_.OnLost("the connection was lost");
  }
  End({StatusFromReset(static_cast<uint32_t>(end.code)),
       "the stream was reset: " + std::string(http2::ErrorCodeName(end.code))});
}

void ClientCall::End(const Status& status) {
  if (std::exchange(ended_, true)) return;
  stream_.reset();
  handler_.OnEnd(status);
}

}  // namespace evenkeel::rpc
