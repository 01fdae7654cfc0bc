// Worker: one thread with its own loop, listening sockets, client connections and pools.
//
// Made, started and destroyed on the main thread; between Start and Stop everything but Post-based
// calls belongs to the worker's thread. It reports to main through Events, which posts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/listener.h"
#include "proxy/client_connection.h"
#include "proxy/cluster.h"
#include "proxy/route_table.h"
#include "proxy/worker_context.h"

namespace evenkeel::proxy {

class Worker final : private ClientConnection::Owner {
 public:
  /// What main hears of; called on the worker's thread.
  struct Events {
    /// After Drain: the last client connection is gone.
    std::function<void()> on_drained;
  };

  struct ListenerPlan {
    net::FileDescriptor socket;
    std::shared_ptr<const RouteTable> routes;
    ClientConnection::Settings settings;
  };

  struct EndpointPlan {
    pool::Pool::Target target;
    std::shared_ptr<health::OutcomeCounters> outcomes;
    /// Whether it is this worker that asks the endpoint whether it serves, and for its load.
    enum class Asks : bool { kNo, kYes } asks = Asks::kNo;
    /// Where, if not on the connections that carry its calls.
    std::optional<pool::Pool::Target> asked_at;
  };

  struct ClusterPlan {
    Cluster::Settings settings;
    Cluster::Picture picture;
    std::vector<EndpointPlan> endpoints;
    pool::Pool::Settings pools;
    std::optional<config::HealthCheck> health_check;
  };

  Worker(uint64_t seed, telemetry::WorkerMetrics& metrics, Events events);
  /// Stops the thread; connections that are left are closed.
  ~Worker();

  /// Before Start, in the configuration's order.
  void AddCluster(ClusterPlan plan);
  void AddListener(ListenerPlan plan);
  void Start();

  /// The following may be called on the main thread after Start.

  void SetPicture(size_t cluster, Cluster::Picture picture);
  /// No more connections, no more calls; those in progress finish. Then Events::on_drained.
  void Drain();
  /// Ends the calls still in progress with `status`, and their connections.
  void FinishCalls(const rpc::Status& status);

 private:
  void OnConnectionGone(ClientConnection& connection) override;
  void AddEndpoint(Cluster& cluster, const EndpointPlan& endpoint, const ClusterPlan& plan);

  void Accept(const ListenerPlan& plan, net::FileDescriptor socket);
  void ReportIfDrained();

  const Events events_;
  net::EventLoop loop_;
  base::Random random_;
  WorkerContext context_;
  std::vector<std::unique_ptr<ListenerPlan>> plans_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace evenkeel::proxy
