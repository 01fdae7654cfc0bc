#include "pool/pool.h"

#include <algorithm>
#include <utility>

#include "lib/base/check.h"
#include "lib/tls/handshake_result.h"

namespace evenkeel::pool {
namespace {

using ConnectionState = EndpointConnection::State;

using LossKind = rpc::Connection::Loss::Kind;

telemetry::ConnectFailure ConnectFailureOf(const rpc::Connection::Loss& loss) {
  if (loss.kind == LossKind::kAborted) return telemetry::ConnectFailure::kTimedOut;
  if (loss.kind == LossKind::kProtocolError) return telemetry::ConnectFailure::kProtocolError;
  return telemetry::ConnectFailureFromError(loss.error);
}

telemetry::CloseReason CloseReasonOf(const rpc::Connection::Loss& loss) {
  if (loss.kind == LossKind::kAborted) return telemetry::CloseReason::kOurs;
  if (loss.kind == LossKind::kProtocolError) return telemetry::CloseReason::kProtocolError;
  return telemetry::CloseReasonFromError(loss.error);
}

bool IsTooManyPings(const http2::GoAway& goaway) {
  return goaway.code == http2::ErrorCode::kEnhanceYourCalm && goaway.debug_data == "too_many_pings";
}

std::string Describe(const http2::GoAway& goaway) {
  std::string text = "the endpoint sent GOAWAY " + std::string(http2::ErrorCodeName(goaway.code));
  if (!goaway.debug_data.empty()) text.append(" \"").append(goaway.debug_data).append("\"");
  return text;
}

// Whether a connection made under the one would be another under the other, once it is open.
bool Outdates(ConnectionSettings one, const ConnectionSettings& other) {
  one.connect_timeout = other.connect_timeout;
  return one != other;
}

// A connection that has worked for so long is no failure.
constexpr auto kSettled = std::chrono::seconds(1);

// How long a call waits at a full endpoint before it asks for another one.
constexpr auto kWhile = std::chrono::milliseconds(20);

// For the log and the admin port; callers get the reason alone.
std::string WithDetail(const rpc::Connection::Loss& loss) {
  return loss.detail.empty() ? loss.reason : loss.reason + ": " + loss.detail;
}

constexpr char kRemoved[] = "the endpoint was removed";

}  // namespace

void Waiter::StopWaiting() {
  if (pool_ != nullptr) pool_->Remove(*this);
}

Pool::Pool(net::EventLoop& loop, base::Random& random, telemetry::WorkerMetrics& metrics,
           Target target, const Settings& settings, Observer& observer)
    : loop_(loop),
      random_(random),
      metrics_(metrics),
      target_(std::move(target)),
      settings_(settings),
      observer_(observer),
      backoff_(settings.backoff),
      backoff_timer_(loop, [this] { ConnectIfWanted(); }),
      waiting_timer_(loop, [this] { RemindWaiters(); }) {
  CHECK(!target_.addresses.empty());
  Connect();
}

Pool::~Pool() {
  FailWaiters(kRemoved);
  for (const auto& each : connections_) {
    if (each->state() != ConnectionState::kConnecting) {
      metrics_.EndpointConnectionClosed(target_.id, telemetry::CloseReason::kOurs);
    }
  }
}

bool Pool::full() {
  if (state_ != State::kReady || (waiting_ == 0 && WithRoom() != nullptr)) return false;
  if (retired_ || Has(ConnectionState::kConnecting)) return waiting_ > 0;
  // Another connection would allow as little.
  const bool allows_none = std::ranges::all_of(connections_, [](const auto& each) {
    return each->state() != ConnectionState::kReady || each->session().open_streams() == 0;
  });
  return allows_none || connections_.size() >= settings_.max_connections || !MayConnectMore();
}

void Pool::Open(Waiter& waiter) {
  // Whoever waits already goes first.
  if (EndpointConnection* connection = waiting_ == 0 ? WithRoom() : nullptr) {
    return waiter.OnRoom(connection->SessionForCall());
  }
  if (state_ == State::kFailing && !Has(ConnectionState::kConnecting)) {
    return waiter.OnUnavailable(last_failure_);
  }
  if (retired_) return waiter.OnUnavailable(kRemoved);
  if (!Enqueue(waiter)) return waiter.OnFull("too many calls are waiting for a connection");
  ConnectIfWanted();
}

void Pool::SetSettings(const Settings& settings) {
  if (settings == settings_) return;
  const bool outdates = Outdates(settings.connection, settings_.connection);
  settings_ = settings;
  backoff_.SetSettings(settings.backoff);
  if (outdates) ++settings_version_;
  ConnectIfWanted();
}

void Pool::Retire() {
  retired_ = true;
  backoff_timer_.Stop();
  FailWaiters(kRemoved);
}

void Pool::OnReady(EndpointConnection& connection) {
  addresses_failed_ = 0;
  if (const net::SecurityFacts* const security = connection.peer().security.get()) {
    metrics_.EndpointHandshake(target_.id, tls::HandshakeResult::kOk, security->resumed);
  }
  metrics_.EndpointConnectionOpened(target_.id);
  SetState(State::kReady, "connected");
  DrainOutdated();
  ServeWaiters();
}

void Pool::OnRoom(EndpointConnection&) { ServeWaiters(); }

void Pool::Rate(const EndpointConnection& connection) {
  if (connection.Age() >= kSettled) {
    backoff_.Reset();
  } else {
    ended_young_ = loop_.Now();
  }
}

bool Pool::IsRestless() {
  const auto lasts = [this](const auto& each) {
    return each->state() == ConnectionState::kReady && each->Age() >= kSettled &&
           loop_.Now() - each->Age() > *ended_young_;
  };
  if (ended_young_ && std::ranges::any_of(connections_, lasts)) ended_young_.reset();
  return ended_young_.has_value();
}

void Pool::OnDraining(EndpointConnection& connection, const http2::GoAway& goaway) {
  Rate(connection);
  last_failure_ = Describe(goaway);
  if (IsTooManyPings(goaway)) target_.keepalive->Double();
  // A GOAWAY before SETTINGS: the attempt has failed, whatever the peer says.
  if (state_ != State::kReady) SetState(State::kFailing, last_failure_);
  observer_.OnDraining(*this);
  ConnectIfWanted();
}

void Pool::OnBroken(EndpointConnection& connection, const std::string& reason) {
  Rate(connection);
  last_failure_ = reason;
  if (Has(ConnectionState::kReady)) return ConnectIfWanted();
  SetState(State::kFailing, reason);
  ConnectIfWanted();
  if (!Has(ConnectionState::kConnecting)) FailWaiters(reason);
}

void Pool::OnLost(EndpointConnection& connection, ConnectionState before,
                  const rpc::Connection::Loss& loss) {
  const auto at =
      std::ranges::find(connections_, &connection, [](const auto& each) { return each.get(); });
  CountLoss(connection, before, loss);
  connection.Uncount();
  loop_.DeleteLater(std::move(*at));
  connections_.erase(at);
  if (before == ConnectionState::kDraining || before == ConnectionState::kBroken) {
    return ConnectIfWanted();  // it has been replaced already, but may have filled max_connections
  }
  Rate(connection);
  last_failure_ = loss.reason;
  if (before == ConnectionState::kConnecting) ++addresses_failed_;
  if (!Has(ConnectionState::kReady)) {
    SetState(State::kFailing, WithDetail(loss));
    const bool more_addresses = addresses_failed_ % target_.addresses.size() != 0;
    if (more_addresses && !retired_) return Connect();
    FailWaiters(loss.reason);
  }
  ConnectIfWanted();
}

void Pool::OnTraffic(size_t received, size_t sent) {
  metrics_.EndpointBytesReceived(target_.id, received);
  metrics_.EndpointBytesSent(target_.id, sent);
}

void Pool::CountLoss(const EndpointConnection& connection, ConnectionState before,
                     const rpc::Connection::Loss& loss) {
  if (loss.kind == LossKind::kProtocolError) {
    metrics_.PeerFault(telemetry::Side::kEndpoint, telemetry::FaultFromHttp2(loss.code));
  }
  if (before == ConnectionState::kConnecting) {
    metrics_.EndpointConnectFailed(target_.id, ConnectFailureOf(loss));
    // In TLS 1.3 we may be done before the endpoint has judged what we have shown it.
    if (loss.error.category() == tls::HandshakeCategory()) {
      metrics_.EndpointHandshake(target_.id, static_cast<tls::HandshakeResult>(loss.error.value()),
                                 false);
    }
  } else if (before == ConnectionState::kDraining && !connection.drained_by_us()) {
    metrics_.EndpointConnectionClosed(target_.id,
                                      telemetry::CloseReasonFromGoaway(connection.goaway_code()));
  } else {
    const bool ours = before == ConnectionState::kDraining;
    metrics_.EndpointConnectionClosed(target_.id,
                                      ours ? telemetry::CloseReason::kOurs : CloseReasonOf(loss));
  }
}

bool Pool::Has(ConnectionState state) const {
  return std::ranges::any_of(connections_,
                             [state](const auto& each) { return each->state() == state; });
}

bool Pool::HasCurrent() const {
  return std::ranges::any_of(connections_, [this](const auto& each) {
    return each->state() == ConnectionState::kReady && each->version() == settings_version_;
  });
}

void Pool::DrainOutdated() {
  if (!HasCurrent()) return;
  bool drained = false;
  for (const auto& each : connections_) {
    if (each->version() == settings_version_ || each->state() != ConnectionState::kReady) continue;
    each->Drain();
    drained = true;
  }
  if (drained) observer_.OnDraining(*this);
}

EndpointConnection* Pool::WithRoom() {
  for (const auto& each : connections_) {
    if (each->room() > 0) return each.get();
  }
  return nullptr;
}

void Pool::ConnectIfWanted() {
  if (retired_ || Has(ConnectionState::kConnecting)) return;  // one attempt at a time
  const bool works = Has(ConnectionState::kReady);
  if (HasCurrent() && (waiting_ == 0 || connections_.size() >= settings_.max_connections)) return;
  if (HasCurrent() && !MayConnectMore()) return;
  // Where the last attempt worked too, there is nothing to back off from.
  const bool at_once = works && addresses_failed_ == 0 && !IsRestless();
  if (at_once || loop_.Now() >= backoff_.next()) {
    Connect();
  } else {
    backoff_timer_.StartAt(backoff_.next());
  }
}

void Pool::Connect() {
  backoff_timer_.Stop();
  backoff_.AttemptStarted(loop_.Now(), random_);
  // One beside others that work is no attempt after a failure.
  if (!IsRestless() && std::ranges::any_of(connections_, [](const auto& each) {
        return each->state() == ConnectionState::kReady && each->Age() >= kSettled;
      })) {
    backoff_.Reset();
  }
  const auto& addresses = target_.addresses;
  EndpointConnection::Owner& owner = *this;
  ++connections_begun_;
  connections_.push_back(
      std::make_unique<EndpointConnection>(loop_, addresses[next_address_++ % addresses.size()],
                                           SettingsNow(), settings_version_, owner));
  connections_.back()->Count(target_.limits->connections, target_.cluster_limits->connections);
}

bool Pool::MayConnectMore() const {
  return !target_.limits->connections.full() && !target_.cluster_limits->connections.full();
}

ConnectionSettings Pool::SettingsNow() const {
  ConnectionSettings settings = settings_.connection;
  settings.keepalive.time = target_.keepalive->Stretch(settings.keepalive.time);
  settings.host = target_.host;
  return settings;
}

void Pool::SetState(State state, const std::string& reason) {
  const bool changed = (state_ == State::kReady) != (state == State::kReady);
  const bool fails_now = state == State::kFailing && (state_ != state || reason != told_failure_);
  if (fails_now) told_failure_ = reason;
  state_ = state;
  if (changed) observer_.OnReadyChanged(*this, reason);
  if (fails_now) observer_.OnFailing(*this, reason);
}

void Pool::ServeWaiters() {
  while (first_waiter_ != nullptr) {
    EndpointConnection* connection = WithRoom();
    if (connection == nullptr) return ConnectIfWanted();
    Waiter& waiter = *first_waiter_;
    Remove(waiter);
    waiter.OnRoom(connection->SessionForCall());
  }
}

void Pool::FailWaiters(const std::string& reason) {
  const std::string copy = reason;  // a waiter's next steps may change last_failure_
  while (first_waiter_ != nullptr) {
    Waiter& waiter = *first_waiter_;
    Remove(waiter);
    waiter.OnUnavailable(copy);
  }
}

bool Pool::Enqueue(Waiter& waiter) {
  waiter.endpoint_place_ = base::Permit(target_.limits->pending);
  waiter.cluster_place_ = base::Permit(target_.cluster_limits->pending);
  if (!waiter.endpoint_place_ || !waiter.cluster_place_) {
    waiter.endpoint_place_.Release();
    waiter.cluster_place_.Release();
    return false;
  }
  waiter.pool_ = this;
  waiter.waits_for_room_ = state_ == State::kReady;
  if (waiter.waits_for_room_) metrics_.AttemptWaits(target_.id);
  waiter.previous_ = last_waiter_;
  (last_waiter_ != nullptr ? last_waiter_->next_ : first_waiter_) = &waiter;
  last_waiter_ = &waiter;
  if (++waiting_ == 1) waiting_timer_.StartAfter(kWhile);
  return true;
}

// Those at the front have waited longest; who stays although it may leave lets the others stay.
void Pool::RemindWaiters() {
  while (waiting_ > 0 && full()) {
    Waiter* waiter = first_waiter_;
    while (waiter != nullptr && !waiter->may_leave()) waiter = waiter->next_;
    if (waiter == nullptr) break;
    const size_t before = waiting_;
    waiter->OnStillFull();
    if (waiting_ >= before) break;
  }
  if (waiting_ > 0) waiting_timer_.StartAfter(kWhile);
}

void Pool::Remove(Waiter& waiter) {
  (waiter.previous_ != nullptr ? waiter.previous_->next_ : first_waiter_) = waiter.next_;
  (waiter.next_ != nullptr ? waiter.next_->previous_ : last_waiter_) = waiter.previous_;
  waiter.pool_ = nullptr;
  if (std::exchange(waiter.waits_for_room_, false)) metrics_.AttemptWaited(target_.id);
  waiter.endpoint_place_.Release();
  waiter.cluster_place_.Release();
  waiter.previous_ = waiter.next_ = nullptr;
  --waiting_;
}

}  // namespace evenkeel::pool
