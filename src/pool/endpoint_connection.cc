#include "pool/endpoint_connection.h"

#include <utility>

#include "base/check.h"

namespace evenkeel::pool {

EndpointConnection::EndpointConnection(net::EventLoop& loop, const net::SocketAddress& address,
                                       const http2::SessionSettings& settings,
                                       base::Duration connect_timeout,
                                       const Keepalive::Settings& keepalive, Owner& owner)
    : loop_(loop),
      owner_(owner),
      connection_(loop, http2::Role::kClient, settings, *this, *this),
      connect_timer_(loop,
                     [this] {
                       connection_.Abort(connection_.open()
                                             ? "connected, but no HTTP/2 SETTINGS came in time"
                                             : "connecting timed out");
                     }),
      keeps_alive_(keepalive.time > base::Duration::zero()),
      keepalive_(keepalive, loop.Now()),
      keepalive_timer_(loop, [this] { KeepAlive(); }) {
  connect_timer_.StartAfter(connect_timeout);
  connection_.Connect(address);
  // Bytes that nobody acknowledges are a dead peer's as much as a PING is (gRFC A18).
  if (keeps_alive_) connection_.SetUserTimeout(keepalive.timeout);
}

http2::Session& EndpointConnection::SessionForCall() {
  if (keeps_alive_) Follow(keepalive_.OnCall(loop_.Now()));
  return session();
}

void EndpointConnection::OnTraffic(size_t received, size_t sent) {
  if (received > 0) keepalive_.OnRead(loop_.Now());
  owner_.OnTraffic(received, sent);
}

void EndpointConnection::KeepAlive() {
  Follow(keepalive_.Look(loop_.Now(), session().open_streams()));
}

void EndpointConnection::Follow(Keepalive::Action action) {
  switch (action) {
    case Keepalive::Action::kPing:
      session().SubmitPing(0);
      [[fallthrough]];
    case Keepalive::Action::kWait:
      return keepalive_timer_.StartAt(keepalive_.due());
    case Keepalive::Action::kSleep:
      return;
    case Keepalive::Action::kDie:
      connection_.Abort("no answer to a keepalive PING");
  }
}

void EndpointConnection::OnRequest(http2::StreamHandle, http2::HeaderList, http2::EndStream) {
  CHECK(!"nghttp2 refuses requests from a server");
}

void EndpointConnection::OnSettings() {
  if (state_ == State::kConnecting) {
    connect_timer_.Stop();
    state_ = State::kReady;
    if (keeps_alive_) KeepAlive();
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

void EndpointConnection::OnStreamClosed() {
  if (state_ == State::kReady) owner_.OnRoom(*this);
}

void EndpointConnection::OnLost(const rpc::Connection::Loss& loss) {
  connect_timer_.Stop();
  keepalive_timer_.Stop();
  owner_.OnLost(*this, std::exchange(state_, State::kLost), loss);
}

}  // namespace evenkeel::pool
