// OrcaService: xds.service.orca.v3.OpenRcaService, load reports apart from calls (gRFC A51).
//
// Needs no token: it is for balancers, not for users. One thread: the completion queue's.
#pragma once

#include "backend/server/call.h"
#include "backend/server/orca_reporter.h"
#include "lib/base/clock.h"
#include "xds/service/orca/v3/orca.grpc.pb.h"

namespace evenkeel::backend {

class OrcaService {
 public:
  /// Clients that ask for less than `min_interval` between reports, or for nothing, get it.
  /// `reporter` must outlive it.
  OrcaService(OrcaReporter& reporter, base::Duration min_interval)
      : reporter_(reporter), min_interval_(min_interval) {}

  grpc::Service& service() { return service_; }

  /// Begins to accept calls; once, when the server has started.
  void Serve(CallSet& calls);

 private:
  OrcaReporter& reporter_;
  const base::Duration min_interval_;
  xds::service::orca::v3::OpenRcaService::AsyncService service_;
};

}  // namespace evenkeel::backend
