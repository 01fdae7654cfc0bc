#include "proxy/server/snapshot_queue.h"

#include <algorithm>
#include <utility>

namespace evenkeel::proxy {

SnapshotQueue::SnapshotQueue(net::EventLoop& loop, std::function<void(ClusterController&)> give,
                             std::function<void()> on_done)
    : loop_(loop),
      give_(std::move(give)),
      on_done_(std::move(on_done)),
      due_(loop, [this] { Flush(); }) {}

SnapshotQueue::~SnapshotQueue() { loop_.CancelFlush(*this); }

void SnapshotQueue::Add(ClusterController& cluster) {
  if (std::ranges::count(waiting_, &cluster, &ClusterPtr::get) == 0) {
    waiting_.push_back(cluster.shared_from_this());
  }
  loop_.ScheduleFlush(*this);
}

void SnapshotQueue::KeepOnly(const std::vector<ClusterPtr>& clusters) {
  std::erase_if(waiting_,
                [&](const ClusterPtr& each) { return std::ranges::count(clusters, each) == 0; });
}

void SnapshotQueue::Flush() {
  base::Time next = base::Time::max();
  for (ClusterPtr& cluster : std::exchange(waiting_, {})) {
    if (loop_.Now() < cluster->snapshot_due()) {
      next = std::min(next, cluster->snapshot_due());
      waiting_.push_back(std::move(cluster));
    } else {
      give_(*cluster);
    }
  }
  if (!waiting_.empty()) due_.StartAt(next);
  on_done_();
}

}  // namespace evenkeel::proxy
