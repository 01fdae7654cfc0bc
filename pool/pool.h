// Pool: one worker's connections to one endpoint; opens streams on them.
//
// Keeps one connection at all times, from the start, and adds others, one at a time, while calls
// wait because the peer's MAX_CONCURRENT_STREAMS is used up (gRFC A105). A connection that got
// GOAWAY is replaced at once; its accepted streams finish. So is one whose peer broke HTTP/2, and
// one made under other settings, but that only when its successor works. Belongs to a worker, used
// on its thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/endpoint.h"
#include "lib/base/random.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"
#include "lib/net/timer.h"
#include "lib/telemetry/worker_metrics.h"
#include "pool/backoff.h"
#include "pool/connection_settings.h"
#include "pool/endpoint_connection.h"
#include "pool/keepalive_memory.h"
#include "pool/limits.h"

namespace evenkeel::pool {

class Pool;

/// Somebody who wants one stream. Destroying it takes it out of the queue.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// The session has room: open the stream now. Comes once; not after OnUnavailable.
  virtual void OnRoom(http2::Session& session) = 0;
  /// There will be no stream; nothing has left us. `reason` lives until the handler returns.
  virtual void OnUnavailable(const std::string& reason) = 0;
  /// The same, because a limit of ours lets no more wait.
  virtual void OnFull(const std::string& reason) { OnUnavailable(reason); }
  /// It waits for a while already, and the endpoint is full; comes each while to the first in the
  /// queue that may_leave. It may leave, also by being destroyed.
  virtual void OnStillFull() {}
  /// Whether another endpoint would do.
  virtual bool may_leave() const { return false; }

 protected:
  ~Waiter() { StopWaiting(); }
  /// Leaves the queue, where it stands in one: neither of the above comes any more.
  void StopWaiting();

 private:
  friend class Pool;
  Pool* pool_ = nullptr;           // whose queue it stands in
  base::Permit endpoint_place_{};  // there, as long as it waits
  base::Permit cluster_place_{};
  bool waits_for_room_ = false;  // and not for the first connection
  Waiter* previous_ = nullptr;
  Waiter* next_ = nullptr;
};

class Pool final : private EndpointConnection::Owner {
 public:
  struct Settings {
    ConnectionSettings connection;
    Backoff::Settings backoff;
    uint32_t max_connections = config::Connection{}.max_connections;
    bool operator==(const Settings&) const = default;
  };

  enum class State {
    kConnecting,  ///< no connection yet, but no failure since the last one worked: worth waiting
    kReady,       ///< a connection works, or is being replaced after GOAWAY
    kFailing,     ///< the last attempt failed or the last connection broke; trying again
  };

  /// What becomes of a pool, for whoever decides about eligibility.
  class Observer {
   public:
    /// The state became, or ceased to be, kReady; `reason` says why it did.
    virtual void OnReadyChanged(Pool& pool, const std::string& reason) = 0;
    /// The state became kFailing, or is so for another reason; comes after OnReadyChanged and
    /// before waiters are told.
    virtual void OnFailing(Pool& /*pool*/, const std::string& /*reason*/) {}
    /// A connection takes no new streams; another has been or is being made. Whoever has a stream
    /// without an end on it had better move.
    virtual void OnDraining(Pool& /*pool*/) {}

   protected:
    ~Observer() = default;
  };

  /// The endpoint, and where it is: `addresses` are tried in turn; at least one.
  struct Target {
    balancer::EndpointPtr endpoint;
    telemetry::EndpointId id;
    std::vector<net::SocketAddress> addresses;
    /// As it is written, without port or brackets; empty: a Unix socket.
    std::string host{};
    /// Shared by all workers' pools of the endpoint.
    std::shared_ptr<KeepaliveMemory> keepalive = std::make_shared<KeepaliveMemory>();
    /// The endpoint's own, and its cluster's; without limits by default.
    std::shared_ptr<Limits> limits = std::make_shared<Limits>();
    std::shared_ptr<Limits> cluster_limits = std::make_shared<Limits>();
  };

  /// Starts to connect at once.
  Pool(net::EventLoop& loop, base::Random& random, telemetry::WorkerMetrics& metrics, Target target,
       const Settings& settings, Observer& observer);
  /// Waiters are told that there will be no stream; streams still open end unheard.
  ~Pool();

  const balancer::EndpointPtr& endpoint() const { return target_.endpoint; }
  telemetry::EndpointId id() const { return target_.id; }
  State state() const { return state_; }
  /// Why the last attempt or connection failed; empty when there was no failure.
  const std::string& last_failure() const { return last_failure_; }
  size_t connection_count() const { return connections_.size(); }
  /// Connections begun since the pool was made: another number, and there is another one.
  uint64_t connections_begun() const { return connections_begun_; }

  /// Whether a call would have to wait for others to end: it works, its connections are full, and
  /// no more are to be had. It had better go elsewhere, if there is an elsewhere.
  bool full();
  /// Finds `waiter` a connection with room, the oldest first; else it waits its turn. May call back
  /// before it returns.
  void Open(Waiter& waiter);

  /// Other settings from now on. Connections whose HTTP/2 or keepalive settings no longer hold are
  /// replaced one by one: streams go on where they are.
  void SetSettings(const Settings& settings);
  /// The endpoint is no longer wanted: streams go on, waiters are told that there will be none, and
  /// nothing is connected any more.
  void Retire();

 private:
  friend class Waiter;

  void OnReady(EndpointConnection& connection) override;
  void OnRoom(EndpointConnection& connection) override;
  void OnDraining(EndpointConnection& connection, const http2::GoAway& goaway) override;
  void OnBroken(EndpointConnection& connection, const std::string& reason) override;
  void OnLost(EndpointConnection& connection, EndpointConnection::State before,
              const rpc::Connection::Loss& loss) override;
  void OnTraffic(size_t received, size_t sent) override;
  void CountLoss(const EndpointConnection& connection, EndpointConnection::State before,
                 const rpc::Connection::Loss& loss);

  ConnectionSettings SettingsNow() const;
  /// It works no longer; whether that was a success says its age.
  void Rate(const EndpointConnection& connection);
  /// Whether one has ended young, and none that was made since has lasted.
  bool IsRestless();
  bool Has(EndpointConnection::State state) const;
  /// A connection that works and was made under the present settings.
  bool HasCurrent() const;
  void DrainOutdated();
  EndpointConnection* WithRoom();
  /// Starts a connection, or the wait for the time when one may start, where one is wanted.
  void ConnectIfWanted();
  void Connect();
  void SetState(State state, const std::string& reason);
  void ServeWaiters();
  void FailWaiters(const std::string& reason);
  /// Whether a connection beside those there are is within the limits.
  bool MayConnectMore() const;
  bool Enqueue(Waiter& waiter);
  void RemindWaiters();
  void Remove(Waiter& waiter);

  net::EventLoop& loop_;
  base::Random& random_;
  telemetry::WorkerMetrics& metrics_;
  const Target target_;
  Settings settings_;
  uint32_t settings_version_ = 0;  // of what a connection keeps for life
  bool retired_ = false;
  Observer& observer_;
  State state_ = State::kConnecting;
  std::string last_failure_;
  std::string told_failure_;                                      // the observer has heard of
  std::vector<std::unique_ptr<EndpointConnection>> connections_;  // oldest first
  uint64_t connections_begun_ = 0;
  size_t next_address_ = 0;
  size_t addresses_failed_ = 0;            // in a row
  std::optional<base::Time> ended_young_;  // when the last one did
  Backoff backoff_;
  net::Timer backoff_timer_;
  net::Timer waiting_timer_;
  Waiter* first_waiter_ = nullptr;
  Waiter* last_waiter_ = nullptr;
  size_t waiting_ = 0;
};

}  // namespace evenkeel::pool
