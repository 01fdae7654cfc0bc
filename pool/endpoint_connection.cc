#include "pool/endpoint_connection.h"

#include <utility>

#include "lib/base/check.h"

namespace evenkeel::pool {
namespace {

constexpr char kOurselves[] =
    "the address leads back to this sidecar itself: its calls would go round in a loop";

}  // namespace

EndpointConnection::EndpointConnection(net::EventLoop& loop, const net::SocketAddress& address,
                                       const ConnectionSettings& settings, uint32_t version,
                                       Owner& owner)
    : loop_(loop),
      owner_(owner),
      version_(version),
      connection_(loop, http2::Role::kClient, settings.http2, *this, *this, settings.transports),
      connect_timer_(loop,
                     [this] {
                       connection_.Abort(connection_.open()
                                             ? "connected, but no HTTP/2 SETTINGS came in time"
                                             : "connecting timed out");
                     }),
      heartbeat_(loop, connection_.session(), settings.keepalive,
                 [this] { connection_.Abort("no answer to a keepalive PING"); }) {
  connect_timer_.StartAfter(settings.connect_timeout);
  connection_.Connect(address, settings.host);
  WatchPath(settings);
}

// Bytes that nobody acknowledges are a dead peer's as much as a PING is (gRFC A18). Neither of the
// two is seen by the server, so they need nobody's permission.
void EndpointConnection::WatchPath(const ConnectionSettings& settings) {
  const base::Duration patience =
      heartbeat_.on() ? settings.keepalive.timeout : settings.user_timeout;
  if (patience > base::Duration::zero()) connection_.SetUserTimeout(patience);
  if (settings.tcp_keepalive > base::Duration::zero()) {
    connection_.SetTcpKeepalive(settings.tcp_keepalive);
  }
}

http2::Session& EndpointConnection::SessionForCall() {
  heartbeat_.OnCall();
  return session();
}

void EndpointConnection::OnTraffic(size_t received, size_t sent) {
  if (received > 0) heartbeat_.OnRead();
  owner_.OnTraffic(received, sent);
}

void EndpointConnection::OnRequest(http2::StreamHandle, http2::HeaderList, http2::EndStream) {
  CHECK(!"a session refuses requests from a server");
}

void EndpointConnection::OnSettings() {
  if (broken_) return;
  if (state_ == State::kConnecting) {
    if (session().is_own_peer())
      return session().Fail(http2::ErrorCode::kProtocolError, kOurselves);
    connect_timer_.Stop();
    state_ = State::kReady;
    ready_at_ = loop_.Now();
    heartbeat_.Start();
    owner_.OnReady(*this);
  } else {
    owner_.OnRoom(*this);
  }
}

void EndpointConnection::OnGoAway(const http2::GoAway& goaway) {
  if (state_ == State::kDraining) return;  // the second of a graceful pair
  connect_timer_.Stop();
  state_ = State::kDraining;
  goaway_code_ = goaway.code;
  owner_.OnDraining(*this, goaway);
}

void EndpointConnection::Drain() {
  if (state_ != State::kReady) return;
  state_ = State::kDraining;
  drained_by_us_ = true;
  session().SubmitGoAway(http2::ErrorCode::kNoError, "");
}

void EndpointConnection::OnStreamClosed() {
  if (state_ != State::kReady) return;
  if (session().ids_left()) return owner_.OnRoom(*this);
  Drain();
  owner_.OnDraining(*this, {http2::kMaxStreamId, http2::ErrorCode::kNoError, "no stream ids left"});
}

void EndpointConnection::OnBroken(const std::string& reason) {
  broken_ = true;
  if (state_ != State::kReady) return;
  state_ = State::kBroken;
  owner_.OnBroken(*this, reason);
}

void EndpointConnection::OnLost(const rpc::Connection::Loss& loss) {
  connect_timer_.Stop();
  heartbeat_.Stop();
  owner_.OnLost(*this, std::exchange(state_, State::kLost), loss);
}

}  // namespace evenkeel::pool
