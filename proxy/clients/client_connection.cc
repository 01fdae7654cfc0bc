#include "proxy/clients/client_connection.h"

#include <algorithm>
#include <utility>

#include "lib/net/proxy_header.h"
#include "proxy/call/forwarded_certificate.h"
#include "proxy/call/hops.h"

namespace evenkeel::proxy {
namespace {

// A client that connects and says nothing holds a descriptor, not more, and not for long.
constexpr auto kHandshakeTimeout = std::chrono::seconds(10);

// How long the second GOAWAY waits for the answer to the PING that follows the first: one round
// trip, unless the client does not answer.
constexpr auto kDrainRoundTrip = std::chrono::seconds(1);

// That PING; other than those of the keepalive.
constexpr uint64_t kDrainPing = 1;

// What has been said last gets this long to reach the client.
constexpr auto kFinalAnswers = std::chrono::seconds(2);
// A certificate may last until the year 9999; no connection does.
constexpr base::Duration kLongest = std::chrono::hours(24 * 365);

// What a call hears that leads back to where it has been.
const rpc::Status kCameRound{
    rpc::StatusCode::kUnavailable,
    "the call has come through this sidecar before: its endpoints lead back here"};
// What one that says nothing costs, the kernel's part included.
constexpr size_t kLeastHeld = 6 * 1024;
// What OpenSSL has of one besides.
constexpr size_t kTlsHeld = 20 * 1024;

constexpr char kNotRead[] = "the client did not read the final answers within 2 s";

}  // namespace

ClientConnection::ClientConnection(WorkerContext& context, base::LocalPtr<ListenerBinding> binding,
                                   base::FileDescriptor socket, Owner& owner)
    : context_(context),
      binding_(std::move(binding)),
      owner_(owner),
      place_(base::Permit::Beyond(*binding_->connections)),
      connection_(context.loop, http2::Role::kServer, binding_->settings.http2, *this, *this,
                  binding_->settings.transports),
      handshake_timer_(context.loop, [this] { OnHandshakeTimeout(); }),
      drain_timer_(context.loop, [this] { SendFinalGoAway(); }),
      heartbeat_(context.loop, connection_.session(), binding_->settings.keepalive,
                 [this] {
                   CountEnd(telemetry::ClientEnd::kKeepalive);
                   connection_.Abort("no answer to a keepalive PING");
                 }),
      pings_(binding_->settings.pings),
      lifetime_(binding_->settings.lifetime, context.loop.Now(), context.random),
      lifetime_timer_(context.loop, [this] { LookAtLifetime(); }),
      end_timer_(context.loop, [this] { connection_.Abort(kNotRead); }),
      write_timer_(context.loop, [this] { LookAtFinished(); }) {
  context_.metrics.ClientConnectionOpened();
  handshake_timer_.StartAfter(kHandshakeTimeout);
  connection_.Attach(std::move(socket));
  // Bytes that nobody acknowledges are a dead peer's as much as a PING is (gRFC A18).
  if (heartbeat_.on()) connection_.SetUserTimeout(binding_->settings.keepalive.timeout);
  heartbeat_.Start();
  WatchLifetime();
}

ClientConnection::~ClientConnection() {
  context_.loop.CancelDeferred(*this);
  context_.metrics.ClientConnectionClosed();
}

void ClientConnection::Drain(std::string_view reason) {
  if (std::exchange(draining_, true)) return;
  drain_reason_ = reason;
  for (const auto& call : calls_) call->Drain();
  connection_.session().SubmitShutdownNotice(kDrainPing);
  drain_timer_.StartAfter(kDrainRoundTrip);
}

void ClientConnection::FinishCalls(const rpc::Status& status) {
  for (const auto& call : calls_) call->End({status});
}

void ClientConnection::CollectCalls(const Cluster& cluster, std::vector<Call*>& calls) const {
  for (const auto& each : calls_) {
    if (each->cluster() == &cluster) calls.push_back(each.get());
  }
}

// Without calls and held back it can hold a frame and what the kernel has of the next.
size_t ClientConnection::held() const {
  const size_t least = kLeastHeld + (over_tls_ ? kTlsHeld : 0);
  if (calls_.empty() && reading_) return least + connection_.session().held();
  size_t held = least + connection_.held();
  for (const auto& call : calls_) held += call->held();
  return held;
}

size_t ClientConnection::unread() const {
  size_t unread = connection_.unsent();
  for (const auto& call : calls_) unread += call->unread();
  return unread;
}

void ClientConnection::SetReading(bool on) {
  if (std::exchange(reading_, on) != on) connection_.SetReading(on);
}

void ClientConnection::RunDeferred() {
  EndedForFault(telemetry::ClientEnd::kMemory, "it held more memory than others when it ran out");
  connection_.Drop("others must have its memory");
}

void ClientConnection::OnRequest(http2::StreamHandle stream, http2::HeaderList headers,
                                 http2::EndStream end) {
  const uint32_t from = connection_.session().peer_instance();
  // An application may have copied it from a call that it got: that is another call's way.
  if (from == 0 && headers.doubtful()) headers.Remove(kHopsField);
  ForwardCertificate(headers, connection_.peer(), binding_->settings.forward_certificate);
  const bool came_round = from != 0 && !AddHop(headers, from, binding_->settings.http2.instance);
  Call::Owner& owner = *this;
  Call& call = calls_.Add(std::make_unique<Call>(context_, binding_->routes, connection_.peer(),
                                                 std::move(stream), std::move(headers), owner));
  call.Start(end, came_round ? &kCameRound : nullptr);
  if (draining_) call.Drain();
}

void ClientConnection::OnPingAck(uint64_t opaque) {
  if (draining_ && opaque == kDrainPing) SendFinalGoAway();
}

void ClientConnection::OnPing() {
  const auto verdict =
      pings_.OnPing(context_.loop.Now(), calls_.size(), connection_.session().call_frames_sent());
  if (verdict == PingEnforcement::Verdict::kTolerated || end_timer_.running()) return;
  EndedForFault(telemetry::ClientEnd::kTooManyPings, "more PINGs than keepalive permits");
  final_goaway_sent_ = true;
  connection_.session().SubmitGoAway(http2::ErrorCode::kEnhanceYourCalm, "too_many_pings");
  EndSoon("the client sent too many PINGs");
}

void ClientConnection::OnHandshakeTimeout() {
  if (connection_.open()) {
    EndedForFault(telemetry::ClientEnd::kHandshake, "no HTTP/2 preface and SETTINGS in time");
  } else {  // a PROXY header has had less time
    OnTlsFailure(tls::HandshakeResult::kTimeout, "");
  }
  connection_.Abort("no HTTP/2 preface in time");
}

void ClientConnection::OnOpen() {
  const net::SecurityFacts* const security = connection_.peer().security.get();
  if (security == nullptr) return;
  over_tls_ = true;
  context_.metrics.ClientHandshake(tls::HandshakeResult::kOk, security->resumed);
  if (security->certificate == nullptr) return;
  const auto left = security->certificate->not_after - std::chrono::system_clock::now();
  lifetime_.ExpireAt(context_.loop.Now() + std::min<base::Duration>(left, kLongest));
  WatchLifetime();
}

void ClientConnection::OnTlsFailure(tls::HandshakeResult result, const std::string& detail) {
  if (!over_tls_) context_.metrics.ClientHandshake(result, false);
  if (result == tls::HandshakeResult::kClosed) return;  // not by us
  const std::string what = tls::ToErrorCode(result).message();
  EndedForFault(telemetry::ClientEnd::kTls, detail.empty() ? what : what + ": " + detail);
}

void ClientConnection::SendFinalGoAway() {
  if (std::exchange(final_goaway_sent_, true)) return;
  drain_timer_.Stop();
  connection_.session().SubmitGoAway(http2::ErrorCode::kNoError, drain_reason_);
}

void ClientConnection::LookAtLifetime() {
  switch (lifetime_.Look(context_.loop.Now(), calls_.size())) {
    case ConnectionLifetime::Action::kWait:
      break;
    case ConnectionLifetime::Action::kDrainIdle:
      CountEnd(telemetry::ClientEnd::kMaxIdle);
      Drain("max_idle");
      break;
    case ConnectionLifetime::Action::kDrainOld:
      CountEnd(telemetry::ClientEnd::kMaxAge);
      Drain("max_age");
      break;
    case ConnectionLifetime::Action::kDrainExpired:
      CountEnd(telemetry::ClientEnd::kExpired);
      Drain("certificate_expired");
      break;
    case ConnectionLifetime::Action::kEndCalls:
      EndSoon(std::string(drain_reason_) + ": the connection has reached its end, and " +
              "max_connection_age_grace is over");
      break;
  }
  WatchLifetime();
}

void ClientConnection::WatchLifetime() {
  if (lifetime_.due() != base::Time::max()) lifetime_timer_.StartAt(lifetime_.due());
}

void ClientConnection::EndSoon(const std::string& why) {
  FinishCalls({rpc::StatusCode::kUnavailable, why});
  end_timer_.StartAfter(kFinalAnswers);
}

// A client may do wrong while it is drained: it ends once, for what came first.
void ClientConnection::CountEnd(telemetry::ClientEnd reason) {
  if (!std::exchange(end_counted_, true)) context_.metrics.ClientConnectionEnded(reason);
}

void ClientConnection::EndedForFault(telemetry::ClientEnd reason, const std::string& detail) {
  CountEnd(reason);
  owner_.OnClientEnded(reason, connection_.peer().address, detail);
}

void ClientConnection::OnLost(const rpc::Connection::Loss& loss) {
  const bool ended_before = end_timer_.running();
  handshake_timer_.Stop();
  drain_timer_.Stop();
  heartbeat_.Stop();
  lifetime_timer_.Stop();
  end_timer_.Stop();
  write_timer_.Stop();
  context_.loop.CancelDeferred(*this);
  if (loss.kind == rpc::Connection::Loss::Kind::kProtocolError) {
    context_.metrics.PeerFault(telemetry::Side::kClient, telemetry::FaultFromHttp2(loss.code));
    if (!ended_before) {
      EndedForFault(telemetry::ClientEndFromFault(connection_.session().abuse(), loss.code),
                    loss.reason);
    }
  }
  if (loss.error.category() == net::ProxyFaults()) {
    EndedForFault(telemetry::ClientEnd::kProxyHeader, loss.reason);
  }
  if (loss.error.category() == tls::HandshakeCategory()) {
    OnTlsFailure(static_cast<tls::HandshakeResult>(loss.error.value()), loss.detail);
  }
  owner_.OnConnectionGone(*this);
}

void ClientConnection::OnTraffic(size_t received, size_t sent) {
  if (received > 0) heartbeat_.OnRead();
  context_.metrics.ClientBytesReceived(received);
  context_.metrics.ClientBytesSent(sent);
}

// Nearly every answer leaves with the flush, and its call goes. What is left then is timed.
void ClientConnection::OnCallFinished() {
  if (++finished_ == 1) connection_.FlushLater();
}

void ClientConnection::OnFlushed() {
  if (finished_ == 0 || write_timer_.running()) return;
  write_timer_.StartAfter(binding_->settings.write_timeout);
}

void ClientConnection::LookAtFinished() {
  for (const auto& call : calls_) call->ResetIfStuck();
  OnFlushed();
}

void ClientConnection::OnCallGone(Call& call) {
  --finished_;
  context_.loop.DeleteLater(calls_.Take(call));
  if (calls_.empty()) lifetime_.OnIdle(context_.loop.Now());
}

}  // namespace evenkeel::proxy
