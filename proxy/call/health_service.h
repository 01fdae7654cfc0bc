// HealthService: one worker's knowledge of whether the sidecar and its clusters serve, for the
// calls of grpc.health.v1.Health that the sidecar answers itself (`health_service` of a listener),
// and the list of those that watch.
//
// Part of the WorkerContext, used on the worker's thread, which says when there is something new.
// HealthCall speaks the protocol.
#pragma once

#include <cstddef>
#include <string_view>

#include "health/health_message.h"
#include "lib/base/intrusive_list.h"
#include "lib/http/header_list.h"

namespace evenkeel::proxy {

struct Routes;

class HealthService {
 public:
  /// Of one worker; each costs a look at every change.
  static constexpr size_t kMostWatchers = 10'000;

  class Watcher : public base::ListNode {
   public:
    /// A status may have changed. It may stop watching in here.
    virtual void Look() = 0;

   protected:
    ~Watcher() = default;
  };

  /// Whether /ready says yes.
  enum class Ready : bool { kNo, kYes };

  /// Without a name: whether the process is ready. Of a cluster: whether it has an eligible
  /// endpoint. Of a service: the same of the cluster to which a call of it would go that came with
  /// `request`'s authority and metadata; where it is split, of any of them. While the process
  /// drains nothing serves. Unknown is what is no cluster and would get no route.
  health::ServingStatus StatusOf(std::string_view name, const Routes& routes,
                                 const http2::HeaderList& request) const;

  void SetReady(Ready ready);
  /// Nothing serves from now on.
  void Drain();
  /// Snapshots or routes have changed: has every watcher look.
  void LookAgain();

  /// Whether it watches now; false: kMostWatchers do.
  bool Add(Watcher& watcher);
  void Remove(Watcher& watcher);

 private:
  Ready ready_ = Ready::kNo;
  bool draining_ = false;
  base::IntrusiveList<Watcher> watchers_;
  size_t watcher_count_ = 0;
};

}  // namespace evenkeel::proxy
