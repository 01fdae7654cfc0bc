// StreamMover: which old streams of a cluster end now, so that their clients open them anew on
// endpoints that have come since. A brake: never more than a share of them in a minute.
//
// It moves only while some endpoint has less than half of the average in flight, as one has that
// has just come, and only streams of endpoints that have more than the average. Pure; one for each
// cluster and worker, asked about once a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "balancer/endpoint.h"
#include "lib/base/clock.h"
#include "lib/config/traffic.h"

namespace evenkeel::proxy {

class StreamMover {
 public:
  using Settings = config::MoveStreams;
  struct Stream {
    base::Time since;
    const balancer::Endpoint* endpoint;
  };
  struct Load {
    const balancer::Endpoint* endpoint;
    int64_t in_flight;
  };

  StreamMover(const Settings& settings, base::Time now) : settings_(settings), looked_(now) {}

  void set_settings(const Settings& settings) { settings_ = settings; }
  /// The places in `streams`, this worker's, of those that are to end. `loads`: of the endpoints
  /// that take calls.
  std::vector<size_t> Choose(base::Time now, std::span<const Stream> streams,
                             std::span<const Load> loads);

 private:
  Settings settings_;
  base::Time looked_;
  double allowance_ = 0;  // streams that may end now
};

}  // namespace evenkeel::proxy
