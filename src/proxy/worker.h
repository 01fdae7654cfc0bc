// Worker: one thread with its own loop, listening sockets, client connections and pools.
//
// Made, started and destroyed on the main thread; between Start and Stop everything but Post-based
// calls belongs to the worker's thread. It reports to main through Events, which posts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/listener.h"
#include "proxy/client_connection.h"
#include "proxy/cluster.h"
#include "proxy/route_table.h"
#include "proxy/worker_context.h"

namespace evenkeel::proxy {

class Worker final : private ClientConnection::Owner, private pool::Pool::Observer {
 public:
  /// What main hears of; called on the worker's thread.
  struct Events {
    /// This worker's pool for `endpoint` got its first connection that works, or lost its last.
    std::function<void(const balancer::EndpointPtr& endpoint, bool ready, std::string reason)>
        on_ready_changed;
    /// After Drain: the last client connection is gone.
    std::function<void()> on_drained;
  };

  struct ListenerPlan {
    net::FileDescriptor socket;
    std::shared_ptr<const RouteTable> routes;
    http2::SessionSettings settings;
  };

  struct ClusterPlan {
    std::string name;
    std::shared_ptr<const balancer::Picker> picker;
    std::vector<pool::Pool::Target> targets;
    pool::Pool::Settings settings;
  };

  Worker(uint64_t seed, telemetry::WorkerMetrics& metrics, Events events);
  /// Stops the thread; connections that are left are closed.
  ~Worker();

  /// Before Start, in the configuration's order.
  void AddCluster(ClusterPlan plan);
  void AddListener(ListenerPlan plan);
  void Start();

  /// The following may be called on the main thread after Start.

  void SetPicker(size_t cluster, std::shared_ptr<const balancer::Picker> picker);
  /// No more connections, no more calls; those in progress finish. Then Events::on_drained.
  void Drain();
  /// Ends the calls still in progress with `status`, and their connections.
  void FinishCalls(const rpc::Status& status);

 private:
  void OnConnectionGone(ClientConnection& connection) override;
  void OnReadyChanged(pool::Pool& pool, const std::string& reason) override;

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
