// EndpointConnection: one HTTP/2 connection from one worker to one endpoint.
//
//   kConnecting ──SETTINGS──> kReady ──GOAWAY──> kDraining ──last stream──> (lost)
//        └──────────failure, timeout, close: OnLost──────────────┘
// Owned by its Pool, which hears of each step.
#pragma once

#include <string>

#include "http2/session.h"
#include "net/timer.h"
#include "rpc/connection.h"
#include "rpc/heartbeat.h"

namespace evenkeel::pool {

class EndpointConnection final : private http2::SessionHandler, private rpc::Connection::Owner {
 public:
  enum class State { kConnecting, kReady, kDraining, kLost };

  class Owner {
   public:
    /// The peer's first SETTINGS have arrived: streams can be opened.
    virtual void OnReady(EndpointConnection& connection) = 0;
    /// There may be room for more streams than before.
    virtual void OnRoom(EndpointConnection& connection) = 0;
    /// The peer sent GOAWAY: no new streams, those it accepted go on.
    virtual void OnDraining(EndpointConnection& connection, const http2::GoAway& goaway) = 0;
    /// The end; every stream has been told. The owner hands the connection to DeleteLater.
    virtual void OnLost(EndpointConnection& connection, State before,
                        const rpc::Connection::Loss& loss) = 0;
    virtual void OnTraffic(size_t received, size_t sent) = 0;

   protected:
    ~Owner() = default;
  };

  /// Starts to connect. `connect_timeout` counts until the peer's SETTINGS.
  EndpointConnection(net::EventLoop& loop, const net::SocketAddress& address,
                     const http2::SessionSettings& settings, base::Duration connect_timeout,
                     const rpc::Keepalive::Settings& keepalive, Owner& owner);

  State state() const { return state_; }
  /// Streams that can be opened now; 0 unless kReady.
  size_t room() { return state_ == State::kReady ? session().stream_room() : 0; }
  http2::Session& session() { return connection_.session(); }
  /// The session for a new stream, which may need a PING before it.
  http2::Session& SessionForCall();
  /// What the peer's GOAWAY said; meaningful in and after kDraining.
  http2::ErrorCode goaway_code() const { return goaway_code_; }

 private:
  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override;
  void OnSettings() override;
  void OnGoAway(const http2::GoAway& goaway) override;
  void OnStreamClosed() override;
  void OnPingAck(uint64_t) override {}  // a byte was read: that is what counts
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnLost(const rpc::Connection::Loss& loss) override;
  void OnTraffic(size_t received, size_t sent) override;

  Owner& owner_;
  State state_ = State::kConnecting;
  http2::ErrorCode goaway_code_ = http2::ErrorCode::kNoError;
  rpc::Connection connection_;
  net::Timer connect_timer_;
  rpc::Heartbeat heartbeat_;
};

}  // namespace evenkeel::pool
