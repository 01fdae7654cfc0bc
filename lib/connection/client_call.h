// ClientCall: a call of our own on an endpoint, unary or with a stream of answers.
//
// Not for calls that are forwarded, which are never looked into. Owned by whoever asks; used on the
// connection's thread. Destroying it cancels it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/http2/session.h"
#include "lib/http2/stream.h"
#include "lib/rpc/message_reader.h"
#include "lib/rpc/status.h"

namespace evenkeel::rpc {

/// The request headers of a call of ours on `session`; `grpc-timeout` and metadata are added by the
/// caller.
http2::HeaderList CallHeaders(const http2::Session& session, std::string_view path,
                              std::string_view authority);

class ClientCall final : private http2::StreamHandler {
 public:
  /// Legal order: OnMessage*, then OnEnd or OnLost; nothing after it. The handler must not destroy
  /// the call in any of them (EventLoop::DeleteLater).
  class Handler {
   public:
    /// Lives until the handler returns.
    virtual void OnMessage(std::string_view message) = 0;
    /// The call's final status; one of ours when the answer was none of gRPC's.
    virtual void OnEnd(const Status& status) = 0;
    /// There will be no status: the connection was lost under the call, or the peer says that it
    /// has not acted on it (RFC 9113, section 8.7). Says nothing of the peer's health.
    virtual void OnLost(const std::string& reason) = 0;

   protected:
    ~Handler() = default;
  };

  /// Sends `message` as the whole request. Precondition: session.stream_room() > 0.
  ClientCall(http2::Session& session, const http2::HeaderList& headers, std::string_view message,
             size_t max_answer, Handler& handler);

 private:
  void OnHeaders(http2::HeaderList headers, http2::EndStream end) override;
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnTrailers(http2::HeaderList trailers) override;
  void OnSent(size_t) override {}
  void OnClosed(const http2::StreamEnd& end) override;

  void End(const Status& status);

  Handler& handler_;
  MessageReader reader_;
  bool ended_ = false;
  http2::StreamHandle stream_;
};

}  // namespace evenkeel::rpc
