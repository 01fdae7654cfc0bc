// Worker: one thread with its own loop, listening sockets, client connections and pools.
//
// Made, started and destroyed on the main thread; everything that it is to do comes to its thread
// by Post, before Start too. It reports to main through Events, which posts.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/block_pool.h"
#include "lib/base/local_ptr.h"
#include "lib/base/slot_list.h"
#include "lib/net/loop_thread.h"
#include "lib/net/timer.h"
#include "proxy/call/worker_context.h"
#include "proxy/clients/client_connection.h"
#include "proxy/clients/listener_binding.h"
#include "proxy/cluster/cluster_spec.h"
#include "proxy/cluster/worker_cluster.h"
#include "proxy/server/memory_relief.h"

namespace evenkeel::proxy {

class Worker final : private ClientConnection::Owner,
                     private net::Flushable,
                     private net::Deferrable,
                     private base::BlockPool::Watch {
 public:
  /// What main hears of; called on the worker's thread.
  struct Events {
    /// After Drain: the last client connection is gone.
    std::function<void()> on_drained;
    /// A listener accepts no more for a moment.
    std::function<void(std::string_view reason)> on_accept_paused;
    /// Memory has become tight by what was taken since main has looked at it.
    std::function<void()> on_memory_tight{};
    /// A client's connection was ended for what the client did. For a log: not to be waited in.
    struct ClientEnded {
      telemetry::ClientEnd reason;
      std::string client_host;
      std::string detail;
    };
    std::function<void(const ClientEnded&)> on_client_ended{};
  };

  struct ClusterPart {
    std::shared_ptr<const ClusterSpec> spec;
    std::optional<Cluster::Snapshot> snapshot;  ///< nothing: of a known cluster, the last one
  };

  struct ListenerPart {
    ListenerId id;
    std::shared_ptr<const RouteTable> routes;
    ClientSettings settings;
    std::shared_ptr<base::Limit> connections;   ///< how many there may be; all workers' together
    std::vector<base::FileDescriptor> sockets;  ///< of a listener that is new; else none
  };

  /// All that a worker serves.
  struct Assignment {
    std::vector<ClusterPart> clusters;  ///< all that the route tables name, and maybe more
    std::vector<ListenerPart> listeners;
  };

  /// `number` counts workers from 0.
  Worker(unsigned number, uint64_t seed, telemetry::WorkerMetrics& metrics,
         std::shared_ptr<ReplayMemory::Pool> replay, Events events);
  /// Stops the thread; connections that are left are closed.
  ~Worker();

  /// Heeds `memory`, which outlives this: new connections, new calls, clients that hold most.
  /// Before Start.
  void WatchMemory(MemoryGuard& memory);
  /// `sink` hears of each call. Before Start.
  void SetSink(std::unique_ptr<telemetry::CallSink> sink) {
    sink_ = std::move(sink);
    context_.sink = sink_.get();
  }
  /// Clients leave these descriptors alone; it outlives this. Before Start.
  void KeepDescriptors(const net::DescriptorReserve& descriptors) { descriptors_ = &descriptors; }
  void Start();

  /// From the next turn on the worker serves this and nothing else. Listeners and clusters that
  /// stay keep their sockets and connections; calls in progress end with the routes and clusters
  /// they have. Connections of listeners that go are drained. Where spec or table are those of
  /// before, nothing is made anew.
  void Assign(Assignment assignment);
  /// The same for one cluster, which the worker has.
  void Update(ClusterPart cluster);
  void SetSnapshot(ClusterId cluster, Cluster::Snapshot snapshot);
  /// For health calls; not before it is first called.
  void SetReady(HealthService::Ready ready);
  /// What becomes of connections that are not accepted yet.
  enum class Queued {
    kAccept,  ///< they are served, for nobody else will
    kLeave,   ///< a successor has the sockets too
  };
  /// No more connections, no more calls; those in progress finish. Then Events::on_drained.
  void Drain(Queued queued);
  /// The memory's level has changed, or is still too high: looks at who holds how much, and maybe
  /// ends who holds most. What is asked of a worker that is busy is done once, then.
  void LookAtMemory(MemoryRelief::Ends ends);
  /// Has the worker call this on its thread, as a sign that its loop turns.
  void Ask(std::function<void()> on_turn);
  /// Ends the calls still in progress with `status`, and their connections.
  void FinishCalls(const rpc::Status& status);

 private:
  void OnConnectionGone(ClientConnection& connection) override;
  void OnClientEnded(telemetry::ClientEnd reason, const std::string& client_host,
                     const std::string& detail) override;

  void OnGrowth(int64_t taken) noexcept override;
  void Flush() override;
  void RunDeferred() override;

  void RelieveMemory(MemoryRelief::Ends ends);
  void ReleaseBlocks();
  void Take(Assignment& assignment);
  void TakeClusters(std::vector<ClusterPart>& parts);
  void TakeCluster(ClusterPart& part);
  base::LocalPtr<ListenerBinding> TakeListener(ListenerPart& part);
  base::LocalPtr<ListenerBinding> BindingOf(ListenerPart& part);
  CurrentRoutes MakeRoutes(std::shared_ptr<const RouteTable> table) const;
  void CloseRemoved(const std::vector<base::LocalPtr<ListenerBinding>>& staying);
  void MoveStreams();
  void MoveStreams(const Cluster& cluster, StreamMover& mover);
  void Accept(ListenerBinding& binding, base::FileDescriptor socket);
  void ReportIfDrained();

  const unsigned number_;
  const Events events_;
  const net::DescriptorReserve* descriptors_ = nullptr;
  net::EventLoop loop_;
  base::Random random_;
  std::unique_ptr<telemetry::CallSink> sink_;
  WorkerContext context_;
  std::unordered_map<ClusterId, std::unique_ptr<WorkerCluster>> clusters_;
  std::vector<base::LocalPtr<ListenerBinding>> bindings_;
  base::SlotList<ClientConnection> connections_;
  std::deque<std::unique_ptr<ClientConnection>> dying_;  // those that are no more
  std::optional<MemoryRelief> memory_relief_;
  int64_t next_look_ = 0;  // at who holds how much: when the pools have taken so much
  std::atomic<bool> look_wanted_{false};  // by main, and not done yet
  std::atomic<bool> ends_wanted_{false};  // with it
  std::unordered_map<ClusterId, StreamMover> movers_;
  net::Timer move_timer_;
  bool draining_ = false;
  std::optional<net::LoopThread> thread_;
};

}  // namespace evenkeel::proxy
