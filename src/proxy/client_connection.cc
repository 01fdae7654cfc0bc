#include "proxy/client_connection.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

// A client that connects and says nothing holds a descriptor, not more, and not for long.
constexpr auto kHandshakeTimeout = std::chrono::seconds(10);

// How long the second GOAWAY waits for the answer to the PING that follows the first: one round
// trip, unless the client does not answer.
constexpr auto kDrainRoundTrip = std::chrono::seconds(1);

}  // namespace

ClientConnection::ClientConnection(WorkerContext& context,
                                   const std::shared_ptr<const RouteTable>& routes,
                                   const http2::SessionSettings& settings,
                                   net::FileDescriptor socket, Owner& owner)
    : context_(context),
      routes_(routes),
      owner_(owner),
      connection_(context.loop, http2::Role::kServer, settings, *this, *this),
      client_host_(net::PeerHost(socket.get())),
      handshake_timer_(context.loop, [this] { connection_.Abort("no HTTP/2 preface in time"); }),
      drain_timer_(context.loop, [this] { SendFinalGoAway(); }) {
  context_.metrics.ClientConnectionOpened();
  handshake_timer_.StartAfter(kHandshakeTimeout);
  connection_.Attach(std::move(socket));
}

ClientConnection::~ClientConnection() { context_.metrics.ClientConnectionClosed(); }

void ClientConnection::Drain() {
  if (std::exchange(draining_, true)) return;
  connection_.session().SubmitShutdownNotice(0);
  drain_timer_.StartAfter(kDrainRoundTrip);
}

void ClientConnection::FinishCalls(const rpc::Status& status) {
  for (const auto& call : calls_) call->FinishByProxy(status);
}

void ClientConnection::OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                                 http2::EndStream end) {
  Call::Owner& owner = *this;
  auto call = std::make_unique<Call>(context_, routes_, client_host_, std::move(stream),
                                     std::move(headers), owner);
  call->index = calls_.size();
  calls_.push_back(std::move(call));
  calls_.back()->Start(end);
}

void ClientConnection::OnPingAck(uint64_t) {
  if (draining_) SendFinalGoAway();
}

void ClientConnection::SendFinalGoAway() {
  if (std::exchange(final_goaway_sent_, true)) return;
  drain_timer_.Stop();
  connection_.session().SubmitGoAway(http2::ErrorCode::kNoError, "");
}

void ClientConnection::OnLost(const rpc::Connection::Loss& loss) {
  handshake_timer_.Stop();
  drain_timer_.Stop();
  if (loss.kind == rpc::Connection::Loss::Kind::kProtocolError) {
    context_.metrics.PeerFault(telemetry::Side::kClient,
                               telemetry::FaultFromHttp2(http2::ErrorCode::kProtocolError));
  }
  owner_.OnConnectionGone(*this);
}

void ClientConnection::OnTraffic(size_t received, size_t sent) {
  context_.metrics.ClientBytesReceived(received);
  context_.metrics.ClientBytesSent(sent);
}

void ClientConnection::OnCallGone(Call& call) {
  const size_t index = call.index;
  context_.loop.DeleteLater(std::move(calls_[index]));
  if (index + 1 < calls_.size()) {
    calls_[index] = std::move(calls_.back());
    calls_[index]->index = index;
  }
  calls_.pop_back();
}

}  // namespace evenkeel::proxy
