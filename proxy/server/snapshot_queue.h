// SnapshotQueue: the clusters whose workers need a new snapshot.
//
// They get it at the end of the turn, so that many changes cost one, or when the cluster's snapshot
// is due. Owned by the Server, main thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "proxy/server/cluster_controller.h"

namespace evenkeel::proxy {

class SnapshotQueue final : private net::Flushable {
 public:
  using ClusterPtr = std::shared_ptr<ClusterController>;

  /// `give` hands a cluster's snapshot to the workers; `on_done` comes after each round of it.
  SnapshotQueue(net::EventLoop& loop, std::function<void(ClusterController&)> give,
                std::function<void()> on_done);
  ~SnapshotQueue();

  void Add(ClusterController& cluster);
  /// The others have been removed and are let go.
  void KeepOnly(const std::vector<ClusterPtr>& clusters);

 private:
  void Flush() override;

  net::EventLoop& loop_;
  const std::function<void(ClusterController&)> give_;
  const std::function<void()> on_done_;
  std::vector<ClusterPtr> waiting_;
  net::Timer due_;  // for the first of those whose time has not come
};

}  // namespace evenkeel::proxy
