// ConnectionPeer: one end of a connection on a real socket, and what it heard.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/connection/connection.h"
#include "tests/lib/http2/peer.h"

namespace evenkeel::rpc {

class ConnectionPeer final : public http2::SessionHandler, public Connection::Owner {
 public:
  ConnectionPeer(net::EventLoop& loop, http2::Role role,
                 const http2::SessionSettings& settings = {},
                 std::shared_ptr<const Transports> transports = PlainTransports())
      : connection_(std::make_unique<Connection>(loop, role, settings, *this, *this,
                                                 std::move(transports))) {}

  Connection& connection() { return *connection_; }
  http2::Session& session() { return connection_->session(); }
  /// Closes the socket without a word.
  void Destroy() { connection_.reset(); }
  bool alive() const { return connection_ && connection_->open(); }

  /// Client role: opens a stream.
  http2::StreamLog& Open(http2::EndStream end = http2::EndStream::kYes,
                         const http2::Fields& fields = http2::GrpcRequest()) {
    streams.push_back(std::make_unique<http2::StreamLog>());
    http2::StreamLog& log = *streams.back();
    log.stream = session().OpenStream(http2::ToHeaderList(fields), end, log);
    return log;
  }

  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override {
    streams.push_back(std::make_unique<http2::StreamLog>());
    http2::StreamLog& log = *streams.back();
    log.stream = std::move(stream);
    log.stream->SetHandler(log);
    log.OnHeaders(std::move(headers), end);
    if (on_request) on_request(log);
  }
  void OnSettings() override { ++settings; }
  void OnGoAway(const http2::GoAway& goaway) override {
    ++goaways;
    last_goaway =
        std::string(http2::ErrorCodeName(goaway.code)) + " " + std::string(goaway.debug_data);
  }
  void OnStreamClosed() override {}
  void OnPingAck(uint64_t) override { ++pings; }
  void OnOutput() override { connection_->FlushLater(); }
  void OnOpen() override { opened = true; }
  void OnLost(const Connection::Loss& why) override {
    ++losses;
    loss = why;
  }
  void OnTraffic(size_t in, size_t out) override {
    received += in;
    sent += out;
  }

  /// Server role: answers each request as it comes; nothing: the test does.
  std::function<void(http2::StreamLog&)> on_request;
  std::vector<std::unique_ptr<http2::StreamLog>> streams;
  int settings = 0;
  int goaways = 0;
  std::string last_goaway;
  int pings = 0;
  bool opened = false;
  int losses = 0;
  Connection::Loss loss{};
  size_t received = 0;
  size_t sent = 0;

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace evenkeel::rpc
