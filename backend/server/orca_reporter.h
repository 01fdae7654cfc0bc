// OrcaReporter: this replica's load as an ORCA report (gRFC A51).
//
// application_utilization is the share of worker slots in use; without a limit on slots it stays 0,
// which tells balancers to use cpu_utilization (gRFC A58). One thread.
#pragma once

#include <string>

#include "backend/server/load_meter.h"
#include "backend/server/process_usage.h"
#include "backend/server/worker_slots.h"
#include "xds/data/orca/v3/orca_load_report.pb.h"

namespace evenkeel::backend {

class OrcaReporter {
 public:
  /// All must outlive it.
  OrcaReporter(LoadMeter& meter, ProcessUsage& usage, const WorkerSlots& slots)
      : meter_(meter), usage_(usage), slots_(slots) {}

  /// Lives until the next call.
  const xds::data::orca::v3::OrcaLoadReport& Report();

  /// The same, as the value of endpoint-load-metrics-bin.
  std::string Serialize() { return Report().SerializeAsString(); }

 private:
  LoadMeter& meter_;
  ProcessUsage& usage_;
  const WorkerSlots& slots_;
  xds::data::orca::v3::OrcaLoadReport report_;
};

}  // namespace evenkeel::backend
