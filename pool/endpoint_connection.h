// EndpointConnection: one HTTP/2 connection from one worker to one endpoint.
//
//   kConnecting ──SETTINGS──> kReady ──GOAWAY, Drain──> kDraining ──last stream──> (lost)
//        │                     └──protocol error──> kBroken ──GOAWAY sent──> (lost)
//        └──────────failure, timeout, close: OnLost──────────────┘
// Owned by its Pool, which hears of each step.
#pragma once

#include <optional>
#include <string>

#include "lib/base/limit.h"
#include "lib/connection/connection.h"
#include "lib/connection/heartbeat.h"
#include "lib/http2/session.h"
#include "lib/net/timer.h"
#include "pool/connection_settings.h"

namespace evenkeel::pool {

class EndpointConnection final : private http2::SessionHandler, private rpc::Connection::Owner {
 public:
  enum class State { kConnecting, kReady, kDraining, kBroken, kLost };

  class Owner {
   public:
    /// The peer's first SETTINGS have arrived: streams can be opened.
    virtual void OnReady(EndpointConnection& connection) = 0;
    /// There may be room for more streams than before.
    virtual void OnRoom(EndpointConnection& connection) = 0;
    /// The peer sent GOAWAY, or stream ids have run out: no new streams, those it accepted go on.
    virtual void OnDraining(EndpointConnection& connection, const http2::GoAway& goaway) = 0;
    /// The peer broke HTTP/2 when kReady: no new streams, and those there are have no future.
    virtual void OnBroken(EndpointConnection& connection, const std::string& reason) = 0;
    /// The end; every stream has been told. The owner hands the connection to DeleteLater.
    virtual void OnLost(EndpointConnection& connection, State before,
                        const rpc::Connection::Loss& loss) = 0;
    virtual void OnTraffic(size_t received, size_t sent) = 0;

   protected:
    ~Owner() = default;
  };

  /// Starts to connect. `version` is the owner's, of the settings.
  EndpointConnection(net::EventLoop& loop, const net::SocketAddress& address,
                     const ConnectionSettings& settings, uint32_t version, Owner& owner);

  State state() const { return state_; }
  /// Streams that can be opened now; 0 unless kReady.
  size_t room() { return state_ == State::kReady ? session().stream_room() : 0; }
  http2::Session& session() { return connection_.session(); }
  /// When kReady.
  const net::Peer& peer() const { return connection_.peer(); }
  /// The session for a new stream, which may need a PING before it.
  http2::Session& SessionForCall();
  /// Has it count in both limits, be they reached or not, as long as it lives.
  void Count(base::Limit& endpoint, base::Limit& cluster) {
    endpoint_place_ = base::Permit::Beyond(endpoint);
    cluster_place_ = base::Permit::Beyond(cluster);
  }
  void Uncount() {
    endpoint_place_.Release();
    cluster_place_.Release();
  }
  /// What the peer's GOAWAY said; meaningful in and after kDraining.
  http2::ErrorCode goaway_code() const { return goaway_code_; }
  uint32_t version() const { return version_; }
  /// How long it has worked; 0 before it does.
  base::Duration Age() const { return ready_at_ ? loop_.Now() - *ready_at_ : base::Duration(); }

  /// No new streams; closes when the last one has ended. No effect unless kReady.
  void Drain();
  /// In and after kDraining: whether it was by Drain.
  bool drained_by_us() const { return drained_by_us_; }

 private:
  void OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                 http2::EndStream end) override;
  void OnSettings() override;
  void OnGoAway(const http2::GoAway& goaway) override;
  void OnStreamClosed() override;
  void OnPingAck(uint64_t) override {}  // a byte was read: that is what counts
  void OnOutput() override { connection_.FlushLater(); }
  void OnOpen() override {}
  void OnBroken(const std::string& reason) override;
  void OnLost(const rpc::Connection::Loss& loss) override;
  void OnTraffic(size_t received, size_t sent) override;

  void WatchPath(const ConnectionSettings& settings);

  net::EventLoop& loop_;
  Owner& owner_;
  std::optional<base::Time> ready_at_;
  State state_ = State::kConnecting;
  http2::ErrorCode goaway_code_ = http2::ErrorCode::kNoError;
  const uint32_t version_;
  bool drained_by_us_ = false;
  bool broken_ = false;  // in whatever state: it will not be ready any more
  rpc::Connection connection_;
  net::Timer connect_timer_;
  rpc::Heartbeat heartbeat_;
  base::Permit endpoint_place_;
  base::Permit cluster_place_;
};

}  // namespace evenkeel::pool
